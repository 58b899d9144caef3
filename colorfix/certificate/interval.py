"""Intervals: the least and the greatest value that something takes over a box, for many boxes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats


class Interval(NamedTuple):
    """All numbers from ``low`` to ``high``, element by element; of an end that is NaN nothing is known.

    Ends are rounded to nearest: who builds on them widens them by the rounding (see
    :class:`colorfix.certificate.taylor.TaylorModel`).

    Attributes:
        low: shape [...].
        high: shape [...].

    >>> Interval(np.array(-1.0), np.array(2.0)).times(Interval(np.array(3.0), np.array(4.0)))
    Interval(low=np.float64(-4.0), high=np.float64(8.0))
    """

    low: Floats
    high: Floats

    def plus(self, other: Interval) -> Interval:
        """Return {x + y}."""
        return Interval(self.low + other.low, self.high + other.high)

    def shifted(self, by: Floats | float) -> Interval:
        """Return {x + by}."""
        return Interval(self.low + by, self.high + by)

    def scaled(self, by: Floats | float) -> Interval:
        """Return {x · by}, by of either sign."""
        one, other = self.low * by, self.high * by
        if np.all(np.asarray(by) >= 0):
            return Interval(one, other)
        return Interval(np.minimum(one, other), np.maximum(one, other))

    def times(self, other: Interval) -> Interval:
        """Return {x · y}."""
        corners = (
            self.low * other.low, self.low * other.high,
            self.high * other.low, self.high * other.high,
        )  # fmt: skip
        return Interval(
            np.minimum(np.minimum(corners[0], corners[1]), np.minimum(corners[2], corners[3])),
            np.maximum(np.maximum(corners[0], corners[1]), np.maximum(corners[2], corners[3])),
        )

    def squared(self) -> Interval:
        """Return {x²}: never below 0, as {x · y} may be.

        >>> Interval(np.array(-1.0), np.array(2.0)).squared()
        Interval(low=np.float64(0.0), high=np.float64(4.0))
        """
        nearest = np.maximum(np.maximum(self.low, -self.high), 0.0)
        furthest = np.maximum(-self.low, self.high)
        return Interval(nearest * nearest, furthest * furthest)

    def mapped(self, rising: Callable[[Floats], Floats]) -> Interval:
        """Return {f(x)} of a function that never falls."""
        return Interval(rising(self.low), rising(self.high))

    def flipped(self, falling: Callable[[Floats], Floats]) -> Interval:
        """Return {f(x)} of a function that never rises."""
        return Interval(falling(self.high), falling(self.low))

    def intersection(self, other: Interval) -> Interval:
        """Return what both hold; an end unknown to one is the other's."""
        return Interval(np.fmax(self.low, other.low), np.fmin(self.high, other.high))

    def hull(self, other: Interval) -> Interval:
        """Return the least interval that holds both."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def widened(self, by: Floats | float) -> Interval:
        """Return the interval with both ends moved outwards."""
        return Interval(self.low - by, self.high + by)
