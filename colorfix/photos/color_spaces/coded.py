"""Color spaces by numbers, as profiles: code points, or a gamma and the chromaticities of primaries.

Sources: ITU-T H.273 (2024), tables 2 and 3 (code points, the numbers of ISO/IEC 23091-2); ICC.1:2022, 10.18
(parametric curves); Adobe RGB (1998) Color Image Encoding, 4.3.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

Points: TypeAlias = tuple[tuple[float, float], ...]
"""Chromaticities x, y of red, green, blue and white."""

_D65, _C, _DCI = (0.3127, 0.329), (0.31, 0.316), (0.314, 0.351)
_BT709: Points = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06), _D65)
_BT601: Points = ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07), _D65)
_PRIMARIES: dict[int, Points] = {
    1: _BT709,
    2: _BT709,  # unspecified
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.6), (0.15, 0.06), _D65),
    6: _BT601,
    7: _BT601,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046), _D65),
    11: ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), _DCI),
    12: ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), _D65),
    22: ((0.63, 0.34), (0.295, 0.605), (0.155, 0.077), _D65),
}
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_BT709_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVES: dict[int, tuple[float, ...]] = {  # a gamma, or g, a, b, c, d of ICC's parametric curve 3
    2: _SRGB_CURVE,  # unspecified
    4: (2.2,),
    5: (2.8,),
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912),
    8: (1.0,),
    13: _SRGB_CURVE,
    17: (2.6,),
    **dict.fromkeys((1, 6, 11, 12, 14, 15), _BT709_CURVE),
}
_HDR = {16: "PQ", 18: "HLG"}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50 = np.array([0.9642, 1.0, 0.8249])
_USUAL_GAMMA, _NEAR = 2.2, 0.003
_LEAST_AREA = 1e-4  # of the triangle of primaries in x, y; sRGB's is 0.11
_GAMMAS = (0.2, 10.0)


class CodedSpace(NamedTuple):
    """A color space by numbers.

    Attributes:
        points: chromaticities of red, green, blue and white.
        curve: a gamma, or five parameters of ICC's parametric curve 3.
    """

    points: Points
    curve: tuple[float, ...]

    @property
    def is_usable(self) -> bool:
        """Whether the primaries span a triangle, and the gamma is one of a display."""
        (rx, ry), (gx, gy), (bx, by), (_, white) = self.points
        area = abs((gx - rx) * (by - ry) - (bx - rx) * (gy - ry)) / 2
        in_range = len(self.curve) > 1 or _GAMMAS[0] <= self.curve[0] <= _GAMMAS[1]
        return area > _LEAST_AREA and min(ry, gy, by, white) > 0 and in_range

    @property
    def is_srgb(self) -> bool:
        """Whether it is sRGB, of which a gamma of 2.2 is the usual short form."""
        same_points = float(np.abs(np.subtract(self.points, _BT709)).max()) < _NEAR
        is_power = len(self.curve) == 1
        usual = abs(1 / self.curve[0] - 1 / _USUAL_GAMMA) < _NEAR if is_power else self.curve == _SRGB_CURVE
        return same_points and usual

    def profile(self) -> bytes | None:
        """Return an ICC profile of version 4; None for sRGB.

        >>> CodedSpace(_PRIMARIES[12], _CURVES[13]).profile()[36:40], of_code_points(1, 13).profile()
        (b'acsp', None)
        """
        return None if self.is_srgb else _profile(_adapted(self.points), self.curve)


ADOBE_RGB = CodedSpace(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65), (563 / 256,))


def of_code_points(primaries: int, transfer: int) -> CodedSpace | None:
    """Return the space of two code points; None for unknown ones."""
    points, curve = _PRIMARIES.get(primaries), _CURVES.get(transfer)
    return None if points is None or curve is None else CodedSpace(points, curve)


def of_gamma(gamma: float | None, points: Points | None) -> CodedSpace:
    """Return the space of a gamma and chromaticities; sRGB's for those that are not given."""
    return CodedSpace(points or _BT709, _SRGB_CURVE if gamma is None else (gamma,))


def hdr_reason(transfer: int | None) -> str | None:
    """Return why a picture of this transfer is refused; None for one that is not."""
    kind = None if transfer is None else _HDR.get(transfer)
    return None if kind is None else f"is an HDR picture ({kind}); export it in SDR first"


def _adapted(points: Points) -> Floats:
    """Return the primaries in CIE XYZ under D50 as columns, adapted by Bradford's transform."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in points]).T
    white = columns[:, 3]
    primaries = columns[:, :3] * np.linalg.solve(columns[:, :3], white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapted: Floats = np.linalg.inv(_BRADFORD) @ (scale[:, None] * (_BRADFORD @ primaries))
    return adapted


def _profile(primaries: Floats, curve: tuple[float, ...]) -> bytes:
    text = "colorfix".encode("utf-16-be")
    described = b"mluc" + bytes(4) + struct.pack(">LL2s2sLL", 1, 12, b"en", b"US", len(text), 28) + text
    kind = 0 if len(curve) == 1 else 3
    tone = b"para" + struct.pack(">LHH", 0, kind, 0) + b"".join(map(_fixed, curve))
    bodies = {b"desc": described, b"cprt": described, b"wtpt": _xyz(_D50)}
    bodies |= {
        name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries.T, strict=True)
    }
    bodies |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone)
    table, stored, at = b"", b"", 132 + 12 * len(bodies)
    for name, body in bodies.items():
        table += name + struct.pack(">LL", at + len(stored), len(body))
        stored += body + bytes(-len(body) % 4)
    size = at + len(stored)
    head = struct.pack(">L4xL12s12x4s28x", size, 0x04400000, b"mntrRGB XYZ ", b"acsp")
    head += b"".join(map(_fixed, _D50))
    return head.ljust(128, b"\0") + struct.pack(">L", len(bodies)) + table + stored


def _xyz(values: Floats) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _fixed(value: float) -> bytes:
    return round(float(value) * 65536).to_bytes(4, signed=True)
