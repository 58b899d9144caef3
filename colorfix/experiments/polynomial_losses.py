"""Several polynomials as the losses of one batch."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from colorfix.experiments.roots import product, shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.experiments.polynomial import Polynomial
    from colorfix.experiments.roots import Coefficients
    from colorfix.optim.arrays import Array


@dataclass(frozen=True)
class PolynomialLosses:
    """The losses of P problems, each a polynomial of its own at its own x.

    f(x) = scale · q(t)² + r(t), t = x - centre, q(t) = ∏ (t + centre - root) expanded about the middle of its
    roots, where its coefficients are small and nothing cancels: one kernel for all, whatever the mixture, in
    few operations, since a batch of small arrays costs what its operations cost, not its numbers.

    Attributes:
        centres: shape [P].
        scales: of the squares, shape [P].
        coefficients: of q and of r, shape [2, K, P].
        powers: 0, 1, ..., K - 1, shape [K, 1].

    >>> from colorfix.experiments.polynomial import POLYNOMIALS
    >>> losses = PolynomialLosses.of(POLYNOMIALS)
    >>> losses(np.full((5, 1), 2.0)).round(9).tolist()
    [8.0, 5528.0, -0.32, -0.6, 1.0]
    """

    centres: Array
    scales: Array
    coefficients: Array
    powers: Array

    @classmethod
    def of(cls, polynomials: Sequence[Polynomial]) -> PolynomialLosses:
        """Stack one polynomial a problem, as NumPy arrays."""
        expanded = {polynomial: _about_the_centre(polynomial) for polynomial in polynomials}
        length = max(len(part) for _, *parts in expanded.values() for part in parts)
        coefficients = np.zeros((2, length, len(polynomials)))
        for place, polynomial in enumerate(polynomials):
            for k, part in enumerate(expanded[polynomial][1:]):
                coefficients[k, : len(part), place] = [float(c) for c in part]
        return cls(
            centres=np.array([float(expanded[polynomial][0]) for polynomial in polynomials]),
            scales=np.array([float(polynomial.scale) for polynomial in polynomials]),
            coefficients=coefficients,
            powers=np.arange(float(length))[:, None],
        )

    def __call__(self, points: Array) -> Array:
        """Return the losses, shape [P], at points of shape [P, 1]."""
        powers = (points[:, 0] - self.centres) ** self.powers
        root, rest = (self.coefficients * powers).sum(1)
        return self.scales * root * root + rest

    def take(self, rows: Array) -> PolynomialLosses:
        """Return the losses of some of the problems."""
        return replace(
            self,
            centres=self.centres[rows],
            scales=self.scales[rows],
            coefficients=self.coefficients[..., rows],
        )

    def mapped(self, function: Callable[[Array], Array]) -> PolynomialLosses:
        """Return the losses with every array passed through a function: to a device."""
        return replace(self, **{field.name: function(getattr(self, field.name)) for field in fields(self)})


def _about_the_centre(polynomial: Polynomial) -> tuple[Fraction, Coefficients, Coefficients]:
    """The middle of the roots, and q and r about it, exact."""
    roots = [Fraction(root) for root in polynomial.roots]
    centre = Fraction(round(sum(roots) / len(roots))) if roots else Fraction(0)
    square: Coefficients = (Fraction(1),)
    for root in roots:
        square = product(square, (centre - root, Fraction(1)))
    return centre, square, shifted(tuple(Fraction(c) for c in polynomial.tail), centre)
