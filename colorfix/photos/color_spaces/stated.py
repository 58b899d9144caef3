"""Colors that a file states outside an ICC profile: one rule for all formats.

Known primaries and transfers are honored by a profile for the calculation; the file's own statement is kept.
HDR pictures are refused. What a file says more exactly comes first: code points, then an ICC profile, then a
gamma, then EXIF's mark of Adobe RGB.

Sources: PNG specification, third edition (W3C, 2025), 4.3; Exif 3.0, 4.6.6; DCF 2.0 (edition 2010).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.photos.color_spaces.coded import ADOBE_RGB, CodedSpace, hdr_reason, of_code_points, of_gamma
from colorfix.photos.color_spaces.profiles import code_points_in
from colorfix.photos.containers.bmff import bmff_info
from colorfix.photos.containers.ifd import BadDirectory, IfdFile
from colorfix.photos.containers.png_chunks import chunks, content
from colorfix.photos.metadata.exif import PREFIX, is_adobe_rgb
from colorfix.photos.pillow_open import refuse_if

if TYPE_CHECKING:
    from colorfix.photos.color_spaces.coded import Points
    from colorfix.photos.photo import Data, Photo

_UNKNOWN = "states colors of an unknown kind; they are taken for sRGB"
_PIXELS = b"IDAT"
_GAMMA, _CHROMATICITIES = 4, 32  # bytes
_WITH_EXIF = {"JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"}


def with_stated_colors(photo: Photo) -> Photo:
    """Return the photo with the profile that its file states by numbers.

    Raises:
        UnsupportedPhoto: it is an HDR picture.
    """
    points = _code_points(photo)
    for _, transfer in filter(None, (points, code_points_in(photo.profile))):
        refuse_if(hdr_reason(transfer), photo.name)
    space, is_known = _stated(photo, points)
    if not is_known:
        return replace(photo, warnings=(*photo.warnings, _UNKNOWN))
    return photo if space is None else replace(photo, profile=space.profile())


def _stated(photo: Photo, points: tuple[int, int] | None) -> tuple[CodedSpace | None, bool]:
    """Return the space that a file states, None for none; and whether it is known."""
    if points is not None and (photo.profile is None or photo.format == "PNG"):
        space = of_code_points(*points)
        return space, space is not None
    if photo.profile is not None:
        return None, True
    space = _of_png(photo.data) if photo.format == "PNG" else None
    if space is None and points is None and photo.format in _WITH_EXIF and _is_adobe_rgb(photo):
        space = ADOBE_RGB
    return space, space is None or space.is_usable


def _code_points(photo: Photo) -> tuple[int, int] | None:
    """Return the code points of primaries and transfer; None if the file has none."""
    match photo.format:
        case "PNG":
            stored = _color_chunks(photo.data).get(b"cICP", b"")
            return (stored[0], stored[1]) if len(stored) == _GAMMA else None
        case "AVIF":
            with suppress(ValueError):
                return bmff_info(bytes(photo.data)).cicp
        case "HEIF":
            found = ({} if photo.opened is None else photo.opened.info).get("nclx_profile") or {}
            if found:
                return int(found["color_primaries"]), int(found["transfer_characteristics"])
    return None


def _color_chunks(data: Data) -> dict[bytes, bytes]:
    """Return the contents of a PNG's chunks about color, ahead of the pixels."""
    found = {}
    for kind, whole in chunks(bytes(data)):
        if kind == _PIXELS:
            break
        if kind in {b"cICP", b"sRGB", b"gAMA", b"cHRM"}:
            found[kind] = content(whole)
    return found


def _of_png(data: Data) -> CodedSpace | None:
    """Return the space of a PNG without a profile; None if it states none."""
    found = _color_chunks(data)
    if b"sRGB" in found:
        return of_gamma(None, None)
    gamma, corners = found.get(b"gAMA", b""), found.get(b"cHRM", b"")
    if not (len(gamma) == _GAMMA or len(corners) == _CHROMATICITIES):
        return None
    number = int.from_bytes(gamma) / 100_000 if len(gamma) == _GAMMA else None
    return of_gamma(None if number is None else 1 / max(number, 1e-5), _points(corners))


def _points(corners: bytes) -> Points | None:
    """Return the chromaticities of a cHRM chunk, which has white first; None for another length."""
    if len(corners) != _CHROMATICITIES:
        return None
    numbers = [int.from_bytes(corners[at : at + 4]) / 100_000 for at in range(0, _CHROMATICITIES, 4)]
    white, *others = zip(numbers[::2], numbers[1::2], strict=True)
    return (*others, white)


def _is_adobe_rgb(photo: Photo) -> bool:
    """Whether EXIF marks the photo as Adobe RGB."""
    if photo.format == "TIFF":
        with suppress(BadDirectory):
            return is_adobe_rgb(IfdFile.of(photo.data))
        return False
    block = (({} if photo.opened is None else photo.opened.info).get("exif") or b"").removeprefix(PREFIX)
    with suppress(BadDirectory):
        return is_adobe_rgb(IfdFile.of_classic(block))
    return False
