"""Second-order polynomials in three unknowns, and a bound of what they leave out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.certificate.interval import Interval
from colorfix.certificate.parts import Part, number, outer, plus, times, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats


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
        bends: b, six parts in the order of :data:`~colorfix.certificate.parts.PAIRS`.
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
