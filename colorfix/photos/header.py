"""What a file's header says: enough to see what an encoder wrote, without decoding it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from colorfix.photos.families import recognised

if TYPE_CHECKING:
    from colorfix.photos.photo import Photo

_READ_BY_PILLOW = {"JPEG", "PNG", "WEBP", "BMP", "GIF"}
"""Formats whose header Pillow reads alone; of the others it decodes some, and knows not all of TIFF."""

_START = 1 << 16  # bytes that tell a format


@dataclass(frozen=True)
class Header:
    """A file by its header.

    Attributes:
        bytes: how many it has.
        format: ``JPEG``, ``PNG``, ...; None where it is nothing known.
        size: width and height, pixels.
        mode: Pillow's name for the kind of pixels.
    """

    bytes: int
    format: str | None
    size: tuple[int, int]
    mode: str


def header_of(file: BinaryIO, photo: Photo) -> Header:
    """Read the header of a file that was written.

    Args:
        file: open, binary.
        photo: what was written; where the header is not read, size and mode are taken to be its.

    Raises:
        OSError: the header is damaged, or the file cannot be read.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    form = recognised(file.read(_START))
    if form not in _READ_BY_PILLOW:
        return Header(length, form, photo.size, photo.mode)
    file.seek(0)
    with Image.open(file, formats=[form]) as opened:
        return Header(length, form, opened.size, opened.mode)
