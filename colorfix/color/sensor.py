"""Gains in a space like a camera sensor's: a matrix mixes linear light before the gains, its inverse after.

A lamp scales the signals of a sensor, whose red, green and blue overlap more than sRGB's. Plain gains on
sRGB's channels correct white, but leave colors too strong: an amber photo comes out with violet blues. With M
as :data:`SENSOR`, x linear light and g learned gains,

    out = M⁻¹ (s · (M x)),   s = 1 / (M (1 / g))      the light 1/g becomes gray, as under plain gains

Rows of M sum to 1, so equal gains do the same as plain ones. An empty blue is filled from green: where plain
gains would need 21 for blue, s is about 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import Space

SENSOR: Floats = np.array([[0.85, 0.125, 0.025], [0.075, 0.86, 0.065], [0.025, 0.125, 0.85]])
"""M, from linear sRGB to the signals of a sensor: halfway between no overlap and that of a camera's filters,
[[.70 .25 .05] [.15 .72 .13] [.05 .25 .70]]. All of that overlap lets reds and blues fade."""

UNMIXED: Floats = np.linalg.inv(SENSOR).astype(np.float64)
"""The inverse of M."""

_LEAST = 1e-3
"""Least inverse gain in :func:`matching_gains`."""


def gain_matrix(gains: Floats) -> Floats:
    """Return what gains do to linear light in the sensor's space: M⁻¹ diag(s) M, shape (3, 3).

    Args:
        gains: g, shape (3,), above 0.

    >>> amber = np.array([1.6, 1.0, 0.4])
    >>> (gain_matrix(1 / amber) @ amber).round(12).tolist()
    [1.0, 1.0, 1.0]
    >>> bool(np.allclose(gain_matrix(np.full(3, 2.0)), 2 * np.eye(3)))
    True
    """
    scales = 1.0 / (SENSOR @ (1.0 / gains))
    matrix: Floats = UNMIXED @ (scales[:, None] * SENSOR)
    return matrix


def matching_gains(source: Floats, target: Floats, space: Space) -> Floats:
    """Return gains that give each channel the target's mean, but for clipping.

    τ / μ for plain gains. In the sensor's space s = Mτ / Mμ, so 1 / g = M⁻¹ (Mμ / Mτ), at least 1/1000.

    Args:
        source: means μ, shape [..., 3], above 0.
        target: means τ, the same shape.
        space: of the gains.

    >>> source, target = np.array([0.4, 0.2, 0.1]), np.array([0.2, 0.2, 0.3])
    >>> (gain_matrix(matching_gains(source, target, "sensor")) @ source).round(12).tolist()
    [0.2, 0.2, 0.3]
    """
    if space != "sensor":
        return target / source
    inverse = ((source @ SENSOR.T) / (target @ SENSOR.T)) @ UNMIXED.T
    gains: Floats = 1.0 / np.maximum(inverse, _LEAST)
    return gains
