"""BMP: the pixels, the resolution and, in a header of version 4 or 5, the color space.

Source: BITMAPV5HEADER, Windows GDI reference (Microsoft).
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from colorfix.photos import contents
from colorfix.photos.codecs.pillow import decode, save
from colorfix.photos.color_spaces.coded import of_gamma

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data, Photo, Writing

_FILE, _SHORT = 14, 40  # bytes of the file's header, and of the header of a picture without colors
_V4, _V5 = 108, 124
_KIND, _CORNERS, _GAMMAS = 56, 60, 96  # positions in the header
_PROFILE, _PROFILE_SIZE = 112, 116
_EMBEDDED, _CALIBRATED = b"DEBM", bytes(4)
_MODES = {"RGB", "L"}


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a BMP."""
    photo = decode(data, name, "BMP", max_pixels)
    photo = replace(photo, profile=_profile(bytes(data)))
    return photo.with_contents((), contents.kinds_in(_trailer(bytes(data))))


def _header(data: bytes) -> bytes:
    return data[_FILE : _FILE + int.from_bytes(data[_FILE : _FILE + 4], "little")]


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _profile(data: bytes) -> bytes | None:
    """Return the profile that a header embeds, or that of its primaries and gamma; None for sRGB."""
    header = _header(data)
    if len(header) >= _V5 and header[_KIND : _KIND + 4] == _EMBEDDED:
        return _embedded(data) or None
    if len(header) < _V4 or header[_KIND : _KIND + 4] != _CALIBRATED:
        return None
    columns = [[_number(header, _CORNERS + 12 * n + 4 * axis) / 2**30 for axis in range(3)] for n in range(3)]
    columns.append([sum(parts) for parts in zip(*columns, strict=True)])
    gamma = _number(header, _GAMMAS) / 65536
    if not (gamma and all(map(sum, columns))):
        return None  # usual: a calibrated space without numbers
    space = of_gamma(gamma, tuple((x / (x + y + z), y / (x + y + z)) for x, y, z in columns))
    return space.profile() if space.is_usable else None


def _embedded(data: bytes) -> bytes:
    header = _header(data)
    start = _FILE + _number(header, _PROFILE)
    return data[start : start + _number(header, _PROFILE_SIZE)]


def _trailer(data: bytes) -> bytes:
    """Return the bytes behind the file that the header describes."""
    size = _number(data, 2)
    return data[size:] if size > _number(data, 10) else b""


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the picture uncompressed, with the source's color space and the data behind it."""
    encoded = BytesIO()
    save(photo, change, encoded, "BMP", _MODES, {})
    data, own = encoded.getvalue(), bytes(photo.data)
    file.write(_with_color_space(data, own) if len(_header(own)) >= _V4 else data)
    if not writing.strip:
        file.write(_trailer(own))
    return ()


def _with_color_space(data: bytes, own: bytes) -> bytes:
    """Return a file with the source's header of version 4 or 5, and the profile behind the pixels."""
    header = bytearray(_header(own))
    header[4:_SHORT] = data[_FILE + 4 : _FILE + _SHORT]
    header[_SHORT:_KIND] = bytes(_KIND - _SHORT)  # masks of bits, which uncompressed pixels need not
    body = data[_FILE + _SHORT :]
    start = _FILE + len(header) + _number(data, 10) - _FILE - _SHORT
    profile = _embedded(own) if len(header) >= _V5 and header[_KIND : _KIND + 4] == _EMBEDDED else b""
    if profile:
        header[_PROFILE : _PROFILE + 4] = (len(header) + len(body)).to_bytes(4, "little")
    size = _FILE + len(header) + len(body) + len(profile)
    head = b"BM" + size.to_bytes(4, "little") + bytes(4) + start.to_bytes(4, "little")
    return head + bytes(header) + body + profile


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:  # noqa: ARG001 - a family's
    """Write a photo of another format, upright; the only metadata is the resolution."""
    save(photo, change, file, "BMP", _MODES, {})
    return ()
