"""Functions of one number: their derivatives at a point, and their range over an interval.

Where the interval leaves a function's domain nothing is known: the third derivative is without bound and the
range's end NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from colorfix.certificate.interval import Interval
from colorfix.certificate.polynomial import Derivatives

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats

    Elementary: TypeAlias = Callable[[Floats, Interval], tuple[Derivatives, Interval]]
    """Takes a centre and the interval around it; returns derivatives and range."""


def exp(centre: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Exponential, eˣ."""
    value = np.exp(centre)
    range_ = Interval(np.exp(over.low), np.exp(over.high))
    return Derivatives(value, value, value, range_.high), range_


def log(centre: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Natural logarithm, x > 0."""
    slope = 1 / centre
    low, high = np.maximum(over.low, 0.0), np.maximum(over.high, 0.0)
    third = 2 * low**-3
    range_ = Interval(np.log(low), np.log(high))
    return Derivatives(np.log(centre), slope, -slope * slope, third), range_


def reciprocal(centre: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Reciprocal, 1/x on one side of 0."""
    value = 1 / centre
    square = value * value
    nearest = np.maximum(np.maximum(over.low, -over.high), 0.0)
    unknown = np.where(nearest > 0, 0.0, np.nan)
    range_ = Interval(1 / over.high + unknown, 1 / over.low + unknown)
    return Derivatives(value, -square, 2 * square * value, 6 * nearest**-4), range_


def power(exponent: float) -> Elementary:
    """Return xᵖ, x > 0, for any real p."""

    def function(centre: Floats, over: Interval) -> tuple[Derivatives, Interval]:
        p = exponent
        low, high = np.maximum(over.low, 0.0), np.maximum(over.high, 0.0)
        third = abs(p * (p - 1) * (p - 2)) * np.maximum(low ** (p - 3), high ** (p - 3))
        ends = Interval(low**p, high**p)
        value, slope = centre**p, p * centre ** (p - 1)
        bend = p * (p - 1) * centre ** (p - 2)
        return Derivatives(value, slope, bend, third), ends if p >= 0 else Interval(ends.high, ends.low)

    return function
