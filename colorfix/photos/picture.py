"""A picture: pixels that come in strips, from top to bottom, so that one of any size can be walked through.

Pixels are of one of two materials, a ``Raster`` each: 8 bits a channel in a Pillow image, of mode ``RGB``,
``RGBA``, ``P``, ``L`` or ``LA``; more bits in a NumPy array of shape [H, W, C], C as in those modes but the
palette's: ``uint16``, 0 to 65535, or ``float32`` or ``float64``, nominally 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Deep: TypeAlias = NDArray[np.uint16] | NDArray[np.float32] | NDArray[np.float64]
Raster: TypeAlias = Image.Image | Deep


@dataclass(frozen=True, eq=False)
class Strip:
    """Some pixels of a picture and where they lie.

    Attributes:
        raster: the pixels.
        left, top: of the first of them, pixels from the picture's corner.
    """

    raster: Raster
    left: int = 0
    top: int = 0


Change: TypeAlias = Callable[[Strip], Raster]
"""What a correction does to a strip: pixels of the same size and kind. The strip is not changed."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One raster of a photo: the photo itself, a frame or a page.

    Attributes:
        width, height: pixels.
        strips: gives the pixels anew each time it is called; where everything is in memory already, one
            strip, and where not, a strip at a time.
        counted: whether it takes part in the statistics; a page's reduced copy does not.

    >>> picture = Picture.of(Image.new("RGB", (3, 2)))
    >>> picture.width, picture.height, len(list(picture.strips()))
    (3, 2, 1)
    """

    width: int
    height: int
    strips: Callable[[], Iterable[Strip]] = field(repr=False)
    counted: bool = True

    @classmethod
    def of(cls, raster: Raster) -> Picture:
        """Return a picture that is in memory."""
        width, height = size_of(raster)
        whole = Strip(raster)
        return cls(width, height, lambda: (whole,))


def size_of(raster: Raster) -> tuple[int, int]:
    """Return width and height, pixels."""
    if isinstance(raster, Image.Image):
        return raster.size
    return raster.shape[1], raster.shape[0]


def is_grey(raster: Raster) -> bool:
    """Whether there are no red, green and blue to tell apart."""
    if isinstance(raster, Image.Image):
        return raster.mode in {"L", "LA"}
    return raster.shape[2] < len("RGB")
