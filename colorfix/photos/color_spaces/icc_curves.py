"""Transfer curves and primaries of a matrix ICC profile."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.statistics import CODES, SRGB, Curve, encoded_of
from colorfix.core.text import printable

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.photos.photo import Photo

_CURVES = (b"rTRC", b"gTRC", b"bTRC")
_PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
_TABLES = (b"A2B0", b"A2B1", b"B2A0", b"B2A1")
_LENGTH_OF_XYZ = 20  # bytes
_LEAST_VOLUME = 1e-4  # sRGB's primaries span 0.2
_STEPS = 65536  # 8-bit and 16-bit codes coincide with steps
_SAME = 0.5 / 255
_COUNT, _ENTRIES, _ENTRY = 128, 132, 12  # offsets of the number and the table of tags; bytes of an entry
_MOST_TAGS = 100
_DATE, _ID = slice(24, 36), slice(84, 100)
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of a parametric curve, by its kind


def curve_of(photo: Photo) -> tuple[Curve, tuple[str, ...]]:
    """Return the transfer curve of the photo's profile, and warnings about it.

    It is given by ``rTRC``, ``gTRC`` and ``bTRC`` (ICC.1:2022, 10.6 and 10.18). A profile without them uses
    color tables; sRGB's curve is used for it, with a warning. A curve within half a code of sRGB's is
    replaced by its formula.
    """
    if photo.profile is None:
        return SRGB, ()
    try:
        return curve_in(without_timestamp(photo.profile) or b""), ()
    except ValueError:
        return SRGB, (f"the profile of {printable(photo.name)} has no transfer curve; sRGB's is used",)


def without_timestamp(profile: bytes | None) -> bytes | None:
    """Return a profile with its date and digest set to 0 (ICC.1:2022, 7.2).

    Profiles that a program has generated for each photo then compare equal.
    """
    if profile is None:
        return None
    return (
        profile[: _DATE.start] + bytes(12) + profile[_DATE.stop : _ID.start] + bytes(16) + profile[_ID.stop :]
    )


@lru_cache(maxsize=8)
def curve_in(profile: bytes) -> Curve:
    """Return the curve of a profile; cached, since the photos of a folder share their profile.

    Raises:
        ValueError: it has none.
    """
    bodies = [_body(profile, tag) for tag in _CURVES]
    tables = {body: _table(body) for body in set(bodies)}  # usually one for all three
    curve = Curve(np.stack([tables[body] for body in bodies]))
    tones = encoded_of(np.clip(curve.light, 0.0, 1.0))
    return SRGB if np.abs(tones - CODES[:, None]).max() < _SAME else curve


def primaries_in(profile: bytes) -> Floats:
    """Return the primaries of a profile in CIE XYZ under D50, as columns, shape [3, 3].

    Raises:
        ValueError: it has none, they lie in a plane, or it uses color tables.
    """
    columns = []
    if any(tag in _tags(profile) for tag in _TABLES):
        raise ValueError("a profile that works by tables of colors, whatever its primaries are")
    for tag in _PRIMARIES:
        body = _body(profile, tag)
        if body[:4] != b"XYZ " or len(body) < _LENGTH_OF_XYZ:
            raise ValueError("another kind of primary")
        columns.append([value / 65536 for value in struct.unpack(">3i", body[8:_LENGTH_OF_XYZ])])
    primaries = np.array(columns).T
    if abs(np.linalg.det(primaries)) < _LEAST_VOLUME:
        raise ValueError("primaries that lie in a plane")
    return primaries


def _table(body: bytes) -> Floats:
    """Return a channel's curve at equal steps, normalized to rise monotonically from 0 to 1."""
    try:
        with np.errstate(all="ignore"):  # NaN is refused below
            found = _values(body)
    except (struct.error, KeyError, ZeroDivisionError) as error:
        raise ValueError("a curve cut short, or of an unknown kind") from error
    values = np.maximum.accumulate(np.clip(found, 0.0, 1.0))
    low, high = values[0], values[-1]
    if not (np.isfinite(values).all() and high > low):
        raise ValueError("a curve that does not rise")
    table: Floats = (values - low) / (high - low)
    return table


def _body(profile: bytes, tag: bytes) -> bytes:
    if tag not in _tags(profile):
        raise ValueError("no such tag")
    start, size = _tags(profile)[tag]
    return profile[start : start + size]


def _tags(profile: bytes) -> dict[bytes, tuple[int, int]]:
    """Return the offset and length of each tag's body, bytes."""
    number = min(int.from_bytes(profile[_COUNT:_ENTRIES]), _MOST_TAGS)
    within = min(_ENTRIES + _ENTRY * number, len(profile) - _ENTRY + 1)
    entries = [struct.unpack_from(">4sII", profile, at) for at in range(_ENTRIES, within, _ENTRY)]
    return {name: (start, size) for name, start, size in entries}


def _values(body: bytes) -> Floats:
    steps = np.linspace(0.0, 1.0, _STEPS)
    if body[:4] == b"para":
        (kind,) = struct.unpack(">H", body[8:10])
        number = _PARAMETERS[kind]
        fixed = struct.unpack(f">{number}i", body[12 : 12 + 4 * number])
        return _parametric(kind, [value / 65536 for value in fixed], steps)
    if body[:4] != b"curv":
        raise ValueError("another kind of curve")
    (number,) = struct.unpack(">I", body[8:12])
    if number == 0:
        return steps
    entries = np.frombuffer(body, ">u2", number, 12).astype(np.float64)
    if number == 1:
        powers: Floats = steps ** (entries[0] / 256)
        return powers
    return np.interp(steps, np.linspace(0.0, 1.0, number), entries / 65535)


def _parametric(kind: int, parameters: list[float], x: Floats) -> Floats:
    """Return (a x + b)^g + c from d or -b/a on; below it, a line f + e x or a constant (ICC.1, table 68)."""
    gamma, a, b, c, d, e, f = _all_parameters(kind, parameters)
    power: Floats = np.maximum(a * x + b, 0.0) ** gamma + c
    return np.where(x >= d, power, e * x + f)


def _all_parameters(
    kind: int, parameters: list[float]
) -> tuple[float, float, float, float, float, float, float]:
    match kind, parameters:
        case 0, [gamma]:
            return gamma, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
        case 1, [gamma, a, b]:
            return gamma, a, b, 0.0, -b / a, 0.0, 0.0
        case 2, [gamma, a, b, c]:
            return gamma, a, b, c, -b / a, 0.0, c
        case 3, [gamma, a, b, c, d]:
            return gamma, a, b, 0.0, d, c, 0.0
        case 4, [gamma, a, b, slope, d, above, below]:
            return gamma, a, b, above, d, slope, below
    raise ValueError("an unknown parametric curve")
