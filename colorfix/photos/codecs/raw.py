"""Camera RAW (extra ``raw``), read only: developed by LibRaw into sRGB of 16 bits a channel.

White balance is the camera's, brightness LibRaw's own (the brightest hundredth is white), and the pixels are
upright. The EXIF of TIFF-based files is copied without maker notes, whose positions count from the start of
the RAW file.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from colorfix.core.errors import OutputError, UnreadablePhoto
from colorfix.core.imports import extra
from colorfix.core.text import printable
from colorfix.photos import formats
from colorfix.photos.containers.ifd import IfdFile
from colorfix.photos.photo import Photo, Picture
from colorfix.photos.pillow_open import pillow_errors_as, refuse_if, too_large, too_much, without_warnings

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data, Writing

_SRGB_CURVE = (2.4, 12.92)  # exponent, and slope near black
_TAGS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)
_WORK = 8  # of a pixel that is developed, in pixels that are decoded; a sound file has about a byte for each
_READ_ONLY = "is a camera RAW file, which is read but not written; name an output such as photo.tif"


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Develop a RAW file."""
    library = extra("rawpy", "raw", name)
    stored = bytes(data)
    if formats.is_truncated(stored):
        raise UnreadablePhoto(printable(name), "is cut short; copy it again from where it came")
    with library.imread(BytesIO(stored)) as raw:
        width, height = raw.sizes.width, raw.sizes.height
        work = too_much(_WORK * width * height, len(data), max_pixels)
        refuse_if(too_large(width, height, max_pixels) or work, name)
        pixels = raw.postprocess(use_camera_wb=True, output_bps=16, gamma=_SRGB_CURVE)
    described = Image.new("L", (1, 1))
    described.info["exif"] = _exif(stored)
    return Photo(name, data, (Picture.of(pixels),), "RAW", None, opened=described)


def _exif(data: bytes) -> bytes:
    """Return the EXIF of a TIFF-based file; none for other or damaged ones."""
    if not data.startswith((b"II*\0", b"MM\0*")):
        return b""
    with (
        suppress(UnreadablePhoto),
        pillow_errors_as(lambda text: UnreadablePhoto("", text)),
        without_warnings(),
    ):
        _check_tags(data)
        tags, copied = Image.Exif(), Image.Exif()
        tags.load(data)
        copied.update({tag: tags[tag] for tag in _TAGS if tag in tags})
        for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            if group in tags:
                copied.get_ifd(group).update(tags.get_ifd(group))
                copied.get_ifd(group).pop(ExifTags.Base.MakerNote, None)
        return copied.tobytes()
    return b""


def _check_tags(data: bytes) -> None:
    """Raise BadDirectory if EXIF's directories are damaged, or too long for Pillow, which reads all tags."""
    ifds = IfdFile.of(data)
    first = ifds.existing()
    below = (first.find(group) for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo))
    for directory in (first, *(ifds.existing(entry.at + 8) for entry in below if entry)):
        for entry in directory.entries:
            ifds.spend(min(entry.size, len(data)))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:  # noqa: ARG001 - a codec has it
    """Raise OutputError: RAW files are not written."""
    raise OutputError(printable(photo.name), _READ_ONLY)


write = rewrite
