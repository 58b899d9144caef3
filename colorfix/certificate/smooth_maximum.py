"""ln Σ exp over a box: the one function of many numbers that penalties call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.certificate.interval import Interval
from colorfix.certificate.parts import Part, number, outer, plus, times, total
from colorfix.certificate.polynomial import Polynomial
from colorfix.certificate.taylor import FUNCTION, Taylor
from colorfix.optim.arrays import log_sum_exp as of_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

THIRD = 8.0
"""E|x - E x|³ is at most this times E|x - m|³, for any m (the triangle inequality of the third norm)."""


def log_sum_exp(x: Taylor, axis: int = -1) -> Taylor:
    """Return ln Σ_k exp(x_k) over the last axis.

    With p_k the share of exp(x_k) in the sum at the centre and δ_k how far x_k strays from there, the result
    is value + Σ p δ + Var_p(δ)/2 + κ/6, κ the third cumulant of δ under the shares somewhere in between. That
    is at most 8 Σ p_k d_k³, d_k the most by which δ_k differs from the largest term's δ, and a share is never
    more than exp(x_k less that term). What all x_k have in common leaves nothing out, and what lies far
    behind next to nothing.

    Raises:
        TypeError: any other axis.
    """
    if axis not in {-1, x.ndim - 1}:
        raise TypeError("the smooth maximum of Taylor numbers runs over the last axis")
    centre = x.polynomial.centre
    top = centre.argmax(-1)[..., None]
    highest = np.take_along_axis(centre, top, -1)
    weights = np.exp(centre - highest)
    sums = weights.sum(-1, keepdims=True)
    value = (highest + np.log(sums))[..., 0]
    loose = np.broadcast_to(number(x.polynomial.rest) + x.rounding, x.shape)
    averaged, strayed = _second_order(x.polynomial, weights / sums, loose)
    apart = _distance(x.polynomial, top) + loose + np.take_along_axis(loose, top, -1)
    third = THIRD * (np.exp(np.minimum(centre - highest + apart, 0.0)) * apart**3).sum(-1)
    polynomial = Polynomial(value, averaged.slopes, averaged.bends, strayed + third / 6)
    natural = Interval(*map(of_arrays, x.range))
    # leans are differences of slopes, squared: their rounding is the slopes'
    size = np.abs(value) + polynomial.reach + (weights / sums * x.polynomial.reach**2).sum(-1)
    return Taylor(polynomial, natural, size, FUNCTION + x.shape[-1]).settled()


def _second_order(x: Polynomial, shares: Floats, loose: Floats) -> tuple[Polynomial, Floats]:
    """Mean of x under the shares and half the variance of its slopes' part; and what that leaves out."""

    def mean(part: Part) -> Part:
        return None if part is None else (part * shares).sum(-1, keepdims=True)

    middle = x.moved(mean)
    leans = tuple(plus(slope, times(m, -1.0)) for slope, m in zip(x.slopes, middle.slopes, strict=True))
    curls = tuple(plus(bend, times(m, -1.0)) for bend, m in zip(x.bends, middle.bends, strict=True))
    shared = (shares * loose).sum(-1)
    stray = number(total(curls)) + loose + shared[..., None]
    left_out = shared + (shares * stray * (number(total(leans)) + stray / 2)).sum(-1)
    spread = (times(mean(square), 0.5) for square in outer(leans, leans))
    curved = Polynomial(middle.centre, middle.slopes, tuple(map(plus, middle.bends, spread)))
    return curved.moved(lambda part: None if part is None else part[..., 0]), left_out


def _distance(x: Polynomial, top: NDArray[np.intp]) -> Floats | float:
    """The most by which each polynomial without its centre and rest differs from the one at ``top``."""

    def gap(part: Part) -> Part:
        if part is None:
            return None
        full: Floats = np.broadcast_to(part, x.centre.shape)
        return full - np.take_along_axis(full, top, -1)

    return number(total(map(gap, (*x.slopes, *x.bends))))
