"""The transfer curve of an ICC profile: how its stored values are linear light."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import CODES, SRGB, Curve, encoded_of
from colorfix.wording import shown

if TYPE_CHECKING:
    from colorfix.colour import Floats
    from colorfix.photos.photo import Photo

_TAGS = (b"rTRC", b"gTRC", b"bTRC")
_STEPS = 4097
_SAME = 0.5 / 255
_COUNT, _ENTRIES, _ENTRY = 128, 132, 12  # where a profile holds its tags' number and places, and their size
_MOST_TAGS = 100
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of a parametric curve, by its kind


def curve_of(photo: Photo) -> tuple[Curve, tuple[str, ...]]:
    """Return the curve of the photo's profile, and what had to be assumed for it.

    A profile's ``rTRC``, ``gTRC`` and ``bTRC`` are used (ICC.1:2022, 10.6 and 10.18). A profile without them
    works by tables of colours instead; sRGB's curve then stands for its own. One that is sRGB's to half a
    code is taken for the formula.
    """
    if photo.profile is None:
        return SRGB, ()
    try:
        tables = np.stack([_table(photo.profile, tag) for tag in _TAGS])
    except (ValueError, struct.error, KeyError):
        return SRGB, (f"the profile of {shown(photo.name)} has no transfer curve; sRGB's is used",)
    curve = Curve(tables)
    tones = encoded_of(np.clip(curve.decoded(np.tile(CODES[:, None], 3)), 0.0, 1.0))
    return (SRGB if np.abs(tones - CODES[:, None]).max() < _SAME else curve), ()


def _table(profile: bytes, tag: bytes) -> Floats:
    """One channel's curve at equal steps, made to begin at 0, to end at 1 and never to fall."""
    values = np.maximum.accumulate(np.clip(_values(_body(profile, tag)), 0.0, 1.0))
    low, high = values[0], values[-1]
    if not (np.isfinite(values).all() and high > low):
        raise ValueError("a curve that does not rise")
    table: Floats = (values - low) / (high - low)
    return table


def _body(profile: bytes, tag: bytes) -> bytes:
    number = min(int.from_bytes(profile[_COUNT:_ENTRIES]), _MOST_TAGS)
    for at in range(_ENTRIES, _ENTRIES + _ENTRY * number, _ENTRY):
        name, start, size = struct.unpack(">4sII", profile[at : at + _ENTRY])
        if name == tag:
            return profile[start : start + size]
    raise KeyError(tag)


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
    """Y = (a x + b)^g + c from d on, or -b/a; below it, a line f + e x or a constant (table 68)."""
    gamma, a, b, c, d, e, f = _completed(kind, parameters)
    power: Floats = np.maximum(a * x + b, 0.0) ** gamma + c
    return np.where(x >= d, power, e * x + f)


def _completed(kind: int, parameters: list[float]) -> tuple[float, float, float, float, float, float, float]:
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
