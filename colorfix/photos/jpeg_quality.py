"""The quality that a JPEG's tables tell: encoders that take a quality and no tables need it."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TypeAlias

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from colorfix.photos.opening import opened

Tables: TypeAlias = tuple[tuple[int, ...], ...]
"""A quantization table of 64 steps for each channel."""


def tables_of(image: Image.Image | None) -> Tables:
    """Return the tables of an opened JPEG, a channel each."""
    if not isinstance(image, JpegImageFile):
        raise TypeError("a JPEG that Pillow did not open")
    return tuple(tuple(image.quantization[table]) for *_, table in image.layer)


@cache
def tables_at(quality: int) -> Tables:
    """Return the tables of a quality, 1 to 100: of brightness and twice of colour, as libjpeg scales them.

    The standard's tables (ITU-T T.81, K.1) are multiplied by 50 / q below 50, by 2 - q / 50 from there on.

    >>> tables_at(50)[0][:4], tables_at(50)[1][:4]
    ((16, 11, 10, 16), (17, 18, 24, 47))
    """
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    return tables_of(opened(file.getvalue(), "JPEG"))


def quality_of(tables: Tables) -> int | None:
    """Return the quality, 1 to 100, whose tables these are; None for tables of an encoder's own.

    >>> quality_of(tables_at(92))
    92
    """
    return _qualities().get(tables)


@cache
def _qualities() -> dict[Tables, int]:
    return {tables_at(quality): quality for quality in range(1, 101)}
