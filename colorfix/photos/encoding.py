"""A corrected picture becomes a file's bytes: in its source's format as it was stored, or in another one."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from colorfix.errors import OutputError, SettingError
from colorfix.photos import jpeg, png
from colorfix.photos.carrying import keywords
from colorfix.photos.opening import opened, translated
from colorfix.wording import shown

if TYPE_CHECKING:
    from PIL import Image

    from colorfix.photos.photo import Photo

QUALITY = 92
"""JPEG and WebP quality where the source has none to keep, 1 to 100."""

_FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
_MODES = {
    "JPEG": {"RGB", "L"},
    "PNG": {"RGB", "RGBA", "L", "LA", "P"},
    "WEBP": {"RGB", "RGBA"},
    "TIFF": {"RGB", "RGBA", "L", "LA", "P"},
    "BMP": {"RGB", "L"},
}
_UNSURE = {
    ("P", "TIFF"),
    ("RGBA", "WEBP"),
}  # the first loses transparency, the second an alpha that is opaque
SUFFIXES = frozenset(_FORMATS)
"""Suffixes of photos that can be written, in lower case."""

_OPAQUE = 255


def format_of(path: str) -> str:
    """The format that a file's suffix asks for, in Pillow's name for it.

    Raises:
        OutputError: the suffix is unknown or missing.

    >>> format_of("holiday/beach.JPG")
    'JPEG'
    >>> format_of("beach.gif")
    Traceback (most recent call last):
    colorfix.errors.OutputError: beach.gif: no format is known by its suffix; use .bmp .jfif .jpe .jpeg .jpg .png .tif .tiff .webp
    """  # noqa: E501 - a message is one line
    suffix = PurePath(path).suffix.lower()
    if suffix not in _FORMATS:
        raise OutputError(shown(path), f"no format is known by its suffix; use {' '.join(sorted(_FORMATS))}")
    return _FORMATS[suffix]


def encode(photo: Photo, image: Image.Image, into: str, *, quality: int | None = None) -> bytes:
    r"""The bytes of a file that holds the image, with the photo's metadata.

    A JPEG source stays as it was: quantisation tables, sampling, order, every APP and comment segment byte
    for byte (``jpeg.rewritten``). A PNG source keeps its chunks (``png.rewritten``). Everywhere else EXIF,
    XMP, the ICC profile and the resolution are carried as far as the format has a place; a lossless WebP
    stays lossless, and a TIFF is written uncompressed.

    Args:
        photo: the source; what it carries goes with the image.
        image: of the photo's size and mode, such as ``apply`` gives.
        into: ``JPEG``, ``PNG``, ``WEBP``, ``TIFF`` or ``BMP``, as ``format_of`` says.
        quality: 1 to 100 for JPEG and WebP; None keeps the source's, or is ``QUALITY`` for a new JPEG or
            WebP.

    Raises:
        OutputError: the image is transparent and the format is not; Pillow cannot write the metadata; or
            what was written does not open as an image of the same size and mode.
        SettingError: the quality is out of range, or nobody writes the format.

    >>> import numpy as np
    >>> from colorfix.photos.reading import read
    >>> photo = read(np.full((2, 3, 3), 200, np.uint8))
    >>> encode(photo, photo.image, "PNG")[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    if into not in _MODES:
        raise SettingError(f"a photo is written as one of {', '.join(_MODES)}, got {into!r}")
    if quality is not None and not 1 <= quality <= 100:  # noqa: PLR2004 - percent
        raise SettingError(f"quality must be 1 to 100, got {quality}")
    with translated(lambda text: _failed(photo, into, text)):
        image = _fitted(photo, image, into)
        data = _encoded(photo, image, into, quality)
        _check(photo, image, into, data)
    return data


def _encoded(photo: Photo, image: Image.Image, into: str, quality: int | None) -> bytes:
    if photo.format == into == "JPEG":
        return jpeg.rewritten(photo, image, quality)
    if photo.format == into == "PNG":
        return png.rewritten(photo, image)
    stream = BytesIO()
    image.save(stream, into, **_settings(photo, into, quality), **keywords(photo, into))
    return stream.getvalue()


def _settings(photo: Photo, into: str, quality: int | None) -> dict[str, Any]:
    match into:
        case "JPEG":
            return {
                "quality": quality or QUALITY,
                "subsampling": 0,
                "comment": None,
            }  # nothing was subsampled yet
        case "PNG":
            return png.compression(photo)
        case "WEBP" if quality is None and photo.format == "WEBP" and _is_lossless_webp(photo.data):
            return {"lossless": True, "exact": True}
        case "WEBP":
            return {"quality": quality or QUALITY}
        case "TIFF":
            return {"compression": "raw"}  # Pillow loses the EXIF directories wherever libtiff compresses
        case _:
            return {}


def _is_lossless_webp(data: bytes) -> bool:
    at = 12
    while at + 8 <= len(data):
        if data[at : at + 4] == b"VP8L":
            return True
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return False


def _fitted(photo: Photo, image: Image.Image, into: str) -> Image.Image:
    """The image in a mode that the format has, with the same colours and the same transparency."""
    modes = _MODES[into]
    transparent = image.has_transparency_data
    if image.mode in modes and not (transparent and (image.mode, into) in _UNSURE):
        return image
    if not transparent:
        return image.convert("RGB")
    image = image.convert("RGBA")
    if image.getchannel("A").getextrema()[0] == _OPAQUE:
        return image.convert("RGB")
    if "RGBA" in modes:
        return image
    raise OutputError(
        shown(photo.name), f"is transparent in places and {into} cannot hold that; write a .png"
    )


def _check(photo: Photo, image: Image.Image, into: str, data: bytes) -> None:
    """Open what was written: the header must say what was meant (decoding again would double the time)."""
    written = opened(data, into)
    same_size = sorted(written.size) == sorted(image.size)  # Pillow turns a TIFF by its orientation tag
    if not same_size or written.mode != image.mode:
        raise _failed(photo, into, f"{image.mode} {image.size} became {written.mode} {written.size}")


def _failed(photo: Photo, into: str, text: str) -> OutputError:
    return OutputError(shown(photo.name), f"cannot be written as {into} ({text}); choose another format")
