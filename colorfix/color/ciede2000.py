"""CIELAB and the CIEDE2000 color difference, for sRGB colors."""

from __future__ import annotations

from math import radians
from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.statistics import encoded_of, linear_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_SHARES_OF_SRGB = _XYZ / _XYZ.sum(axis=1, keepdims=True)
"""Linear sRGB to X, Y and Z as shares of sRGB's white (IEC 61966-2-1): neutral colors get a* = b* = 0."""

_SRGB_OF_SHARES = np.linalg.inv(_SHARES_OF_SRGB)

_LAB_DELTA = 6 / 29  # cube root of the share below which CIELAB is linear
_FULL_CIRCLE = radians(360)


def lab_of(stored: Floats) -> Floats:
    """Convert sRGB colors to CIELAB under sRGB's own white (D65).

    With t the share of white in X, Y and Z, and f(t) = t^(1/3) above (6/29)³ and t / (3 (6/29)²) + 4/29 below
    it, L* = 116 f(Y) - 16, a* = 500 (f(X) - f(Y)), b* = 200 (f(Y) - f(Z)) (CIE 15).

    Args:
        stored: sRGB values as stored, 0 to 1, shape [..., 3].

    Returns:
        L* from 0 to 100, a*, b*: shape [..., 3].

    >>> lab_of(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])).round(1).tolist()
    [[100.0, 0.0, 0.0], [53.2, 80.1, 67.2]]
    """
    shares = linear_of(stored) @ _SHARES_OF_SRGB.T
    bent = np.where(shares > _LAB_DELTA**3, np.cbrt(shares), shares / (3 * _LAB_DELTA**2) + 4 / 29)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def srgb_of_lab(lab: Floats) -> Floats:
    """Convert CIELAB to sRGB as stored, clipped to 0 to 1; the inverse of :func:`lab_of`.

    >>> srgb_of_lab(lab_of(np.array([0.2, 0.5, 0.9]))).round(6).tolist()
    [0.2, 0.5, 0.9]
    """
    middle = (lab[..., 0] + 16) / 116
    bent = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], axis=-1)
    shares = np.where(bent > _LAB_DELTA, bent**3, 3 * _LAB_DELTA**2 * (bent - 4 / 29))
    return np.clip(encoded_of(np.maximum(shares @ _SRGB_OF_SHARES.T, 0.0)), 0.0, 1.0)


def ciede2000(one: Floats, other: Floats) -> Floats:
    """Return the CIEDE2000 difference ΔE of colors, with weights k_L = k_C = k_H = 1; 1 is just visible.

        ΔE² = (ΔL'/S_L)² + (ΔC'/S_C)² + (ΔH'/S_H)² + R_T (ΔC'/S_C) (ΔH'/S_H)

    where C' and h' are chroma and hue of (a' = a* (1 + G), b*), ΔH' = 2 sqrt(C'₁ C'₂) sin(Δh'/2), and G, the
    scales S and the rotation R_T depend on the means of the two colors' lightness, chroma and hue (Sharma,
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


def mean_delta_e(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the mean CIEDE2000 between sRGB colors as stored, uint8, shape [N, 3 or 4]; alpha is ignored."""
    labs = (lab_of(colors[:, :3] / 255.0) for colors in (one, other))
    return float(ciede2000(*labs).mean())


def _high_chroma(chroma: Floats) -> Floats:
    """sqrt(C⁷ / (C⁷ + 25⁷)): from 0 for grays to 1 for saturated colors."""
    cube = chroma * chroma * chroma
    power = cube * cube * chroma
    root: Floats = np.sqrt(power / (power + 25.0**7))
    return root


def _hue_turn_and_mean(h1: Floats, h2: Floats) -> tuple[Floats, Floats]:
    """Signed hue difference h2 - h1 by the shorter way, and the mean hue, radians.

    A gray has no hue; its ΔH' is 0 for any hue.
    """
    h1, h2 = (
        h1 % _FULL_CIRCLE,
        h2 % _FULL_CIRCLE,
    )  # of two opposite hues, Eq. 14 takes the mean that avoids 0
    turn = h2 - h1
    turn = np.where(np.abs(turn) > np.pi, turn - np.copysign(_FULL_CIRCLE, turn), turn)
    return turn, (h1 + turn / 2) % _FULL_CIRCLE


def _hue_weight(hue: Floats) -> Floats:
    """T, Eq. 15: the scale of hue differences at a hue."""
    weight: Floats = (
        1
        - 0.17 * np.cos(hue - radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + radians(6))
        - 0.20 * np.cos(4 * hue - radians(63))
    )
    return weight


def _rotation_angle(hue: Floats) -> Floats:
    """Δθ, Eq. 16, radians: the rotation of chroma and hue differences for blues, around 275°."""
    slant: Floats = radians(30) * np.exp(-(((hue - radians(275)) / radians(25)) ** 2))
    return slant
