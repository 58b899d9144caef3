"""Conversion of a photo's metadata to another format, and the losses of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from colorfix.photos import contents
from colorfix.photos.containers import bmff
from colorfix.photos.containers.jpeg_markers import segments
from colorfix.photos.containers.png_chunks import chunks
from colorfix.photos.metadata import exif
from colorfix.photos.metadata.metadata import Metadata, dots_of, preview_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Change, Photo, Writing

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Transposition that makes the pixels of each EXIF orientation upright."""

_OF_EIGHT_BITS = {"JPEG", "WEBP", "BMP", "GIF", "AVIF", "JXL"}
_WITHOUT_PROFILE = {"BMP", "GIF"}
_DEEP = "has more than 8 bits a channel, and {} is written with 8; write a .png or .tif, or lose them"
_FLOATS = "is of floating point, and {} of whole numbers from 0 to 1; write a .tif, or lose the rest"
_PROFILE = "has a color profile that {} has no place for; write a .png or .tif, or other colors are seen"


def profile_arguments(photo: Photo) -> dict[str, Any]:
    """Return Pillow's arguments for the photo's ICC profile and its resolution."""
    arguments = {"icc_profile": photo.profile, "dpi": dots_of(photo)}
    return {name: value for name, value in arguments.items() if value}


def metadata_arguments(
    photo: Photo, change: Change, writing: Writing
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return Pillow's arguments for EXIF and XMP, which some formats store as blocks, and the losses."""
    metadata, warnings = corrected_metadata(photo, change, writing)
    arguments = {"exif": exif.PREFIX + metadata.exif if metadata.exif else b"", "xmp": metadata.xmp}
    return {name: value for name, value in arguments.items() if value}, warnings


def corrected_metadata(photo: Photo, change: Change, writing: Writing) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata of the corrected photo, and a sentence for each loss."""
    found, _ = metadata_of(photo)
    return found.corrected(
        preview_change(photo, change),
        writing.software,
        strip=writing.strip,
        dots=dots_of(photo) or exif.DOTS,
    )


def lost_contents(photo: Photo, into: str, *, strip: bool) -> tuple[str, ...]:
    """Return the names of contents of the photo's file that the output does not have."""
    return photo.removed + (photo.carried if strip or into != photo.format else ())


def losses(photo: Photo, into: str, *, strip: bool) -> tuple[str, ...]:
    """Return a sentence for each loss of writing the photo in a format, stripped or not.

    The sentence about ``Photo.removed`` is not among them: it is a warning of the photo.
    """
    dropped = contents.lost(lost_contents(photo, into, strip=strip)[len(photo.removed) :])
    if strip or into == photo.format:
        return dropped
    from colorfix.photos.metadata import by_format

    metadata, only_here = metadata_of(photo)
    too_large = by_format.as_jpeg(metadata)[1] if into == "JPEG" else ()
    of_metadata = (*only_here, *by_format.lost(metadata, into), *too_large)
    return (*dropped, *_of_pixels(photo, into), *of_metadata)


def _of_pixels(photo: Photo, into: str) -> Iterator[str]:
    """Yield a sentence for each loss of the pixels and their profile."""
    first = photo.first_raster
    if isinstance(first, np.ndarray) and into in _OF_EIGHT_BITS and not _warns_of_depth(photo):
        yield _DEEP.format(into)
    elif isinstance(first, np.ndarray) and first.dtype.kind == "f" and into in {"PNG", "HEIF"}:
        yield _FLOATS.format(into)
    if photo.profile and into in _WITHOUT_PROFILE:
        yield _PROFILE.format(into)


def _warns_of_depth(photo: Photo) -> bool:
    """Whether the photo has a warning about its bits already."""
    return any("more than 8 bits" in warning for warning in photo.warnings)


def metadata_of(photo: Photo) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata in a photo's file, and a sentence for each part that only its format has."""
    from colorfix.photos.metadata import by_format

    data = bytes(photo.data)
    match photo.format:
        case "JPEG":
            found, lost = by_format.of_jpeg(segments(data))
        case "PNG":
            found, lost = by_format.of_png(chunks(data))
        case "TIFF":
            found, lost = by_format.of_tiff(data)
        case "WEBP":
            found, lost = by_format.of_webp(data), ()
        case "AVIF":  # Pillow serializes its EXIF again, which destroys maker notes
            block = exif.oriented(bmff.bmff_info(data).exif, exif.orientation_of(_as_opened(photo).exif))
            found, lost = _as_opened(photo)._replace(exif=block), ()
        case _:
            found, lost = _as_opened(photo), ()
    return found, lost


def turn_of(photo: Photo) -> Image.Transpose | None:
    """Return the transposition that makes the photo's pixels upright; None if they are."""
    return _UPRIGHT.get(exif.orientation_of(metadata_of(photo)[0].exif))


def upright(photo: Photo, image: Image.Image) -> Image.Image:
    """Return an image of the photo's pixels as a viewer displays it, for a format without orientation."""
    turn = turn_of(photo)
    return image if turn is None else image.transpose(turn)


def _as_opened(photo: Photo) -> Metadata:
    """Return the metadata that Pillow has read."""
    info = {} if photo.opened is None else photo.opened.info
    block, xmp = info.get("exif") or b"", info.get("xmp") or b""
    return Metadata(block.removeprefix(exif.PREFIX), xmp.encode() if isinstance(xmp, str) else bytes(xmp))
