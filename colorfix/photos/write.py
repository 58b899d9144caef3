"""Write a corrected photo in its own format or another one, and read the header of the written file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from colorfix.core.errors import OutputError, SettingError, UnsupportedPhoto
from colorfix.core.text import printable
from colorfix.photos.containers.jpeg_markers import frame_of
from colorfix.photos.formats import codec_of, recognized
from colorfix.photos.photo import Writing
from colorfix.photos.pillow_open import open_image, pillow_errors_as

if TYPE_CHECKING:
    from colorfix.photos.photo import Change, Photo

AS_READ = Writing()


def encode(
    photo: Photo, change: Change, into: str | None, file: BinaryIO, writing: Writing = AS_READ
) -> tuple[str, ...]:
    r"""Write the photo with its pixels changed.

    In its own format a photo keeps its quantization tables, subsampling, compression and order, and its
    metadata byte for byte. Into another format, EXIF, XMP, IPTC, the ICC profile and the resolution are
    converted as far as it supports them.

    Args:
        photo: the source of pixels and metadata.
        change: of a strip of its pixels.
        into: a format as named by ``format_of``; None for the photo's own.
        file: binary, seekable, empty.
        writing: how.

    Returns:
        A sentence for each loss that is found while writing; see also ``losses``.

    Raises:
        OutputError: the format cannot hold the photo, or its encoder fails.
        SettingError: the quality is out of range.
        OSError: the file cannot be written to.

    >>> from io import BytesIO
    >>> import numpy as np
    >>> from colorfix.photos.read import read
    >>> file = BytesIO()
    >>> encode(read(np.full((2, 3, 3), 200, np.uint8)), lambda strip: strip.raster, "PNG", file)
    ()
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
            codec = codec_of(kind)
            if photo.codecs is not None and kind != photo.format:
                photo.codecs.fall_back(f"{kind} is written")
            return (codec.rewrite if kind == photo.format else codec.write)(photo, change, file, writing)
    except UnsupportedPhoto as error:  # raised for a strip, without the name
        raise UnsupportedPhoto(printable(photo.name), error.reason) from error


def _failed(photo: Photo, into: str, text: str) -> OutputError:
    return OutputError(printable(photo.name), f"cannot be written as {into} ({text}); choose another format")


_READ_BY_PILLOW = {"PNG", "WEBP", "BMP", "GIF"}
"""Formats of which Pillow reads the header alone; it decodes some others, and not all TIFFs."""

_CHANNELS = {1: "L", 3: "RGB", 4: "CMYK"}
_ENDING = b"\xff\xd9"

_START = 1 << 16  # bytes that suffice to recognize a format


class Header(NamedTuple):
    """Properties of a file, from its header.

    Attributes:
        bytes: its size.
        format: ``JPEG``, ``PNG``, ...; None if unknown.
        size: width and height, pixels.
        mode: Pillow's name of the mode.
    """

    bytes: int
    format: str | None
    size: tuple[int, int]
    mode: str


def header_of(file: BinaryIO, photo: Photo) -> Header:
    """Read the header of a written file.

    Args:
        file: open, binary.
        photo: the source, whose size and mode are returned for formats whose header is not read.

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
    opened = open_image(file, form)
    return Header(length, form, opened.size, opened.mode)


def _of_jpeg(file: BinaryIO, length: int) -> Header:
    """Read a JPEG's frame and check for its end; Pillow would parse all of its metadata."""
    file.seek(0)
    data = file.read(length)
    frame = frame_of(data)
    if frame is None or frame[1] not in _CHANNELS or data.rfind(_ENDING) < frame[2]:
        raise OSError("the JPEG has no frame or no end")
    size, channels, _ = frame
    return Header(length, "JPEG", size, _CHANNELS[channels])
