"""Color temperature: the light that gains undo, as kelvins and Duv; and gains for a warmer or cooler white.

Gains (g_R, g_G, g_B) in linear light turn a light of the sRGB color 1/g gray. Its place in the CIE 1960
diagram is compared with the Planckian locus, the colors of black bodies: the nearest point of the locus is
its correlated color temperature, the distance its Duv, positive for greenish lights and negative for pinkish
ones (ANSI C78.377).

Mired are 10⁶ / kelvin: equal steps look about equally large. The photo's primaries are taken for sRGB's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from colorfix.color.sensor import matching_gains
from colorfix.core.errors import SettingError

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import Space

MIRED: Final = 1e6
"""Mired times kelvins."""

WHITES: Final = (2500.0, 25_000.0)
"""Lowest and highest temperature of a white, kelvins; warmer ones have hardly any blue in sRGB."""

_WARMEST: Final = 700.0  # mired: 1429 K, as far as the polynomials go
_ROUNDING: Final = 1e-6  # mired
_FARTHEST: Final = 0.05  # |Duv| beyond which CIE 15:2004 gives a light no color temperature
_ENCODING: Final = 2.2  # exponent that turns gains on stored values into about those in linear light

_XYZ: Final = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""XYZ of sRGB's primaries, D65 (IEC 61966-2-1)."""

_RGB: Final = np.linalg.inv(_XYZ).astype(np.float64)

_LOCUS: Final = np.array(
    [
        [-0.000904, 0.007391],
        [-0.001868, -0.003684],
        [0.005694, -0.018745],
        [-0.000513, 0.017324],
        [-0.006011, -0.000029],
        [0.009537, -0.006184],
        [-0.017444, 0.021554],
        [0.010938, -0.045168],
        [0.112609, 0.038078],
        [0.255910, 0.349495],
    ]
)
"""Polynomials of (u, v) on the locus, the highest power first, of x = mired / 350 - 1.

Fitted to Planck's law under the observer CIE 1931 2°, c₂ = 0.014388 m K; they err by less than 0.000015.
"""


class Light(NamedTuple):
    """The color of a light, as a temperature and the distance from a black body of it.

    Attributes:
        kelvin: correlated color temperature; None for a light that has none: farther than 0.05 from every
            black body, or beyond 1429 K or infinity.
        duv: distance from the locus in CIE 1960 (u, v): positive for greenish lights, negative for pinkish.

    >>> str(Light(2855.5, 0.00042))
    'light 2856 K, Duv +0.0004'
    >>> str(Light(None, -0.081))
    'light of no color temperature, Duv -0.0810'
    """

    kelvin: float | None
    duv: float

    @property
    def as_report(self) -> dict[str, float | None]:
        """Its entry in a report."""
        kelvin = None if self.kelvin is None else round(self.kelvin, 1)
        return {"kelvin": kelvin, "duv": round(self.duv, 5)}

    def __str__(self) -> str:
        """Return it as text."""
        name = "of no color temperature" if self.kelvin is None else f"{self.kelvin:.0f} K"
        return f"light {name}, Duv {self.duv:+.4f}"


def light_of(gains: Floats, space: Space) -> Light:
    """Return the light that gains turn gray.

    The temperature is that of the nearest point of the locus: of points a mired apart, then on the tangent.

    Args:
        gains: shape (3,), red, green, blue, positive.
        space: of the gains; on stored values they are raised to the power 2.2 first.

    >>> illuminant_a_to_gray = np.array([0.447, 1.0, 3.55])
    >>> str(light_of(illuminant_a_to_gray, "linear"))
    'light 2852 K, Duv -0.0000'
    >>> str(light_of(np.ones(3), "linear"))
    'light 6503 K, Duv +0.0032'
    """
    place = _uv(_XYZ @ gains ** -(_ENCODING if space == "srgb" else 1.0))
    points, tangents = _locus()
    offsets = place - points
    nearest = int((offsets**2).sum(axis=1).argmin())
    tangent = tangents[nearest]
    along = nearest + float(offsets[nearest] @ tangent / (tangent @ tangent))
    across = float(tangent[0] * offsets[nearest, 1] - tangent[1] * offsets[nearest, 0])
    duv = across / float(np.hypot(*tangent))
    real = 0 < nearest < _WARMEST and abs(duv) <= _FARTHEST
    return Light(MIRED / along if real else None, duv)


def warmth_of(kelvin: float) -> float:
    """Return by how many mired a light is warmer than daylight, D65.

    >>> round(warmth_of(5500.0), 1), round(warmth_of(10_000.0), 1)
    (28.0, -53.8)
    """
    return MIRED / kelvin - MIRED / (_daylight().kelvin or 0.0)


def warmed(gains: Floats, warmth: float, space: Space) -> Floats:
    """Return gains after which gray has the color of a warmer or cooler light.

    The light lies as far from the black bodies as D65 does, so the tint stays; gray keeps its luminance.

    Args:
        gains: after which gray is gray, shape (3,).
        warmth: mired from daylight, positive for warmer.
        space: of the gains.

    Raises:
        SettingError: the light would not lie within :data:`WHITES`.

    >>> warmed(np.ones(3), 50.0, "linear").round(3).tolist()
    [1.191, 0.973, 0.701]
    """
    if not warmth:
        return gains
    white = white_of(warmth)
    return matching_gains(1 / gains, white ** (1 / _ENCODING) if space == "srgb" else white, space)


def white_of(warmth: float) -> Floats:
    """Return the color of a white in linear sRGB at a luminance of 1, shape (3,).

    Args:
        warmth: mired from daylight, positive for warmer.

    Raises:
        SettingError: the white would not lie within :data:`WHITES`.
    """
    daylight = _daylight()
    mired = MIRED / (daylight.kelvin or 0.0) + warmth
    low, high = WHITES
    if not MIRED / high - _ROUNDING <= mired <= MIRED / low + _ROUNDING:
        warmest, coolest = MIRED / low - (mired - warmth), (mired - warmth) - MIRED / high
        raise SettingError(
            f"a white {abs(warmth):.4g} mired {'warmer' if warmth > 0 else 'cooler'} than daylight is none; "
            f"at most {warmest:.0f} warmer ({low:.0f} K) or {coolest:.0f} cooler ({high:.0f} K)"
        )
    tangent = _on_locus(mired + 0.5) - _on_locus(mired - 0.5)
    u, v = _on_locus(mired) + daylight.duv * np.array([-tangent[1], tangent[0]]) / np.hypot(*tangent)
    rgb: Floats = _RGB @ np.array([3 * u / (2 * v), 1.0, (4 - u - 10 * v) / (2 * v)])
    return rgb


@cache
def _locus() -> tuple[Floats, Floats]:
    """Return points of the locus a mired apart, from 0, and their tangents, shape [N, 2] each."""
    mired = np.arange(_WARMEST + 1)
    return _on_locus(mired), _on_locus(mired + 0.5) - _on_locus(mired - 0.5)


@cache
def _daylight() -> Light:
    """Return the light of no change."""
    return light_of(np.ones(3), "linear")


def _on_locus(mired: Floats | float) -> Floats:
    """Return (u, v) of black bodies, the last axis u and v."""
    place = np.asarray(mired)[..., None] / (_WARMEST / 2) - 1
    points: Floats = np.polyval(_LOCUS, place)
    return points


def _uv(xyz: Floats) -> Floats:
    """Return CIE 1960 coordinates, shape (2,)."""
    x, y, z = xyz
    place: Floats = np.array([4 * x, 6 * y]) / (x + 15 * y + 3 * z)
    return place
