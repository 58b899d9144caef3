"""How different two colours look: CIELAB and the CIEDE2000 colour difference."""

from __future__ import annotations

from math import radians
from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.statistics import linear_of

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats

_XYZ_OF_SRGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""Linear sRGB to CIE XYZ, rows X, Y, Z (IEC 61966-2-1)."""

_OVER_WHITE = _XYZ_OF_SRGB / _XYZ_OF_SRGB.sum(axis=1, keepdims=True)
"""The same, divided by sRGB's white, so that what is neutral has exactly a* = b* = 0."""

LAB_DELTA = 6 / 29  # where CIELAB's cube root becomes a line
_FULL_CIRCLE = radians(360)


def lab_of(stored: Floats) -> Floats:
    """Return CIELAB of sRGB colours, seen under sRGB's own white (D65).

    With t the share of white in X, Y and Z, and f(t) = t^(1/3) above (6/29)³ and t / (3 (6/29)²) + 4/29 below
    it, L* = 116 f(Y) - 16, a* = 500 (f(X) - f(Y)), b* = 200 (f(Y) - f(Z)) (CIE 15).

    Args:
        stored: sRGB values as stored, 0 to 1, shape [..., 3].

    Returns:
        L* from 0 to 100, a*, b*: shape [..., 3].

    >>> lab_of(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])).round(1).tolist()
    [[100.0, 0.0, 0.0], [53.2, 80.1, 67.2]]
    """
    shares = linear_of(stored) @ _OVER_WHITE.T
    bent = np.where(shares > LAB_DELTA**3, np.cbrt(shares), shares / (3 * LAB_DELTA**2) + 4 / 29)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: Floats, other: Floats) -> Floats:
    """Return the CIEDE2000 difference ΔE of colours, with weights k_L = k_C = k_H = 1; 1 is just visible.

        ΔE² = (ΔL'/S_L)² + (ΔC'/S_C)² + (ΔH'/S_H)² + R_T (ΔC'/S_C) (ΔH'/S_H)

    where C' and h' are chroma and hue of (a' = a* (1 + G), b*), ΔH' = 2 sqrt(C'₁ C'₂) sin(Δh'/2), and G, the
    scales S and the rotation R_T depend on the means of the two colours' lightness, chroma and hue (Sharma,
    Wu, Dalal, The CIEDE2000 Color-Difference Formula, Color Research and Application 30, 2005, Eq. 2 to 22).

    Args:
        one: CIELAB, shape [..., 3].
        other: the same.

    Returns:
        Shape [...], 0 or above; about 100 between black and white.

    >>> float(ciede2000(np.array([50.0, 2.5, 0.0]), np.array([73.0, 25.0, -18.0])).round(4))
    27.1492
    """
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(lab, -1, 0) for lab in (one, other))
    stretch = 1.5 - 0.5 * _high_chroma((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)  # 1 + G
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    turn, hue = _hue_turn_and_mean(np.arctan2(b1, a1), np.arctan2(b2, a2))
    chroma, offset = (c1 + c2) / 2, ((l1 + l2) / 2 - 50) ** 2
    lightness = (l2 - l1) / (1 + 0.015 * offset / np.sqrt(20 + offset))
    chromas = (c2 - c1) / (1 + 0.045 * chroma)
    hues = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2) / (1 + 0.015 * chroma * _hue_weight(hue))
    rotation = -2 * _high_chroma(chroma) * np.sin(2 * _rotation_angle(hue))
    squared = lightness**2 + chromas**2 + hues**2 + rotation * chromas * hues
    difference: Floats = np.sqrt(np.maximum(squared, 0.0))
    return difference


def _high_chroma(chroma: Floats) -> Floats:
    """sqrt(C⁷ / (C⁷ + 25⁷)): from 0 for greys to 1 for strong colours."""
    cube = chroma * chroma * chroma
    power = cube * cube * chroma
    root: Floats = np.sqrt(power / (power + 25.0**7))
    return root


def _hue_turn_and_mean(h1: Floats, h2: Floats) -> tuple[Floats, Floats]:
    """The shorter way from one hue to the other, and the hue in its middle, radians.

    A grey has no hue, but then any will do: ΔH' is 0, and only that depends on it.
    """
    h1, h2 = (
        h1 % _FULL_CIRCLE,
        h2 % _FULL_CIRCLE,
    )  # of two ways of the same length, Eq. 14 takes the one that avoids 0
    turn = h2 - h1
    turn = np.where(np.abs(turn) > np.pi, turn - np.copysign(_FULL_CIRCLE, turn), turn)
    return turn, (h1 + turn / 2) % _FULL_CIRCLE


def _hue_weight(hue: Floats) -> Floats:
    """T, Eq. 15: how much a difference of hue counts here, less where it is larger."""
    weight: Floats = (
        1
        - 0.17 * np.cos(hue - radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + radians(6))
        - 0.20 * np.cos(4 * hue - radians(63))
    )
    return weight


def _rotation_angle(hue: Floats) -> Floats:
    """Δθ, Eq. 16, radians: ellipses of equal difference lie aslant among the blues, around 275°."""
    slant: Floats = radians(30) * np.exp(-(((hue - radians(275)) / radians(25)) ** 2))
    return slant
