"""Second-order polynomials in three unknowns with a bound of the remainder, and elementary functions of them.

A coefficient that is ``None`` is zero and costs nothing to add and to multiply. An elementary function
returns its derivatives at a point and its range over an interval; where the interval leaves its domain, the
bound of the third derivative is infinite and the range's end NaN.
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

    from numpy.typing import NDArray

    Elementary: TypeAlias = "Callable[[Floats, Interval], tuple[Derivatives, Interval]]"
    """Function of a center and an interval around it; returns its derivatives and its range."""

Coefficient: TypeAlias = Floats | None
"""One coefficient of many polynomials, of a shape that broadcasts to theirs; None is zero."""

THIRD = 8.0
"""E|x - E x|³ is at most this times E|x - m|³, for any m (the triangle inequality of the third norm)."""

PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""The two unknowns of each second-order coefficient."""


def add(one: Coefficient, other: Coefficient) -> Coefficient:
    """Return the sum."""
    if one is None or other is None:
        return other if one is None else one
    return one + other


def multiply(one: Coefficient, by: Floats | float | None) -> Coefficient:
    """Return the product."""
    return None if one is None or by is None else one * by


def absolute_sum(parts: Iterable[Coefficient]) -> Coefficient:
    """Return Σ|part|."""
    result: Coefficient = None
    for part in parts:
        result = add(result, apply(np.abs, part))
    return result


def apply(function: Callable[[Floats], Floats], part: Coefficient) -> Coefficient:
    """Return a linear function of the coefficient, or its absolute value; zero stays zero."""
    return None if part is None else function(part)


def or_zero(part: Coefficient) -> Floats | float:
    """Return the coefficient, or 0.0 for None."""
    return 0.0 if part is None else part


def outer(one: tuple[Coefficient, ...], other: tuple[Coefficient, ...]) -> tuple[Coefficient, ...]:
    """Return the coefficients of (Σ_i s_i ξ_i)(Σ_j t_j ξ_j), in the order of :data:`PAIRS`.

    >>> outer((np.array(2.0), None, None), (np.array(3.0), np.array(1.0), None))
    (np.float64(6.0), None, None, np.float64(2.0), None, None)
    """
    if one is other:
        doubled = [multiply(slope, 2.0) for slope in one]
        return tuple(multiply(one[i] if i == j else doubled[i], one[j]) for i, j in PAIRS)
    return tuple(
        multiply(one[i], other[i]) if i == j else add(multiply(one[i], other[j]), multiply(one[j], other[i]))
        for i, j in PAIRS
    )


def sum_axis(part: Floats, shape: tuple[int, ...], axis: int, *, keepdims: bool) -> Floats:
    """Return the sum along an axis, counted from the end, of a coefficient broadcast to a shape."""
    if -axis > part.ndim:
        return part * shape[axis]
    folded: Floats = np.asarray(part.sum(axis, keepdims=keepdims))
    return folded if part.shape[axis] == shape[axis] else folded * shape[axis]


class Derivatives(NamedTuple):
    """A function of one number and its derivatives.

    Attributes:
        value: f at the polynomial's center.
        slope: f' there.
        bend: f'' there.
        third: the greatest |f'''| over the polynomial's range.
    """

    value: Floats
    slope: Floats
    bend: Floats
    third: Floats


@dataclass(frozen=True, eq=False)
class Quadratic:
    """f(ξ) = c + Σ_i s_i ξ_i + Σ_ij b_ij ξ_i ξ_j + e over ξ in [-1, 1]³, |e| ≤ remainder, for many boxes.

    Attributes:
        center: c, shape [...]; the other coefficients broadcast to it.
        slopes: s, three coefficients.
        bends: b, six coefficients in the order of :data:`PAIRS`.
        remainder: bound of |e|.
    """

    center: Floats
    slopes: tuple[Coefficient, ...] = (None,) * 3
    bends: tuple[Coefficient, ...] = (None,) * 6
    remainder: Coefficient = None

    @cached_property
    def linear_bound(self) -> Coefficient:
        """Bound of the first-order terms."""
        return absolute_sum(self.slopes)

    @cached_property
    def tail_bound(self) -> Coefficient:
        """Bound of the second-order terms and the remainder."""
        return add(absolute_sum(self.bends), self.remainder)

    @cached_property
    def deviation_bound(self) -> Floats | float:
        """Bound of the difference from the center."""
        return or_zero(add(self.linear_bound, self.tail_bound))

    @property
    def interval(self) -> Interval:
        """Range: the center ± the deviation bound."""
        return Interval(self.center - self.deviation_bound, self.center + self.deviation_bound)

    def plus(self, other: Quadratic) -> Quadratic:
        """Return f + h."""
        return Quadratic(
            self.center + other.center,
            tuple(map(add, self.slopes, other.slopes)),
            tuple(map(add, self.bends, other.bends)),
            add(self.remainder, other.remainder),
        )

    def shifted(self, by: Floats | float) -> Quadratic:
        """Return f + by."""
        return Quadratic(self.center + by, self.slopes, self.bends, self.remainder)

    def scaled(self, by: Floats | float) -> Quadratic:
        """Return f · by."""
        return Quadratic(
            self.center * by,
            tuple(multiply(slope, by) for slope in self.slopes),
            tuple(multiply(bend, by) for bend in self.bends),
            multiply(self.remainder, np.abs(by)),
        )

    def times(self, other: Quadratic) -> Quadratic:
        """Return f · h; terms of third order and more go into the remainder."""
        here, there = self.scaled(other.center), other.scaled(self.center)
        mixed = add(
            multiply(self.linear_bound, other.tail_bound), multiply(other.linear_bound, self.tail_bound)
        )
        return Quadratic(
            here.center,
            tuple(map(add, here.slopes, there.slopes)),
            tuple(map(add, map(add, here.bends, there.bends), outer(self.slopes, other.slopes))),
            add(
                add(here.remainder, there.remainder), add(mixed, multiply(self.tail_bound, other.tail_bound))
            ),
        )

    def squared(self) -> Quadratic:
        """Return f²."""
        twice = 2 * self.center
        return self._through(self.center * self.center, twice, 1.0, self.remainder)

    def composed(self, function: Derivatives, error: Floats) -> Quadratic:
        """Return h(f + e) for any |e| ≤ error: Taylor's formula in δ = f - c, its third term bounded.

        h(c + δ) = h + h' δ + h'' δ²/2 + h'''(somewhere) δ³/6.
        """
        curve = self._through(function.value, function.slope, function.bend / 2, add(self.remainder, error))
        furthest = self.deviation_bound + error
        beyond = function.third * (furthest * furthest * furthest) / 6
        return Quadratic(curve.center, curve.slopes, curve.bends, add(curve.remainder, beyond))

    def _through(self, value: Floats, slope: Floats, half: Floats | float, rest: Coefficient) -> Quadratic:
        """Return value + slope δ + half δ², with the remainder of δ as given."""
        tail = add(absolute_sum(self.bends), rest)
        # bound of the terms of δ² beside the squares of the slopes
        mixed = multiply(tail, or_zero(add(multiply(self.linear_bound, 2.0), tail)))
        squares = outer(self.slopes, self.slopes)
        return Quadratic(
            value,
            tuple(multiply(own, slope) for own in self.slopes),
            tuple(
                add(multiply(own, slope), multiply(s, half))
                for own, s in zip(self.bends, squares, strict=True)
            ),
            add(multiply(rest, np.abs(slope)), multiply(mixed, np.abs(half))),
        )

    def mapped(self, function: Callable[[Floats], Floats]) -> Quadratic:
        """Return the polynomials with every coefficient passed through a linear function."""
        return Quadratic(
            np.asarray(function(self.center)),
            tuple(apply(function, slope) for slope in self.slopes),
            tuple(apply(function, bend) for bend in self.bends),
            apply(function, self.remainder),
        )

    def pruned(self) -> Quadratic:
        """Return the polynomials with None for coefficients that are zero everywhere."""
        slopes, bends = (
            tuple(part if part is not None and part.any() else None for part in parts)
            for parts in (self.slopes, self.bends)
        )
        return Quadratic(self.center, slopes, bends, self.remainder)


def exp(center: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Exponential, eˣ."""
    value = np.exp(center)
    range_ = Interval(np.exp(over.low), np.exp(over.high))
    return Derivatives(value, value, value, range_.high), range_


def log(center: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Natural logarithm, x > 0."""
    slope = 1 / center
    low, high = np.maximum(over.low, 0.0), np.maximum(over.high, 0.0)
    third = 2 * low**-3
    range_ = Interval(np.log(low), np.log(high))
    return Derivatives(np.log(center), slope, -slope * slope, third), range_


def reciprocal(center: Floats, over: Interval) -> tuple[Derivatives, Interval]:
    """Reciprocal, 1/x on one side of 0."""
    value = 1 / center
    square = value * value
    nearest = np.maximum(np.maximum(over.low, -over.high), 0.0)
    unknown = np.where(nearest > 0, 0.0, np.nan)
    range_ = Interval(1 / over.high + unknown, 1 / over.low + unknown)
    return Derivatives(value, -square, 2 * square * value, 6 * nearest**-4), range_


def power(exponent: float) -> Elementary:
    """Return xᵖ, x > 0, for any real p."""

    def function(center: Floats, over: Interval) -> tuple[Derivatives, Interval]:
        p = exponent
        low, high = np.maximum(over.low, 0.0), np.maximum(over.high, 0.0)
        third = abs(p * (p - 1) * (p - 2)) * np.maximum(low ** (p - 3), high ** (p - 3))
        ends = Interval(low**p, high**p)
        value, slope = center**p, p * center ** (p - 1)
        bend = p * (p - 1) * center ** (p - 2)
        return Derivatives(value, slope, bend, third), ends if p >= 0 else Interval(ends.high, ends.low)

    return function


def log_sum_exp(x: Quadratic, loose: Floats) -> Quadratic:
    """Return ln Σ_k exp(x_k + e_k) over the last axis, for any |e_k| ≤ loose.

    With p_k the share of exp(x_k) in the sum at the center and δ_k the deviation of x_k from it, the result
    is value + Σ p δ + Var_p(δ)/2 + κ/6, κ the third cumulant of δ under some shares in between. κ is at most
    8 Σ p_k d_k³, d_k the greatest difference of δ_k from the largest term's δ, and a share is at most exp(x_k
    less that term). What all x_k share adds nothing to the remainder, terms far below almost nothing.
    """
    top = x.center.argmax(-1)[..., None]
    highest = np.take_along_axis(x.center, top, -1)
    weights = np.exp(x.center - highest)
    sums = weights.sum(-1, keepdims=True)
    averaged, remainder = _second_order(x, weights / sums, loose)
    apart = _distance(x, top) + loose + np.take_along_axis(loose, top, -1)
    third = THIRD * (np.exp(np.minimum(x.center - highest + apart, 0.0)) * apart**3).sum(-1)
    value = (highest + np.log(sums))[..., 0]
    return Quadratic(value, averaged.slopes, averaged.bends, remainder + third / 6)


def _second_order(x: Quadratic, shares: Floats, loose: Floats) -> tuple[Quadratic, Floats]:
    """Return the mean of x plus half the variance of its first-order terms, and a bound of the remainder."""

    def mean(part: Floats) -> Floats:
        average: Floats = (part * shares).sum(-1, keepdims=True)
        return average

    middle = x.mapped(mean)
    slopes = tuple(add(slope, multiply(m, -1.0)) for slope, m in zip(x.slopes, middle.slopes, strict=True))
    bends = tuple(add(bend, multiply(m, -1.0)) for bend, m in zip(x.bends, middle.bends, strict=True))
    shared = (shares * loose).sum(-1)
    stray = or_zero(absolute_sum(bends)) + loose + shared[..., None]
    remainder = shared + (shares * stray * (or_zero(absolute_sum(slopes)) + stray / 2)).sum(-1)
    spread = (multiply(apply(mean, square), 0.5) for square in outer(slopes, slopes))
    curved = Quadratic(middle.center, middle.slopes, tuple(map(add, middle.bends, spread)))
    return curved.mapped(lambda part: part[..., 0]), remainder


def _distance(x: Quadratic, top: NDArray[np.intp]) -> Floats | float:
    """Return the greatest difference of first and second-order terms from those at ``top``."""

    def gap(part: Floats) -> Floats:
        full: Floats = np.broadcast_to(part, x.center.shape)
        return full - np.take_along_axis(full, top, -1)

    return or_zero(absolute_sum(apply(gap, part) for part in (*x.slopes, *x.bends)))
