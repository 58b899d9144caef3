"""Three tables become a corrected picture, in one pass in C."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.core.errors import SettingError, UnsupportedPhoto
from colorfix.core.text import shown
from colorfix.photos.picture import in_eight_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from colorfix.photos.photo import Photo
    from colorfix.photos.picture import Raster

GREY = "is a grey photo and has no colour to correct; leave it as it is"
_SHAPE = (3, 256)
_ALPHA = bytes(range(256))  # each value to itself


def apply(photo: Photo, tables: NDArray[np.uint8]) -> Image.Image:
    """The picture with every value replaced by its table's entry.

    Alpha stays as it is. A palette picture gets its palette mapped, its pixels stay. The photo is not
    changed.

    Args:
        photo: in colour.
        tables: uint8, shape (3, 256), red green blue: the new value for each old one.

    Raises:
        UnsupportedPhoto: the photo is grey, so there are no channels to tell apart.
        SettingError: the tables have another shape or type.

    >>> from colorfix.photos.reading import read
    >>> half = np.stack([np.arange(256) // 2, np.arange(256), np.arange(256)]).astype(np.uint8)
    >>> apply(read(np.full((1, 1, 3), 200, np.uint8)), half).getpixel((0, 0))
    (100, 200, 200)
    """
    try:
        return mapped(photo.image, tables)
    except UnsupportedPhoto as error:
        raise UnsupportedPhoto(shown(photo.name), error.reason) from error


def mapped(raster: Raster, tables: NDArray[np.uint8]) -> Image.Image:
    """As :func:`apply`, for pixels alone."""
    if tables.shape != _SHAPE or tables.dtype != np.uint8:
        raise SettingError(f"tables are uint8 of the shape {_SHAPE}, got {tables.dtype} of {tables.shape}")
    image = in_eight_bits(raster)
    match image.mode:
        case "RGB":
            return image.point(tables.tobytes())
        case "RGBA":
            return image.point(tables.tobytes() + _ALPHA)
        case "P":
            return _with_palette(image, tables)
    raise UnsupportedPhoto("<image>", GREY)


def _with_palette(image: Image.Image, tables: NDArray[np.uint8]) -> Image.Image:
    palette = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    mapped = np.stack([table[column] for table, column in zip(tables, palette.T, strict=True)], axis=1)
    corrected = image.copy()
    corrected.putpalette(mapped.tobytes(), "RGB")
    return corrected
