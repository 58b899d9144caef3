"""The five polynomials of experiment 1, evaluated stably, and their minima, computed exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.experiments.roots import Coefficients, derivative, product, real_roots, value

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


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
        """Where the slope is 0, from left to right: minima, maxima and inflections, shape [K]."""
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
