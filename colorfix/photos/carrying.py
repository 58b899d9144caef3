"""A photo's metadata on its way into another format: read from its own file, true of the corrected photo."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from colorfix.photos import gathering, placing
from colorfix.photos.exif import PREFIX
from colorfix.photos.jpeg_segments import segments
from colorfix.photos.kept import in_small
from colorfix.photos.metadata import Metadata
from colorfix.photos.png_chunks import chunks

if TYPE_CHECKING:
    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change

_MORE_IN_XMP = re.compile(rb"""hdrgm:Version|(?:MotionPhoto|MicroVideo)(?:=["']1|>1<)""")
_SHALLOW = {"JPEG", "WEBP", "BMP", "GIF", "AVIF"}  # formats written with 8 bits a channel
_DOTS = range(1, 65536)  # an inch: what every format can hold


def keywords(photo: Photo) -> dict[str, Any]:
    """Pillow's arguments that write the photo's ICC profile and its resolution."""
    arguments = {"icc_profile": photo.profile, "dpi": dpi_of(photo)}
    return {name: value for name, value in arguments.items() if value}


def blocks(photo: Photo, change: Change, writing: Writing) -> dict[str, Any]:
    """Pillow's arguments that write EXIF and XMP, for formats that hold each as one block."""
    metadata = carried(photo, change, writing)
    arguments = {"exif": PREFIX + metadata.exif if metadata.exif else b"", "xmp": metadata.xmp}
    return {name: value for name, value in arguments.items() if value}


def carried(photo: Photo, change: Change, writing: Writing) -> Metadata:
    """Return the metadata of the photo as it is true of the corrected one."""
    found, _ = metadata_of(photo)
    fresh, _ = found.corrected(in_small(photo, change), writing.software, strip=writing.strip)
    return fresh


def losses(photo: Photo, into: str, *, strip: bool) -> tuple[str, ...]:
    """Return a sentence for each thing that the photo says of itself and another format has no place for."""
    if into == photo.format:
        return ()
    if strip:
        return _depth(photo, into)
    metadata, only_here = metadata_of(photo)
    too_large = placing.as_jpeg(metadata)[1] if into == "JPEG" else ()
    return (*_depth(photo, into), *only_here, *placing.lost(metadata, into), *too_large)


def _depth(photo: Photo, into: str) -> tuple[str, ...]:
    """Say so where the pixels are deeper than the format's."""
    if into not in _SHALLOW or isinstance(photo.first, Image.Image):
        return ()
    return (f"has more than 8 bits a channel; {into} holds 8",)


def metadata_of(photo: Photo) -> tuple[Metadata, tuple[str, ...]]:
    """Return what a photo's own file says of it, and a sentence for what only that format has."""
    data = bytes(photo.data)
    match photo.format:
        case "JPEG":
            found, lost = gathering.of_jpeg(segments(data))
        case "PNG":
            found, lost = gathering.of_png(chunks(data))
        case "TIFF":
            found, lost = gathering.of_tiff(data, turned=False)
        case "WEBP":
            found, lost = gathering.of_webp(data), ()
        case _:
            found, lost = _as_opened(photo), ()
    return (replace(found, xmp=b"") if tells_of_more(found.xmp) else found), lost


def _as_opened(photo: Photo) -> Metadata:
    """What Pillow found in a file of another kind."""
    info = {} if photo.opened is None else photo.opened.info
    exif, xmp = info.get("exif") or b"", info.get("xmp") or b""
    return Metadata(exif.removeprefix(PREFIX), xmp.encode() if isinstance(xmp, str) else bytes(xmp))


def tells_of_more(xmp: bytes) -> bool:
    """Whether an XMP packet describes something behind the photo: without it, the packet is wrong."""
    return _MORE_IN_XMP.search(xmp) is not None


def dpi_of(photo: Photo) -> tuple[float, float] | None:
    """The resolution, if it is one: zeros and infinities stand in many files."""
    if photo.opened is None:
        return None
    across, down = (float(dots) for dots in photo.opened.info.get("dpi", (0, 0)))
    possible = _DOTS.start <= across < _DOTS.stop and _DOTS.start <= down < _DOTS.stop
    return (across, down) if possible else None
