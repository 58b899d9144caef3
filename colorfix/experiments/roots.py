"""Real roots of a polynomial with rational coefficients: counted by Sturm, found by halving, all exact."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

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


def shifted(polynomial: Coefficients, centre: Fraction) -> Coefficients:
    """Return the coefficients of f(t + centre) in t.

    >>> [int(c) for c in shifted((Fraction(0), Fraction(0), Fraction(1)), Fraction(3))]
    [9, 6, 1]
    """
    total: Coefficients = ()
    for coefficient in reversed(polynomial):
        total = product(total, (centre, Fraction(1))) if total else (Fraction(0),)
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
