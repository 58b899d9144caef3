"""Coefficients that may be absent: ``None`` is a zero that costs nothing to add and to multiply."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from colorfix.color.statistics import Floats

if TYPE_CHECKING:
    from collections.abc import Iterable

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
