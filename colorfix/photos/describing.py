"""What a photo looks like, as three histograms: they hold every per-channel statistic exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageChops

from colorfix.photos.picture import in_eight_bits
from colorfix.photos.selection import EVERYTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from colorfix.photos.photo import Photo
    from colorfix.photos.selection import Selection

_VALUES = 256
_VISIBLE = [0] + [255] * 255  # any alpha but 0 counts whole


def counts(photo: Photo, selection: Selection = EVERYTHING) -> NDArray[np.int64]:
    """How many visible pixels have each value; wholly transparent ones (alpha 0) do not count.

    Args:
        photo: all its counted pictures together.
        selection: which of its pixels count.

    Returns:
        Shape (3, 256), red green blue; three equal rows for a grey photo. Each row sums to the number of
        pixels that count, which may be 0.

    >>> import numpy as np
    >>> from colorfix.photos.reading import read
    >>> rows = counts(read(np.array([[[255, 128, 0], [255, 0, 0]]], np.uint8)))
    >>> rows[:, 255].tolist(), rows[:, 0].tolist()
    ([2, 0, 0], [0, 1, 2])
    """
    counted = [picture for picture in photo.pictures if picture.counted]
    total = np.zeros((3, _VALUES), np.int64)
    for strip in (strip for picture in counted for strip in picture.strips()):
        total += _of_image(in_eight_bits(strip.raster), selection.of(strip))
    return total


def _of_image(image: Image.Image, selected: Image.Image | None) -> NDArray[np.int64]:
    if image.mode == "P":
        return _of_palette(image, selected)
    mask = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    if selected is not None:
        mask = selected if mask is None else ImageChops.multiply(mask.point(_VISIBLE), selected)
    histogram = np.array(image.histogram(mask), np.int64).reshape(-1, _VALUES)
    return histogram[:3] if image.mode in {"RGB", "RGBA"} else np.repeat(histogram[:1], 3, axis=0)


def _of_palette(image: Image.Image, selected: Image.Image | None) -> NDArray[np.int64]:
    # 256 colours and how often each is used: no pixel has to be looked up
    used = np.array(image.histogram(selected), np.int64) * (alphas(image) > 0)
    colours = np.zeros((_VALUES, 3), np.int64)
    palette = np.array(image.getpalette("RGB"), np.int64).reshape(-1, 3)
    colours[: len(palette)] = palette
    return np.stack([np.bincount(channel, used, _VALUES) for channel in colours.T]).astype(np.int64)


def alphas(image: Image.Image) -> NDArray[np.int64]:
    """The alpha of each of a palette's 256 entries, 0 (transparent) to 255, shape (256,)."""
    alpha = np.full(_VALUES, 255, np.int64)
    transparency = image.info.get("transparency")
    if isinstance(transparency, bytes):
        alpha[: len(transparency)] = list(transparency[:_VALUES])
    elif transparency is not None:
        alpha[transparency] = 0
    return alpha
