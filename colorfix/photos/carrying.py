"""Metadata between formats: what Pillow writes anew of EXIF, XMP, the ICC profile and the resolution."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

if TYPE_CHECKING:
    from colorfix.photos.photo import Photo

_PREFIX = b"Exif\0\0"  # how EXIF begins in a JPEG; PNG, WebP and TIFF do without
_XMP_TAG, _IPTC_TAG, _PHOTOSHOP_TAG = 700, 33723, 34377
_MORE_IN_XMP = re.compile(rb"""hdrgm:Version|(?:MotionPhoto|MicroVideo)(?:=["']1|>1<)""")
_DOTS = range(1, 65536)  # an inch: what every format can hold
_Base, _IFD = ExifTags.Base, ExifTags.IFD
# Of a TIFF's tags, and of some EXIF, most describe how the pixels were stored; these are about the photo
_ABOUT_THE_PHOTO = (
    _Base.ImageDescription,
    _Base.Make,
    _Base.Model,
    _Base.Software,
    _Base.DateTime,
    _Base.Orientation,  # of a TIFF it is gone by now: Pillow has turned the pixels
    _Base.Artist,
    _Base.HostComputer,
    _Base.Rating,
    _Base.Copyright,
    _Base.XPTitle,
    _Base.XPComment,
    _Base.XPAuthor,
    _Base.XPKeywords,
    _Base.XPSubject,
)


def keywords(photo: Photo, into: str) -> dict[str, Any]:
    """Pillow's arguments that write the photo's metadata into another format.

    Args:
        photo: as read, or from memory.
        into: the format to be written; BMP holds the resolution only.
    """
    if photo.opened is None:
        return {"icc_profile": photo.profile} if photo.profile else {}
    exif, xmp = _exif(photo.opened), _xmp(photo.opened)
    arguments: dict[str, Any] = {"icc_profile": photo.profile, "dpi": _dpi(photo.opened)}
    if into == "TIFF":
        arguments["exif"] = _tags(photo.opened, exif, xmp)
    elif into == "PNG":
        arguments |= {"exif": exif, "pnginfo": _text(xmp)}
    else:
        arguments |= {"exif": _PREFIX + exif if exif else None, "xmp": xmp}
    return {name: value for name, value in arguments.items() if value}


def tells_of_more(xmp: bytes) -> bool:
    """Whether an XMP packet describes something behind the photo: without it, the packet is wrong."""
    return _MORE_IN_XMP.search(xmp) is not None


def _exif(image: Image.Image) -> bytes:
    """The photo's EXIF as it stands, without a prefix; of a TIFF, what its tags say about the photo."""
    if hasattr(image, "tag_v2"):
        return _about_the_photo(image.getexif()).tobytes().removeprefix(_PREFIX)
    exif: bytes = image.info.get("exif", b"")
    return exif.removeprefix(_PREFIX)


def _about_the_photo(tags: Image.Exif) -> Image.Exif:
    kept = Image.Exif()
    for tag in _ABOUT_THE_PHOTO:
        if tag in tags:
            kept[tag] = tags[tag]
    for group in (_IFD.Exif, _IFD.GPSInfo):
        if group in tags:
            kept.get_ifd(group).update(tags.get_ifd(group))
            kept[group] = 0  # Pillow's TIFF looks for the entry and puts the place there
    return kept


def _xmp(image: Image.Image) -> bytes:
    xmp = image.info.get("xmp", b"")
    xmp = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
    return b"" if tells_of_more(xmp) else xmp


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    """The resolution, if it is one: zeros and infinities stand in many files."""
    across, down = (float(dots) for dots in image.info.get("dpi", (0, 0)))
    possible = _DOTS.start <= across < _DOTS.stop and _DOTS.start <= down < _DOTS.stop
    return (across, down) if possible else None


def _text(xmp: bytes) -> PngInfo | None:
    if not xmp:
        return None
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", xmp.decode(errors="replace"))
    return chunks


def _tags(image: Image.Image, exif: bytes, xmp: bytes) -> Image.Exif:
    stored = Image.Exif()
    stored.load(exif)
    tags = _about_the_photo(stored)
    if xmp:
        tags[_XMP_TAG] = xmp
    source = getattr(image, "tag_v2", {})
    for tag in (_IPTC_TAG, _PHOTOSHOP_TAG):
        if isinstance(source.get(tag), bytes):
            tags[tag] = source[tag]
    return tags
