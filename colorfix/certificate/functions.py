"""The functions that penalties call on Taylor numbers, under the names of the array API standard."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.certificate import elementary
from colorfix.certificate.interval import Interval
from colorfix.certificate.polynomial import Polynomial
from colorfix.certificate.smooth_maximum import log_sum_exp
from colorfix.certificate.taylor import Taylor
from colorfix.certificate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.certificate.parts import Part
    from colorfix.color.statistics import Floats


def constant(value: Taylor | Floats | float) -> Taylor:
    """Return what does not change over a box as a Taylor number; a Taylor number as it is."""
    if isinstance(value, Taylor):
        return value
    centre = np.asarray(value, dtype=np.float64)
    return Taylor(Polynomial(centre), None, np.abs(centre), 0)


def exp(x: Taylor) -> Taylor:
    """Return eˣ, which remembers x."""
    return replace(x.through(elementary.exp), logarithm=x)


def log(x: Taylor) -> Taylor:
    """Return ln x: the exponent itself, where x is an exponential."""
    return x.logarithm if x.logarithm is not None else x.through(elementary.log)


def sqrt(x: Taylor) -> Taylor:
    """Return √x."""
    return x.through(elementary.power(0.5))


def where(
    condition: Verdict | NDArray[np.bool_], x: Taylor | Floats | float, y: Taylor | Floats | float
) -> Taylor:
    """Return x or y; where either is possible, (x + y)/2 ± |x - y|/2, which holds both."""
    one, other = constant(x), constant(y)
    sure = condition if isinstance(condition, Verdict) else Verdict(condition, ~condition)
    apart = (one - other).range
    gap = np.where(sure.always | sure.never, 0.0, np.maximum(-apart.low, apart.high) / 2)

    def chosen(mine: Floats, theirs: Floats, either: Floats) -> Floats:
        return np.where(sure.always, mine, np.where(sure.never, theirs, either))

    def mixed(mine: Part, theirs: Part) -> Part:
        if mine is None and theirs is None:
            return None
        mine, theirs = (np.zeros(()) if part is None else part for part in (mine, theirs))
        return chosen(mine, theirs, (mine + theirs) / 2)

    p, q = one.polynomial, other.polynomial
    rest = mixed(p.rest, q.rest)
    polynomial = Polynomial(
        chosen(p.centre, q.centre, (p.centre + q.centre) / 2),
        tuple(map(mixed, p.slopes, q.slopes)),
        tuple(map(mixed, p.bends, q.bends)),
        gap if rest is None else rest + gap,
    )
    hull = one.reach.hull(other.reach)
    natural = Interval(*map(chosen, one.reach, other.reach, hull))
    size = chosen(one.size, other.size, one.size + other.size)
    return Taylor(polynomial, natural, size, max(one.roundings, other.roundings) + 4).settled()


def maximum(x: Taylor | Floats | float, y: Taylor | Floats | float) -> Taylor:
    """Return the greater of the two."""
    return where(constant(x) > y, x, y)


def minimum(x: Taylor | Floats | float, y: Taylor | Floats | float) -> Taylor:
    """Return the lesser of the two."""
    return where(constant(x) > y, y, x)


def absolute(x: Taylor) -> Taylor:
    """Return |x|."""
    return where(x > 0.0, x, -x)


def stack(numbers: Sequence[Taylor | Floats | float], axis: int = 0) -> Taylor:
    """Return the numbers side by side along a new axis."""
    every = [constant(number) for number in numbers]
    shape = np.broadcast_shapes(*(number.shape for number in every))

    def side_by_side(parts: Sequence[Part]) -> Part:
        if all(part is None for part in parts):
            return None
        full = [np.broadcast_to(np.zeros(()) if part is None else part, shape) for part in parts]
        return np.stack(full, axis)

    affine = all(number.natural is None for number in every)
    ends = zip(*(number.reach for number in every), strict=True)
    polynomials = [number.polynomial for number in every]
    return Taylor(
        Polynomial(
            _solid(side_by_side([p.centre for p in polynomials])),
            tuple(map(side_by_side, zip(*(p.slopes for p in polynomials), strict=True))),
            tuple(map(side_by_side, zip(*(p.bends for p in polynomials), strict=True))),
            side_by_side([p.rest for p in polynomials]),
        ),
        None if affine else Interval(*(_solid(side_by_side(end)) for end in ends)),
        _solid(side_by_side([number.size for number in every])),
        max(number.roundings for number in every),
    )


def _solid(part: Part) -> Floats:
    return np.zeros(()) if part is None else part


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is NumPy's for plain arrays: penalties ask one namespace for both."""

    def function(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as NumPy's
        first = arguments[0]
        every = (*arguments, *first) if isinstance(first, (list, tuple)) else arguments
        inexact = any(isinstance(argument, (Taylor, Verdict)) for argument in every)
        return (ours if inexact else theirs)(*arguments, **options)

    return function


NAMESPACE = SimpleNamespace(
    __name__=__name__,  # array_api_compat takes a namespace for a module
    abs=_either(absolute, np.abs),
    asarray=_either(constant, np.asarray),
    exp=_either(exp, np.exp),
    log=_either(log, np.log),
    logsumexp=log_sum_exp,
    mean=_either(Taylor.mean, np.mean),
    maximum=_either(maximum, np.maximum),
    minimum=_either(minimum, np.minimum),
    pow=_either(Taylor.__pow__, np.power),
    real=_either(constant, np.real),
    reshape=_either(Taylor.reshape, np.reshape),
    sqrt=_either(sqrt, np.sqrt),
    square=_either(Taylor.squared, np.square),
    stack=_either(stack, np.stack),
    sum=_either(Taylor.sum, np.sum),
    where=_either(where, np.where),
    zeros_like=_either(lambda x: constant(np.zeros(x.shape)), np.zeros_like),
    ones_like=_either(lambda x: constant(np.ones(x.shape)), np.ones_like),
)
"""What ``colorfix.optim.arrays.namespace`` gives for a Taylor number. A penalty that calls anything else has
no bounds, and its certificate rests on a grid."""
