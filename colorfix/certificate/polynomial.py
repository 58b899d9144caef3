"""Second-order polynomials in three unknowns, and a bound of what they leave out.

Coefficients that may be absent: ``None`` is a zero that costs nothing to add and to multiply.

Functions of one number: their derivatives at a point, and their range over an interval.

Where the interval leaves a function's domain nothing is known: the third derivative is without bound and the
range's end NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from colorfix.certificate.interval import Interval
from colorfix.color.statistics import Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Elementary: TypeAlias = "Callable[[Floats, Interval], tuple[Derivatives, Interval]]"
    """Takes a centre and the interval around it; returns derivatives and range."""

Part: TypeAlias = Floats | None
"""One coefficient of many polynomials, of a shape that broadcasts to theirs; None is zero everywhere."""

PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Which two unknowns each second-order coefficient belongs to."""


def plus(one: Part, other: Part) -> Part:
    """Return the sum."""
    if one is None or other is None:
        return other if one is None else one
    return one + other


def times(one: Part, by: Floats | float | None) -> Part:
    """Return the product."""
    return None if one is None or by is None else one * by


def total(parts: Iterable[Part]) -> Part:
    """Return Σ|part|."""
    result: Part = None
    for part in parts:
        result = plus(result, None if part is None else np.abs(part))
    return result


def number(part: Part) -> Floats | float:
    """Return the part as something to compute with."""
    return 0.0 if part is None else part


def outer(one: tuple[Part, ...], other: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the coefficients of (Σ_i s_i ξ_i)(Σ_j t_j ξ_j), in the order of :data:`PAIRS`.

    >>> outer((np.array(2.0), None, None), (np.array(3.0), np.array(1.0), None))
    (np.float64(6.0), None, None, np.float64(2.0), None, None)
    """
    if one is other:
        doubled = [times(slope, 2.0) for slope in one]
        return tuple(times(one[i] if i == j else doubled[i], one[j]) for i, j in PAIRS)
    return tuple(
        times(one[i], other[i]) if i == j else plus(times(one[i], other[j]), times(one[j], other[i]))
        for i, j in PAIRS
    )


def summed(part: Part, shape: tuple[int, ...], axis: int, *, keepdims: bool) -> Part:
    """Sum a part along an axis, counted from the end, of the shape that it broadcasts to."""
    if part is None:
        return None
    if -axis > part.ndim:
        return part * shape[axis]
    folded: Floats = np.asarray(part.sum(axis, keepdims=keepdims))
    return folded if part.shape[axis] == shape[axis] else folded * shape[axis]


class Derivatives(NamedTuple):
    """A function of one number and its derivatives.

    Attributes:
        value: f at the polynomial's centre.
        slope: f' there.
        bend: f'' there.
        third: the greatest |f'''| over the polynomial's range.
    """

    value: Floats
    slope: Floats
    bend: Floats
    third: Floats


@dataclass(frozen=True, eq=False)
class Polynomial:
    """f(ξ) = c + Σ_i s_i ξ_i + Σ_ij b_ij ξ_i ξ_j + e over ξ in [-1, 1]³, |e| ≤ rest, for many boxes at once.

    Attributes:
        centre: c, shape [...]; the parts broadcast to it.
        slopes: s, three parts.
        bends: b, six parts in the order of :data:`~colorfix.certificate.polynomial.PAIRS`.
        rest: bound of all that is left out.
    """

    centre: Floats
    slopes: tuple[Part, ...] = (None,) * 3
    bends: tuple[Part, ...] = (None,) * 6
    rest: Part = None

    @cached_property
    def swing(self) -> Part:
        """Bound of the first-order part."""
        return total(self.slopes)

    @cached_property
    def tail(self) -> Part:
        """Bound of the second-order part and the rest."""
        return plus(total(self.bends), self.rest)

    @cached_property
    def reach(self) -> Floats | float:
        """Bound of all but the centre."""
        return number(plus(self.swing, self.tail))

    @property
    def interval(self) -> Interval:
        """A range: centre ± everything else."""
        return Interval(self.centre - self.reach, self.centre + self.reach)

    def plus(self, other: Polynomial) -> Polynomial:
        """Return f + h."""
        return Polynomial(
            self.centre + other.centre,
            tuple(map(plus, self.slopes, other.slopes)),
            tuple(map(plus, self.bends, other.bends)),
            plus(self.rest, other.rest),
        )

    def shifted(self, by: Floats | float) -> Polynomial:
        """Return f + by."""
        return Polynomial(self.centre + by, self.slopes, self.bends, self.rest)

    def scaled(self, by: Floats | float) -> Polynomial:
        """Return f · by."""
        return Polynomial(
            self.centre * by,
            tuple(times(slope, by) for slope in self.slopes),
            tuple(times(bend, by) for bend in self.bends),
            times(self.rest, np.abs(by)),
        )

    def times(self, other: Polynomial) -> Polynomial:
        """Return f · h; what is of third order and more goes into the rest."""
        here, there = self.scaled(other.centre), other.scaled(self.centre)
        mixed = plus(times(self.swing, other.tail), times(other.swing, self.tail))
        return Polynomial(
            here.centre,
            tuple(map(plus, here.slopes, there.slopes)),
            tuple(map(plus, map(plus, here.bends, there.bends), outer(self.slopes, other.slopes))),
            plus(plus(here.rest, there.rest), plus(mixed, times(self.tail, other.tail))),
        )

    def squared(self) -> Polynomial:
        """Return f²."""
        twice = 2 * self.centre
        return self._through(self.centre * self.centre, twice, 1.0, self.rest)

    def through(self, function: Derivatives, error: Floats) -> Polynomial:
        """Return h(f + e) for any |e| ≤ error: Taylor's formula in δ = f - c, its third term bounded.

        h(c + δ) = h + h' δ + h'' δ²/2 + h'''(somewhere) δ³/6.
        """
        curve = self._through(function.value, function.slope, function.bend / 2, plus(self.rest, error))
        furthest = self.reach + error
        beyond = function.third * (furthest * furthest * furthest) / 6
        return Polynomial(curve.centre, curve.slopes, curve.bends, plus(curve.rest, beyond))

    def _through(self, value: Floats, slope: Floats, half: Floats | float, rest: Part) -> Polynomial:
        """Return value + slope δ + half δ², with the rest of δ as given."""
        tail = plus(total(self.bends), rest)
        # δ² is the square of the slopes' part and this, at most
        mixed = times(tail, number(plus(times(self.swing, 2.0), tail)))
        squares = outer(self.slopes, self.slopes)
        return Polynomial(
            value,
            tuple(times(own, slope) for own in self.slopes),
            tuple(
                plus(times(own, slope), times(s, half)) for own, s in zip(self.bends, squares, strict=True)
            ),
            plus(times(rest, np.abs(slope)), times(mixed, np.abs(half))),
        )

    def moved(self, function: Callable[[Part], Part]) -> Polynomial:
        """Return the polynomials with every part passed through a linear function."""
        return Polynomial(
            np.asarray(number(function(self.centre))),
            tuple(function(slope) for slope in self.slopes),
            tuple(function(bend) for bend in self.bends),
            function(self.rest),
        )

    def pruned(self) -> Polynomial:
        """Return the polynomials without the coefficients that are zero everywhere."""
        slopes, bends = (
            tuple(part if part is not None and part.any() else None for part in parts)
            for parts in (self.slopes, self.bends)
        )
        return Polynomial(self.centre, slopes, bends, self.rest)


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
