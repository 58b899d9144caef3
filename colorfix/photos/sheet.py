"""Pictures side by side on a sheet, each with its name, as a PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.photos.inline import png_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PIL import ImageFont

_BACKGROUND, _INK = "white", "black"
_GAP, _LETTERS = 12, 16  # pixels


def sheet(pictures: Mapping[str, Image.Image], columns: int = 4) -> bytes:
    """Return a PNG of pictures row by row, their names above them.

    Args:
        pictures: by name, any sizes; each cell is as large as the largest.
        columns: pictures in a row at the most.

    >>> from io import BytesIO
    >>> Image.open(BytesIO(sheet({"a": Image.new("RGB", (90, 40)), "b": Image.new("RGB", (90, 40))}))).size
    (216, 88)
    """
    from PIL import ImageDraw, ImageFont

    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    wide, high = (max(sides) for sides in zip(*(picture.size for picture in pictures.values()), strict=True))
    font = ImageFont.load_default(_LETTERS)
    head = _LETTERS + _LETTERS // 2
    size = _GAP + columns * (wide + _GAP), _GAP + rows * (high + head + _GAP)
    paper = Image.new("RGB", size, _BACKGROUND)
    pen = ImageDraw.Draw(paper)
    for place, (name, picture) in enumerate(pictures.items()):
        row, column = divmod(place, columns)
        left, top = _GAP + column * (wide + _GAP), _GAP + row * (high + head + _GAP)
        pen.text((left, top), _fitting(name, wide, font), fill=_INK, font=font)
        paper.paste(picture, (left, top + head))
    return png_of(paper)


def beside(one: Image.Image, other: Image.Image, gap: int) -> Image.Image:
    """Return two pictures of one height beside each other, black between them."""
    both = Image.new("RGB", (one.width + gap + other.width, max(one.height, other.height)))
    both.paste(one, (0, 0))
    both.paste(other, (one.width + gap, 0))
    return both


def in_palette(picture: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a picture in at most 256 colours: places in a palette, shape [H, W], and it, shape [K, 3]."""
    few = picture.quantize(256)
    return np.asarray(few), np.array(few.getpalette(), np.uint8).reshape(-1, 3)


def in_these(picture: Image.Image, colours: NDArray[np.uint8]) -> Image.Image:
    """Return a picture in given colours, shape [K, 3], K at most 256, mixed from them by error diffusion.

    >>> black_and_white = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
    >>> few = in_these(Image.new("RGB", (8, 8), (128, 128, 128)), black_and_white)
    >>> 24 <= int(np.count_nonzero(np.asarray(few)[..., 0])) <= 40
    True
    """
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours.tobytes())
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")


def _fitting(name: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """A name cut to a width."""
    while name and font.getlength(name) > width:
        name = name[:-2] + "…" if len(name) > 1 else ""
    return name
