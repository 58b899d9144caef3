"""A corrected photo becomes a file: in its source's format as it was stored, or in another one.

What a file's header says: enough to see what an encoder wrote, without decoding it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from PIL import Image

from colorfix.core.errors import OutputError, SettingError, UnsupportedPhoto
from colorfix.core.text import printable
from colorfix.photos.containers.jpeg_markers import frame_of
from colorfix.photos.formats import codec_of, recognized
from colorfix.photos.photo import Writing
from colorfix.photos.pillow_open import pillow_errors_as

if TYPE_CHECKING:
    from colorfix.photos.photo import Photo
    from colorfix.photos.picture import Change

AS_READ = Writing()


def encode(
    photo: Photo, change: Change, into: str | None, file: BinaryIO, writing: Writing = AS_READ
) -> None:
    r"""Write the photo with its pixels changed.

    Into its own format the file stays as it was: its tables, sampling, compression, order, and its metadata
    byte for byte. Into another one, EXIF, XMP, IPTC, the ICC profile and the resolution are carried as far
    as the format has a place.

    Args:
        photo: the source; what it carries goes with the pixels.
        change: of a strip of its pixels.
        into: a format as ``format_of`` says it; None is the photo's own.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the format has no place for what the photo holds, or its codec fails.
        SettingError: the quality is out of range.
        OSError: the file cannot be written to.

    >>> from io import BytesIO
    >>> import numpy as np
    >>> from colorfix.photos.read import read
    >>> file = BytesIO()
    >>> encode(read(np.full((2, 3, 3), 200, np.uint8)), lambda strip: strip.raster, "PNG", file)
    >>> file.getvalue()[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    kind = into or photo.format
    if kind is None:
        raise SettingError("a photo from memory has no format of its own; name one")
    if writing.quality is not None and not 1 <= writing.quality <= 100:
        raise SettingError(f"quality must be 1 to 100, got {writing.quality}")
    try:
        with pillow_errors_as(lambda text: _failed(photo, kind, text)):
            known = codec_of(kind)
            if photo.codecs is not None and kind != photo.format:
                photo.codecs.fall_back(f"{kind} is written")
            (known.rewrite if kind == photo.format else known.write)(photo, change, file, writing)
    except UnsupportedPhoto as error:  # a strip does not know whose it is
        raise UnsupportedPhoto(printable(photo.name), error.reason) from error


def _failed(photo: Photo, into: str, text: str) -> OutputError:
    return OutputError(printable(photo.name), f"cannot be written as {into} ({text}); choose another format")


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
    form = recognized(file.read(_START))
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
