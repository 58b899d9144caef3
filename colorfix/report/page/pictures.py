"""Photos as a page shows them: pictures, what is clipped in them, and their parades."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
_MARKS = np.array([(214, 0, 147, 255), (255, 255, 255, 255)], np.uint8)


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
    return _side(before), _side(after), None if guide is None else _side(photos.view(guide, SMALLEST))


def clipped(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where any channel is at 255; pixels of shape (H, W, 3), the result (H, W).

    >>> clipped(np.array([[(255, 0, 0), (254, 254, 254)]], np.uint8)).tolist()
    [[True, False]]
    """
    top: NDArray[np.bool_] = (pixels == np.iinfo(np.uint8).max).any(axis=-1)
    return top


def _side(image: Image) -> Side:
    pixels = np.asarray(image)
    there = clipped(pixels)
    return Side(
        picture=_uri("image/jpeg", photos.jpeg_of(image, _QUALITY)),
        clipped=_uri("image/png", photos.png_of(_striped(there))),
        parade=_uri("image/png", photos.png_of(parade(pixels))),
        share=float(there.mean()),
        width=image.width,
        height=image.height,
    )


def _striped(there: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Diagonal stripes where it is true, transparent elsewhere, shape (H, W, 4)."""
    down, across = np.indices(there.shape)
    stripes = _MARKS[(down + across) // _STRIPE % 2]
    return np.where(there[..., None], stripes, np.uint8(0))


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
