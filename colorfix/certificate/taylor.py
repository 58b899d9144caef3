# Longer than a page: the operators of one number belong together.
"""What a function can do over a box: its Taylor polynomial, what that leaves out, and its range.

Penalties are written in arithmetic and an array's own namespace, so the same functions that serve NumPy and
torch take these numbers too: there is no second implementation of any penalty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from colorfix.certificate import elementary
from colorfix.certificate.interval import Interval
from colorfix.certificate.parts import Part, number, summed
from colorfix.certificate.polynomial import Polynomial
from colorfix.certificate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.certificate.elementary import Elementary
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

UNIT = 2.0**-52
"""One rounding, as a share of what is rounded: twice the most that IEEE double precision does."""

FACTOR, PRODUCT, FUNCTION = 2, 8, 24
"""Roundings in a coefficient of a multiple, of a product, and of a function (exp and log err by at most 4
last places)."""


@dataclass(frozen=True, eq=False)
class Taylor:
    """A function of ξ in [-1, 1]³, for many boxes at once: a second-order Taylor model.

    f(ξ) = polynomial(ξ) + e, |e| ≤ its rest (Makino & Berz 2003); f(ξ) lies in ``natural`` too. Every
    operation carries both along, each of them right but for rounding.

    Rounding is counted, not directed. ‖f‖ = |c| + Σ|s| + Σ|b| + rest never grows faster than sums and
    products of norms do, so n operations err by at most n · :data:`UNIT` · ‖f‖: ``size`` bounds ‖f‖,
    ``roundings`` is n. The ends of ``natural`` lie within ``size`` of zero and err by no more.

    Attributes:
        polynomial: shape [...].
        natural: range by interval arithmetic; None where the polynomial's own is exact (no bends, no rest).
        size: bound of ‖f‖, broadcasts to [...].
        roundings: operations behind it.
        logarithm: ln f, where f was made as an exponential: its logarithm is exact then.
    """

    polynomial: Polynomial
    natural: Interval | None
    size: Floats
    roundings: int
    logarithm: Taylor | None = None

    __array_ufunc__ = None  # NumPy's operators leave arithmetic with these numbers to them

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a number that stands for a whole box cannot become a plain array")

    def __array_namespace__(self, *, api_version: str | None = None) -> object:
        """Return the functions of these numbers, as the array API standard asks for them."""
        from colorfix.certificate.functions import NAMESPACE  # noqa: PLC0415 - which are made of these numbers

        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the numbers."""
        return self.polynomial.centre.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.polynomial.centre.ndim

    @property
    def real(self) -> Taylor:
        """The number itself: boxes are of real gains."""
        return self

    @property
    def rounding(self) -> Floats:
        """Bound of what rounding has added so far."""
        return self.size * (self.roundings * UNIT)

    @property
    def reach(self) -> Interval:
        """Range by interval arithmetic, without rounding."""
        return self.polynomial.interval if self.natural is None else self.natural

    @property
    def range(self) -> Interval:
        """What both the polynomial and interval arithmetic allow, rounding included."""
        own = self.polynomial.interval
        return (own if self.natural is None else self.natural.within(own)).widened(self.rounding)

    def __add__(self, other: Array) -> Taylor:
        if not isinstance(other, Taylor):
            natural = None if self.natural is None else self.natural.shifted(other)
            size = self.size + np.abs(other)
            return Taylor(self.polynomial.shifted(other), natural, size, self.roundings + 1)
        affine = self.natural is None and other.natural is None
        return Taylor(
            self.polynomial.plus(other.polynomial),
            None if affine else self.reach.plus(other.reach),
            self.size + other.size,
            max(self.roundings, other.roundings) + 1,
        )

    __radd__ = __add__

    def __neg__(self) -> Taylor:
        return self * -1.0

    def __sub__(self, other: Array) -> Taylor:
        difference: Taylor = self + -other
        return difference

    def __rsub__(self, other: Array) -> Taylor:
        difference: Taylor = -self + other
        return difference

    def __mul__(self, other: Array) -> Taylor:
        if isinstance(other, Taylor):
            if other is self:
                return self.squared()
            return Taylor(
                self.polynomial.times(other.polynomial),
                self.range.times(other.range),
                self.size * other.size,
                self.roundings + other.roundings + PRODUCT,
            )
        natural = None if self.natural is None else self.natural.scaled(other)
        remembered = self.logarithm if np.all(np.asarray(other) > 0) else None
        return Taylor(
            self.polynomial.scaled(other),
            natural,
            self.size * np.abs(other),
            self.roundings + FACTOR,
            None if remembered is None else remembered + np.log(other),
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Array) -> Taylor:
        share = other.through(elementary.reciprocal) if isinstance(other, Taylor) else 1 / np.asarray(other)
        quotient: Taylor = self * share
        return quotient

    def __rtruediv__(self, other: Array) -> Taylor:
        quotient: Taylor = self.through(elementary.reciprocal) * other
        return quotient

    def __pow__(self, exponent: float) -> Taylor:
        if exponent < 1 or exponent != int(exponent):
            return self.through(elementary.power(float(exponent)))
        if exponent == 1:
            return self
        even = (self ** (exponent // 2)).squared()
        return even * self if exponent % 2 else even

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("over a box two numbers are seldom equal or unequal")

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Array) -> Verdict:
        beyond = (self - other).range
        return Verdict(beyond.low > 0, beyond.high <= 0)

    def __ge__(self, other: Array) -> Verdict:
        beyond = (self - other).range
        return Verdict(beyond.low >= 0, beyond.high < 0)

    def __lt__(self, other: Array) -> Verdict:
        reached: Verdict = self >= other
        return ~reached

    def __le__(self, other: Array) -> Verdict:
        passed: Verdict = self > other
        return ~passed

    def __getitem__(self, key: Any) -> Taylor:  # noqa: ANN401 - whatever an array takes
        return self.rearranged(lambda part: part[key])

    def reshape(self, *shape: Any) -> Taylor:  # noqa: ANN401 - as NumPy has it
        """Return the numbers in another shape."""
        return self.rearranged(lambda part: part.reshape(*shape))

    def sum(self, axis: int, *, keepdims: bool = False) -> Taylor:
        """Return the sums along an axis."""
        back = axis if axis < 0 else axis - self.ndim

        def added(part: Part) -> Part:
            return summed(part, self.shape, back, keepdims=keepdims)

        return self._each(added, roundings=self.roundings + self.shape[back])

    def mean(self, axis: int, *, keepdims: bool = False) -> Taylor:
        """Return the means along an axis."""
        return self.sum(axis, keepdims=keepdims) / self.shape[axis]

    def rearranged(self, move: Callable[[Floats], Floats]) -> Taylor:
        """Pass every part, in full shape, through a function that moves elements and changes none."""

        def moved(part: Part) -> Part:
            return None if part is None else move(np.broadcast_to(part, self.shape))

        arranged = self._each(moved, roundings=self.roundings)
        remembered = None if self.logarithm is None else self.logarithm.rearranged(move)
        return replace(arranged, polynomial=arranged.polynomial.pruned(), logarithm=remembered)

    def _each(self, move: Callable[[Part], Part], *, roundings: int) -> Taylor:
        """Pass every part through a linear function that keeps their order."""
        ends = [np.asarray(number(move(end))) for end in self.natural or ()]
        return Taylor(
            self.polynomial.moved(move),
            Interval(*ends) if ends else None,
            np.asarray(number(move(self.size))),
            roundings,
        )

    def squared(self) -> Taylor:
        """Return the square, which is never below 0."""
        return Taylor(
            self.polynomial.squared(),
            self.range.squared(),
            self.size * self.size,
            2 * self.roundings + PRODUCT,
        )

    def through(self, function: Elementary) -> Taylor:
        """Return the function of the number."""
        over = self.range
        derivatives, natural = function(self.polynomial.centre, over)
        polynomial = self.polynomial.through(derivatives, self.rounding)
        step = self.polynomial.reach + self.rounding
        size = np.abs(derivatives.value) + step * (
            np.abs(derivatives.slope) + step * (np.abs(derivatives.bend) / 2 + step * derivatives.third / 6)
        )
        return Taylor(polynomial, natural, size, FUNCTION).settled()

    def settled(self) -> Taylor:
        """Drop the polynomial where it leaves out more than interval arithmetic allows altogether."""
        if self.natural is None or self.polynomial.rest is None:
            return self
        half = (self.natural.high - self.natural.low) / 2
        better = self.polynomial.rest <= half
        if better.all():
            return self
        kept = self.polynomial.moved(lambda part: None if part is None else np.where(better, part, 0.0))
        middle = (self.natural.high + self.natural.low) / 2
        rest = np.where(better, self.polynomial.rest, half)
        centre = np.where(better, self.polynomial.centre, middle)
        size = np.where(better, self.size, np.maximum(-self.natural.low, self.natural.high))
        return Taylor(
            Polynomial(centre, kept.slopes, kept.bends, rest),
            self.natural,
            size,
            self.roundings,
            self.logarithm,
        )
