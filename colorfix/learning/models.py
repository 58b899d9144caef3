"""Models without torch: free gains, within limits by construction, and free points of any loss.

The paper's network is in :mod:`colorfix.learning.network`, which imports torch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np

from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats

LIMITS = (0.2, 4.0)
"""Lowest and highest gain of a correction, factors on encoded values. The best gains of measured pairs lie
within 0.6 to 3.3."""


def limits_in(exponent: float) -> tuple[float, float]:
    """Return the limits of gains in a space with this exponent (:data:`colorfix.color.scene.EXPONENTS`).

    >>> [round(limit, 3) for limit in limits_in(2.2)]
    [0.029, 21.112]
    """
    low, high = LIMITS
    return low**exponent, high**exponent


EDGE = 1 - 1e-6
"""The largest |sin θ| of a start: at 1 every slope in θ is 0, and no optimizer could leave the limit."""


class FreeGains(NamedTuple):
    """Gains as a bounded function of unbounded parameters.

    ln g = c + h sin θ, c and h the center and half the width of [ln low, ln high]. The limits act as mirrors:
    a climb into one comes back, and at a minimum on a limit the slope in θ is 0.

    Attributes:
        start: gains to start from, shape [P, 3], within the limits.
        limits: lowest and highest gain, factors.

    >>> model = FreeGains(np.array([[1.0, 0.5, 2.0]]))
    >>> model.gains(model.parameters()).round(12).tolist()
    [[1.0, 0.5, 2.0]]
    >>> bool(model.gains(np.array([[-1e9, 0.3, 1e9]])).max() <= 4.0)
    True
    """

    start: Floats
    limits: tuple[float, float] = LIMITS

    def parameters(self) -> Floats:
        """Return θ of the start, shape [P, 3], radians."""
        return self.angles(self.start)

    def angles(self, gains: Floats) -> Floats:
        """Return θ of gains, shape [..., 3]; gains at the limits or beyond are moved to just within."""
        center, half = self._range()
        return np.arcsin(np.clip((np.log(np.clip(gains, *self.limits)) - center) / half, -EDGE, EDGE))

    def gains(self, angles: Array) -> Array:
        """Return the gains of θ, shape [..., 3]; NumPy (real or complex) or torch."""
        xp = namespace(angles)
        center, half = self._range()
        return xp.exp(center + half * xp.sin(angles))

    def _range(self) -> tuple[float, float]:
        low, high = (math.log(limit) for limit in self.limits)
        return (low + high) / 2, (high - low) / 2


class FreePoints(NamedTuple):
    """Points that are the parameters themselves; ``start``, shape [P, D], is not changed."""

    start: Floats


class Loss(Protocol):
    """The losses of P problems as a function of their points, as an ``Objective`` is."""

    def __call__(self, points: Array, /) -> Array:
        """Return the losses, shape [P], at points of shape [P, D]; NumPy (real or complex) or torch."""

    def take(self, rows: Array, /) -> Self:
        """Return the losses of some of the problems, given by index."""

    def mapped(self, function: Callable[[Array], Array], /) -> Self:
        """Return the losses with every array in them passed through a function, such as to a device."""
