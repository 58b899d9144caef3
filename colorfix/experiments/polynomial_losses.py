"""The five polynomials of experiment 1: evaluated stably, with exact minima, and as losses of one batch.

Real roots of a polynomial with rational coefficients are isolated by Sturm's theorem and refined by
bisection, all in exact arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

Coefficients: TypeAlias = tuple[Fraction, ...]
"""Of 1, x, x², ..., exact; the last is not 0."""

WIDTH = Fraction(1, 2**64)
"""Within which a root is known: far finer than float64."""


class Root(NamedTuple):
    """A real root.

    Attributes:
        x: the root, to within :data:`WIDTH`.
        sign_before: of the polynomial just left of it, -1 or 1.
        sign_after: just right of it.
    """

    x: Fraction
    sign_before: int
    sign_after: int


def real_roots(polynomial: Coefficients) -> list[Root]:
    """Return the distinct real roots from left to right.

    Sturm's theorem counts the roots between two numbers from the signs of a sequence of remainders; halving
    splits an interval until it holds one root, and then until it is narrow.

    Args:
        polynomial: its coefficients.

    >>> minus, one = Fraction(-1), Fraction(1)
    >>> [(float(root.x), root.sign_before, root.sign_after) for root in real_roots((minus, 0 * one, one))]
    [(-1.0, 1, -1), (1.0, -1, 1)]
    >>> [(float(root.x), root.sign_before, root.sign_after) for root in real_roots((one, 2 * minus, one))]
    [(1.0, 1, 1)]
    """
    chain = _sturm(polynomial)
    bound = 1 + max(abs(c / polynomial[-1]) for c in polynomial)  # Cauchy's
    intervals = _isolated(chain, Fraction(-bound), Fraction(bound))
    return [_refined(polynomial, chain, low, high) for low, high in intervals]


def value(polynomial: Coefficients, x: Fraction) -> Fraction:
    """Return a polynomial at a point, exactly."""
    total = Fraction(0)
    for coefficient in reversed(polynomial):
        total = total * x + coefficient
    return total


def derivative(polynomial: Coefficients) -> Coefficients:
    """Return the coefficients of f'."""
    return tuple(k * coefficient for k, coefficient in enumerate(polynomial))[1:]


def product(first: Coefficients, second: Coefficients) -> Coefficients:
    """Return the coefficients of a product."""
    total = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            total[i + j] += a * b
    return tuple(total)


def shifted(polynomial: Coefficients, center: Fraction) -> Coefficients:
    """Return the coefficients of f(t + center) in t.

    >>> [int(c) for c in shifted((Fraction(0), Fraction(0), Fraction(1)), Fraction(3))]
    [9, 6, 1]
    """
    total: Coefficients = ()
    for coefficient in reversed(polynomial):
        total = product(total, (center, Fraction(1))) if total else (Fraction(0),)
        total = (total[0] + coefficient, *total[1:])
    return total


def _isolated(chain: list[Coefficients], low: Fraction, high: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Intervals (low, high] that hold one root each."""
    count = _changes(chain, low) - _changes(chain, high)
    if count <= 1:
        return [(low, high)] * count
    middle = (low + high) / 2
    return _isolated(chain, low, middle) + _isolated(chain, middle, high)


def _refined(polynomial: Coefficients, chain: list[Coefficients], low: Fraction, high: Fraction) -> Root:
    while high - low > WIDTH:
        middle = (low + high) / 2
        if _changes(chain, low) - _changes(chain, middle):
            high = middle
        else:
            low = middle
    x = high if value(polynomial, high) == 0 else (low + high) / 2
    return Root(x, _sign(value(polynomial, low)), _sign(value(polynomial, high + WIDTH)))


def _sturm(polynomial: Coefficients) -> list[Coefficients]:
    """Return f, f', and the negated remainders of dividing each by the next."""
    chain = [polynomial, derivative(polynomial)]
    while len(chain[-1]) > 1:
        remainder = _remainder(chain[-2], chain[-1])
        if not remainder:
            break
        chain.append(tuple(-c for c in remainder))
    return chain


def _remainder(dividend: Coefficients, divisor: Coefficients) -> Coefficients:
    rest = list(dividend)
    while len(rest) >= len(divisor):
        factor = rest[-1] / divisor[-1]
        offset = len(rest) - len(divisor)
        for k, coefficient in enumerate(divisor):
            rest[offset + k] -= factor * coefficient
        while rest and rest[-1] == 0:
            rest.pop()
    return tuple(rest)


def _changes(chain: list[Coefficients], x: Fraction) -> int:
    """How often the sign changes along the chain at a point; zeros are passed over."""
    signs = [sign for sign in (_sign(value(part, x)) for part in chain) if sign]
    return sum(a != b for a, b in pairwise(signs))


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)


class Extremum(NamedTuple):
    """A point where the slope is 0.

    Attributes:
        x: where.
        loss: there.
    """

    x: float
    loss: float


@dataclass(frozen=True)
class Polynomial:
    """A loss f(x) = scale · [(x - r₁)(x - r₂)…]² + Σ_k tail_k xᵏ.

    The eighth and tenth order are of this form, and only so can be computed: expanded, as the paper prints
    them, their terms reach 10⁶ and cancel, and in float32 nothing is left of the minima.

    Attributes:
        name: by its order: ``p6``.
        text: as the paper prints it.
        scale: of the square.
        roots: r; none where there is no square.
        tail: coefficients of 1, x, x², ...

    >>> square = Polynomial("p2", "x² + 4", tail=("4", "0", "1"))
    >>> square(3.0), square.minima
    (13.0, (Extremum(x=0.0, loss=4.0),))
    """

    name: str
    text: str
    scale: str = "0"
    roots: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()

    def __call__(self, x: Array) -> Array:
        """Return f(x), of the shape of ``x``: a number, or an array of NumPy or torch."""
        square = x * 0 + 1
        for root in self.roots:
            square = square * (x - float(root))
        value = x * 0
        for coefficient in reversed(self.tail):
            value = value * x + float(coefficient)
        return float(self.scale) * square * square + value

    @cached_property
    def coefficients(self) -> Coefficients:
        """Of the expanded form, exact."""
        factor: Coefficients = (Fraction(1),)
        for root in self.roots:
            factor = product(factor, (-Fraction(root), Fraction(1)))
        square = tuple(Fraction(self.scale) * c for c in product(factor, factor))
        tail = tuple(Fraction(c) for c in self.tail)
        length = max(len(square) if self.roots else 0, len(tail))
        return tuple(_at(square, k) + _at(tail, k) for k in range(length))

    @cached_property
    def minima(self) -> tuple[Extremum, ...]:
        """All local minima from left to right: the real roots of f' at which it turns from - to +."""
        return self._turning(-1)

    @cached_property
    def maxima(self) -> tuple[Extremum, ...]:
        """All local maxima from left to right: the barriers between the minima."""
        return self._turning(1)

    @cached_property
    def inflections(self) -> tuple[Extremum, ...]:
        """Points where the slope is 0 and does not change its sign, from left to right."""
        return self._turning(0)

    @cached_property
    def extrema(self) -> Floats:
        """Points of slope 0, from left to right: minima, maxima and inflections, shape [K]."""
        return np.sort([extremum.x for extremum in (*self.minima, *self.maxima, *self.inflections)])

    @property
    def lowest(self) -> Extremum:
        """The global minimum."""
        return min(self.minima, key=lambda minimum: minimum.loss)

    def _turning(self, kind: int) -> tuple[Extremum, ...]:
        slope = derivative(self.coefficients)
        found = [(root, root.sign_before - root.sign_after) for root in real_roots(slope)]
        return tuple(
            Extremum(float(root.x), float(value(self.coefficients, root.x)))
            for root, change in found
            if change == 2 * kind
        )


def _at(coefficients: Coefficients, k: int) -> Fraction:
    return coefficients[k] if k < len(coefficients) else Fraction(0)


POLYNOMIALS = (
    Polynomial("p2", "x² + 4", tail=("4", "0", "1")),
    Polynomial("p6", "40(x⁶ + x⁵ + 3x³ + 4x² + x) + 8", tail=("8", "40", "160", "120", "0", "40", "40")),
    Polynomial(
        "p8",
        "4x⁸ − 76x⁷ + 605x⁶ − 2614.01x⁵ + 6629x⁴ − 9940x³ + 8404x² − 3552x + 576",
        scale="4", roots=("0.5", "2", "3", "4"), tail=("0", "0", "0", "0", "0", "-0.01"),
    ),
    Polynomial(
        "p10",
        "0.1x¹⁰ − 3x⁹ + 39.5x⁸ − 300x⁷ + 1452.3x⁶ − 4671x⁵ + 10080.5x⁴ − 14370x³ + 12907.6x² − 6576.3x "
        "+ 1440",
        scale="0.1", roots=("1", "2", "3", "4", "5"), tail=("0", "-0.3"),
    ),
    Polynomial("p4", "x⁴ − 6x³ + 12x² − 10x + 5", tail=("5", "-10", "12", "-6", "1")),
)  # fmt: skip
"""The losses of Table 1, in its order."""


@dataclass(frozen=True)
class PolynomialLosses:
    """The losses of P problems, each a polynomial of its own at its own x.

    f(x) = scale · q(t)² + r(t), t = x - center, q(t) = ∏ (t + center - root) expanded about the middle of its
    roots, where its coefficients are small and nothing cancels: one kernel for all, whatever the mixture, in
    few operations, since a batch of small arrays costs what its operations cost, not its numbers.

    Attributes:
        centers: shape [P].
        scales: of the squares, shape [P].
        coefficients: of q and of r, shape [2, K, P].
        powers: 0, 1, ..., K - 1, shape [K, 1].

    >>> from colorfix.experiments.polynomial_losses import POLYNOMIALS
    >>> losses = PolynomialLosses.of(POLYNOMIALS)
    >>> losses(np.full((5, 1), 2.0)).round(9).tolist()
    [8.0, 5528.0, -0.32, -0.6, 1.0]
    """

    centers: Array
    scales: Array
    coefficients: Array
    powers: Array

    @classmethod
    def of(cls, polynomials: Sequence[Polynomial]) -> PolynomialLosses:
        """Stack one polynomial a problem, as NumPy arrays."""
        expanded = {polynomial: _about_the_center(polynomial) for polynomial in polynomials}
        length = max(len(part) for _, *parts in expanded.values() for part in parts)
        coefficients = np.zeros((2, length, len(polynomials)))
        for place, polynomial in enumerate(polynomials):
            for k, part in enumerate(expanded[polynomial][1:]):
                coefficients[k, : len(part), place] = [float(c) for c in part]
        return cls(
            centers=np.array([float(expanded[polynomial][0]) for polynomial in polynomials]),
            scales=np.array([float(polynomial.scale) for polynomial in polynomials]),
            coefficients=coefficients,
            powers=np.arange(float(length))[:, None],
        )

    def __call__(self, points: Array) -> Array:
        """Return the losses, shape [P], at points of shape [P, 1]."""
        powers = (points[:, 0] - self.centers) ** self.powers
        root, rest = (self.coefficients * powers).sum(1)
        return self.scales * root * root + rest

    def take(self, rows: Array) -> PolynomialLosses:
        """Return the losses of some of the problems."""
        return replace(
            self,
            centers=self.centers[rows],
            scales=self.scales[rows],
            coefficients=self.coefficients[..., rows],
        )

    def mapped(self, function: Callable[[Array], Array]) -> PolynomialLosses:
        """Return the losses with every array passed through a function: to a device."""
        return replace(self, **{field.name: function(getattr(self, field.name)) for field in fields(self)})


def _about_the_center(polynomial: Polynomial) -> tuple[Fraction, Coefficients, Coefficients]:
    """The middle of the roots, and q and r about it, exact."""
    roots = [Fraction(root) for root in polynomial.roots]
    center = Fraction(round(sum(roots) / len(roots))) if roots else Fraction(0)
    square: Coefficients = (Fraction(1),)
    for root in roots:
        square = product(square, (center - root, Fraction(1)))
    return center, square, shifted(tuple(Fraction(c) for c in polynomial.tail), center)
