"""A picture: pixels in strips from top to bottom, so that a picture of any size can be processed.

A ``Raster`` is one of two types: 8 bits a channel in a Pillow image, of mode ``RGB``, ``RGBA``, ``P``, ``L``
or ``LA``; more bits in a NumPy array of shape [H, W, C], C from 1 to 4: ``uint16``, 0 to 65535, or
``float32`` or ``float64``, nominally 0 to 1.
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
    """A part of a picture and its position.

    Attributes:
        raster: the pixels.
        left, top: position of the first pixel in the picture.
        scaled_from: width and height of the full picture if this is a thumbnail of it; else None.
    """

    raster: Raster
    left: int = 0
    top: int = 0
    scaled_from: tuple[int, int] | None = None


Change: TypeAlias = Callable[[Strip], Raster]
"""A function from a strip to corrected pixels of the same size and type; the strip is not modified."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One image of a photo: the photo itself, a frame or a page.

    Attributes:
        width, height: pixels.
        strips: returns an iterable of the pixels at each call; a single strip if they are in memory.
        in_statistics: whether its pixels are counted; those of a reduced copy of a page are not.

    >>> picture = Picture.of(Image.new("RGB", (3, 2)))
    >>> picture.width, picture.height, len(list(picture.strips()))
    (3, 2, 1)
    """

    width: int
    height: int
    strips: Callable[[], Iterable[Strip]] = field(repr=False)
    in_statistics: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.width, self.height

    @classmethod
    def of(cls, raster: Raster) -> Picture:
        """Return a picture of pixels in memory."""
        width, height = size_of(raster)
        whole = Strip(raster)
        return cls(width, height, lambda: (whole,))


def assemble(picture: Picture, change: Change | None = None) -> Raster:
    """Return all pixels of a picture in one raster, each strip changed first.

    >>> picture = Picture(2, 2, lambda: (Strip(Image.new("L", (2, 1), row), top=row) for row in (0, 1)))
    >>> np.asarray(assemble(picture)).tolist()
    [[0, 0], [1, 1]]
    """
    canvas: Raster | None = None
    for strip in picture.strips():
        raster = strip.raster if change is None else change(strip)
        if size_of(raster) == (picture.width, picture.height):
            return raster
        if canvas is None:
            canvas = _blank(raster, picture.width, picture.height)
        _put(raster, canvas, strip)
    if canvas is None:
        raise ValueError("a picture without pixels")
    return canvas


def _blank(like: Raster, width: int, height: int) -> Raster:
    if isinstance(like, Image.Image):
        canvas = Image.new(like.mode, (width, height))
        if like.mode == "P":
            canvas.putpalette(like.getpalette("RGB") or [])
        return canvas
    return np.zeros((height, width, like.shape[2]), like.dtype)


def _put(raster: Raster, canvas: Raster, strip: Strip) -> None:
    if isinstance(raster, Image.Image) and isinstance(canvas, Image.Image):
        canvas.paste(raster, (strip.left, strip.top))
    elif not isinstance(raster, Image.Image) and not isinstance(canvas, Image.Image):
        height, width = raster.shape[:2]
        canvas[strip.top : strip.top + height, strip.left : strip.left + width] = raster


def to_8_bits(raster: Raster) -> Image.Image:
    """Return the pixels in 8 bits a channel, rounded to nearest and clipped to 0 to 1.

    >>> to_8_bits(np.full((1, 1, 3), 0x8080, np.uint16)).getpixel((0, 0))
    (128, 128, 128)
    """
    if isinstance(raster, Image.Image):
        return raster
    scale = 255 / 65535 if raster.dtype == np.uint16 else 255.0
    shallow = np.rint(np.clip(np.nan_to_num(raster * scale), 0, 255)).astype(np.uint8)
    return Image.fromarray(shallow[..., 0] if shallow.shape[2] == 1 else shallow)


def to_16_bits(raster: Deep) -> NDArray[np.uint16]:
    """Return deep pixels in 16 bits a channel, rounded to nearest and clipped to 0 to 1.

    >>> to_16_bits(np.full((1, 1, 1), 0.5)).item()
    32768
    """
    if raster.dtype == np.uint16:
        return raster.astype(np.uint16, copy=False)
    return np.rint(np.clip(np.nan_to_num(raster * 65535.0), 0, 65535)).astype(np.uint16)


def rounded_like(deep: Deep, values: NDArray[np.float64]) -> Deep:
    """Return values in the type of deep pixels, on their scale: integers are rounded and clipped."""
    if deep.dtype == np.uint16:
        return np.rint(np.clip(values, 0, 65535)).astype(np.uint16)
    return values.astype(np.float32) if deep.dtype == np.float32 else values


def size_of(raster: Raster) -> tuple[int, int]:
    """Return width and height, pixels."""
    if isinstance(raster, Image.Image):
        return raster.size
    return raster.shape[1], raster.shape[0]


def mode_of(raster: Raster) -> str:
    """Return Pillow's name of the mode, and a similar one for deeper pixels.

    >>> mode_of(np.zeros((1, 1, 4), np.uint16)), mode_of(np.zeros((1, 1, 3), np.float32))
    ('RGBA;16', 'RGB;F32')
    """
    if isinstance(raster, Image.Image):
        return raster.mode
    letter = "" if raster.dtype == np.uint16 else "F"
    return f"{('L', 'LA', 'RGB', 'RGBA')[raster.shape[2] - 1]};{letter}{8 * raster.dtype.itemsize}"


def is_gray(raster: Raster) -> bool:
    """Whether the pixels have no color channels."""
    if isinstance(raster, Image.Image):
        return raster.mode in {"L", "LA"}
    return len(raster[0, 0]) < len("RGB")
