"""Photos as a page shows them: pictures, what is clipped in them, and their parades."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import numpy as np

from colorfix import photos
from colorfix.report.page.parade import parade

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.correction import Correction

LARGEST: Final = (1400, 1400)
"""Width and height of a picture at the most, pixels."""

SMALLEST: Final = (560, 560)
"""The same of the target."""

_QUALITY = 85
_STRIPE = 3  # pixels: stripes show clipping to those who do not see the hue
_MARKS = [(214, 0, 147), (255, 255, 255)]


@dataclass(frozen=True)
class Side:
    """A picture of a page.

    Attributes:
        picture: JPEG, as a data URI.
        clipped: stripes where a channel is at its top, PNG with transparency, as a data URI.
        parade: red, green and blue beside each other, as a data URI.
        share: of the picture's pixels that are clipped, 0 to 1.
        width, height: pixels.
    """

    picture: str
    clipped: str
    parade: str
    share: float
    width: int
    height: int


def sides(correction: Correction) -> tuple[Side, Side, Side | None]:
    """Return the photo before, after, and the target if that is a photo."""
    before, after = photos.views(correction.source, LARGEST, correction.change)
    guide = correction.target.photo
    return _side(before), _side(after), None if guide is None else _guide(guide)


_GUIDES: WeakKeyDictionary[photos.Photo, Side] = WeakKeyDictionary()


def _guide(photo: photos.Photo) -> Side:
    """The target, which many photos may have: looked at once."""
    if photo not in _GUIDES:
        _GUIDES[photo] = _side(photos.view(photo, SMALLEST))
    return _GUIDES[photo]


def clipped(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where any channel is at 255; pixels of shape (H, W, 3), the result (H, W).

    >>> clipped(np.array([[(255, 0, 0), (254, 254, 254)]], np.uint8)).tolist()
    [[True, False]]
    """
    top = pixels == np.iinfo(np.uint8).max
    found: NDArray[np.bool_] = top[..., 0] | top[..., 1] | top[..., 2]  # ten times as fast as any(axis=-1)
    return found


def _side(image: Image) -> Side:
    pixels = np.asarray(image)
    there = clipped(pixels)
    return Side(
        picture=_uri("image/jpeg", photos.jpeg_of(image, _QUALITY)),
        clipped=_uri("image/png", photos.stencil_of(_striped(there), _MARKS)),
        parade=_uri("image/png", photos.small_png_of(parade(pixels))),
        share=float(there.mean()),
        width=image.width,
        height=image.height,
    )


def _striped(there: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Diagonal stripes of 1 and 2 where it is true, 0 elsewhere."""
    down, across = (np.arange(side, dtype=np.uint16) for side in there.shape)
    stripes = np.array([1, 2], np.uint8)[np.add.outer(down, across) // _STRIPE % 2]
    return np.where(there, stripes, np.uint8(0))


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
