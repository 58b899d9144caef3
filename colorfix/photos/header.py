"""What a file's header says: enough to see what an encoder wrote, without decoding it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from PIL import Image

from colorfix.photos.families import recognised
from colorfix.photos.jpeg_segments import frame_of

if TYPE_CHECKING:
    from colorfix.photos.photo import Photo

_READ_BY_PILLOW = {"PNG", "WEBP", "BMP", "GIF"}
"""Formats whose header Pillow reads alone; of the others it decodes some, and knows not all of TIFF."""

_CHANNELS = {1: "L", 3: "RGB", 4: "CMYK"}
_ENDING = b"\xff\xd9"

_START = 1 << 16  # bytes that tell a format


class Header(NamedTuple):
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
    if form == "JPEG":
        return _of_jpeg(file, length)
    if form not in _READ_BY_PILLOW:
        return Header(length, form, photo.size, photo.mode)
    file.seek(0)
    with Image.open(file, formats=[form]) as opened:
        return Header(length, form, opened.size, opened.mode)


def _of_jpeg(file: BinaryIO, length: int) -> Header:
    """Read a JPEG's frame, and that it has an end: Pillow would look at all of its metadata for it."""
    file.seek(0)
    data = file.read(length)
    frame = frame_of(data)
    if frame is None or frame[1] not in _CHANNELS or data.rfind(_ENDING) < frame[2]:
        raise OSError("the JPEG has no frame or no end")
    size, channels, _ = frame
    return Header(length, "JPEG", size, _CHANNELS[channels])
