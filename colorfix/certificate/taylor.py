"""What a function can do over a box: its Taylor polynomial, what that leaves out, and its range.

Penalties are written in arithmetic and an array's own namespace, so the same functions that serve NumPy and
torch take these numbers too: there is no second implementation of any penalty.

The functions that penalties call on Taylor models, under the names of the array API standard.

ln Σ exp over a box: the one function of many numbers that penalties call.

The answer to a comparison over a box: everywhere, nowhere, or here and there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from colorfix.certificate import polynomial
from colorfix.certificate import polynomial as elementary
from colorfix.certificate.interval import Interval
from colorfix.certificate.polynomial import (
    Coefficient,
    Quadratic,
    absolute_sum,
    add,
    multiply,
    or_zero,
    outer,
    sum_axis,
)
from colorfix.optim.arrays import log_sum_exp as of_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.certificate.polynomial import Elementary
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


@dataclass(frozen=True)
class Trilean:
    """Where a comparison holds, for many boxes at once.

    Attributes:
        always: it holds all over the box.
        never: it holds nowhere in the box; where neither is so, it is not known.
    """

    always: NDArray[np.bool_]
    never: NDArray[np.bool_]

    __array_ufunc__ = None  # NumPy's operators leave it alone

    def __invert__(self) -> Trilean:
        return Trilean(self.never, self.always)

    def __and__(self, other: Trilean) -> Trilean:
        return Trilean(self.always & other.always, self.never | other.never)

    def __or__(self, other: Trilean) -> Trilean:
        return Trilean(self.always | other.always, self.never & other.never)

    def __bool__(self) -> NoReturn:
        raise TypeError("over a box a comparison may hold here and fail there: use where(), not if")

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("over a box a comparison may hold here and fail there: use the namespace's where()")


UNIT = 2.0**-52
"""One rounding, as a share of what is rounded: twice the most that IEEE double precision does."""

FACTOR, PRODUCT, FUNCTION = 2, 8, 24
"""Roundings in a coefficient of a multiple, of a product, and of a function (exp and log err by at most 4
last places)."""


@dataclass(frozen=True, eq=False)
class TaylorModel:
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

    quadratic: Quadratic
    natural: Interval | None
    norm: Floats
    roundings: int
    logarithm: TaylorModel | None = None

    __array_ufunc__ = None  # NumPy's operators leave arithmetic with these numbers to them

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a number that stands for a whole box cannot become a plain array")

    def __array_namespace__(self, *, api_version: str | None = None) -> object:
        """Return the functions of these numbers, as the array API standard asks for them."""
        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the numbers."""
        return self.quadratic.center.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.quadratic.center.ndim

    @property
    def real(self) -> TaylorModel:
        """The number itself: boxes are of real gains."""
        return self

    @property
    def rounding(self) -> Floats:
        """Bound of what rounding has added so far."""
        return self.norm * (self.roundings * UNIT)

    @property
    def unrounded(self) -> Interval:
        """Range by interval arithmetic, without rounding."""
        return self.quadratic.interval if self.natural is None else self.natural

    @property
    def range(self) -> Interval:
        """What both the polynomial and interval arithmetic allow, rounding included."""
        own = self.quadratic.interval
        return (own if self.natural is None else self.natural.intersection(own)).widened(self.rounding)

    def __add__(self, other: Array) -> TaylorModel:
        if not isinstance(other, TaylorModel):
            natural = None if self.natural is None else self.natural.shifted(other)
            size = self.norm + np.abs(other)
            return TaylorModel(self.quadratic.shifted(other), natural, size, self.roundings + 1)
        affine = self.natural is None and other.natural is None
        return TaylorModel(
            self.quadratic.plus(other.quadratic),
            None if affine else self.unrounded.plus(other.unrounded),
            self.norm + other.norm,
            max(self.roundings, other.roundings) + 1,
        )

    __radd__ = __add__

    def __neg__(self) -> TaylorModel:
        return self * -1.0

    def __sub__(self, other: Array) -> TaylorModel:
        difference: TaylorModel = self + -other
        return difference

    def __rsub__(self, other: Array) -> TaylorModel:
        difference: TaylorModel = -self + other
        return difference

    def __mul__(self, other: Array) -> TaylorModel:
        if isinstance(other, TaylorModel):
            if other is self:
                return self.squared()
            return TaylorModel(
                self.quadratic.times(other.quadratic),
                self.range.times(other.range),
                self.norm * other.norm,
                self.roundings + other.roundings + PRODUCT,
            )
        natural = None if self.natural is None else self.natural.scaled(other)
        remembered = self.logarithm if np.all(np.asarray(other) > 0) else None
        return TaylorModel(
            self.quadratic.scaled(other),
            natural,
            self.norm * np.abs(other),
            self.roundings + FACTOR,
            None if remembered is None else remembered + np.log(other),
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Array) -> TaylorModel:
        share = (
            other.composed(elementary.reciprocal) if isinstance(other, TaylorModel) else 1 / np.asarray(other)
        )
        quotient: TaylorModel = self * share
        return quotient

    def __rtruediv__(self, other: Array) -> TaylorModel:
        quotient: TaylorModel = self.composed(elementary.reciprocal) * other
        return quotient

    def __pow__(self, exponent: float) -> TaylorModel:
        if exponent < 1 or exponent != int(exponent):
            return self.composed(elementary.power(float(exponent)))
        if exponent == 1:
            return self
        even = (self ** (exponent // 2)).squared()
        return even * self if exponent % 2 else even

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("over a box two numbers are seldom equal or unequal")

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Array) -> Trilean:
        beyond = (self - other).range
        return Trilean(beyond.low > 0, beyond.high <= 0)

    def __ge__(self, other: Array) -> Trilean:
        beyond = (self - other).range
        return Trilean(beyond.low >= 0, beyond.high < 0)

    def __lt__(self, other: Array) -> Trilean:
        reached: Trilean = self >= other
        return ~reached

    def __le__(self, other: Array) -> Trilean:
        passed: Trilean = self > other
        return ~passed

    def __getitem__(self, key: Any) -> TaylorModel:  # noqa: ANN401 - whatever an array takes
        return self.rearranged(lambda part: part[key])

    def reshape(self, *shape: Any) -> TaylorModel:  # noqa: ANN401 - as NumPy has it
        """Return the numbers in another shape."""
        return self.rearranged(lambda part: part.reshape(*shape))

    def sum(self, axis: int, *, keepdims: bool = False) -> TaylorModel:
        """Return the sums along an axis."""
        back = axis if axis < 0 else axis - self.ndim

        def added(part: Coefficient) -> Coefficient:
            return sum_axis(part, self.shape, back, keepdims=keepdims)

        return self._each(added, roundings=self.roundings + self.shape[back])

    def mean(self, axis: int, *, keepdims: bool = False) -> TaylorModel:
        """Return the means along an axis."""
        return self.sum(axis, keepdims=keepdims) / self.shape[axis]

    def rearranged(self, move: Callable[[Floats], Floats]) -> TaylorModel:
        """Pass every part, in full shape, through a function that moves elements and changes none."""

        def moved(part: Coefficient) -> Coefficient:
            return None if part is None else move(np.broadcast_to(part, self.shape))

        arranged = self._each(moved, roundings=self.roundings)
        remembered = None if self.logarithm is None else self.logarithm.rearranged(move)
        return replace(arranged, quadratic=arranged.quadratic.pruned(), logarithm=remembered)

    def _each(self, move: Callable[[Coefficient], Coefficient], *, roundings: int) -> TaylorModel:
        """Pass every part through a linear function that keeps their order."""
        ends = [np.asarray(or_zero(move(end))) for end in self.natural or ()]
        return TaylorModel(
            self.quadratic.mapped(move),
            Interval(*ends) if ends else None,
            np.asarray(or_zero(move(self.norm))),
            roundings,
        )

    def squared(self) -> TaylorModel:
        """Return the square, which is never below 0."""
        return TaylorModel(
            self.quadratic.squared(),
            self.range.squared(),
            self.norm * self.norm,
            2 * self.roundings + PRODUCT,
        )

    def composed(self, function: Elementary) -> TaylorModel:
        """Return the function of the number."""
        over = self.range
        derivatives, natural = function(self.quadratic.center, over)
        polynomial = self.quadratic.composed(derivatives, self.rounding)
        step = self.quadratic.deviation_bound + self.rounding
        size = np.abs(derivatives.value) + step * (
            np.abs(derivatives.slope) + step * (np.abs(derivatives.bend) / 2 + step * derivatives.third / 6)
        )
        return TaylorModel(polynomial, natural, size, FUNCTION).tightened()

    def tightened(self) -> TaylorModel:
        """Drop the polynomial where it leaves out more than interval arithmetic allows altogether."""
        if self.natural is None or self.quadratic.remainder is None:
            return self
        half = (self.natural.high - self.natural.low) / 2
        better = self.quadratic.remainder <= half
        if better.all():
            return self
        kept = self.quadratic.mapped(lambda part: None if part is None else np.where(better, part, 0.0))
        middle = (self.natural.high + self.natural.low) / 2
        rest = np.where(better, self.quadratic.remainder, half)
        center = np.where(better, self.quadratic.center, middle)
        size = np.where(better, self.norm, np.maximum(-self.natural.low, self.natural.high))
        return TaylorModel(
            Quadratic(center, kept.slopes, kept.bends, rest),
            self.natural,
            size,
            self.roundings,
            self.logarithm,
        )


THIRD = 8.0
"""E|x - E x|³ is at most this times E|x - m|³, for any m (the triangle inequality of the third norm)."""


def log_sum_exp(x: TaylorModel, axis: int = -1) -> TaylorModel:
    """Return ln Σ_k exp(x_k) over the last axis.

    With p_k the share of exp(x_k) in the sum at the center and δ_k how far x_k strays from there, the result
    is value + Σ p δ + Var_p(δ)/2 + κ/6, κ the third cumulant of δ under the shares somewhere in between. That
    is at most 8 Σ p_k d_k³, d_k the most by which δ_k differs from the largest term's δ, and a share is never
    more than exp(x_k less that term). What all x_k have in common leaves nothing out, and what lies far
    behind next to nothing.

    Raises:
        TypeError: any other axis.
    """
    if axis not in {-1, x.ndim - 1}:
        raise TypeError("the smooth maximum of Taylor models runs over the last axis")
    center = x.quadratic.center
    top = center.argmax(-1)[..., None]
    highest = np.take_along_axis(center, top, -1)
    weights = np.exp(center - highest)
    sums = weights.sum(-1, keepdims=True)
    value = (highest + np.log(sums))[..., 0]
    loose = np.broadcast_to(or_zero(x.quadratic.remainder) + x.rounding, x.shape)
    averaged, strayed = _second_order(x.quadratic, weights / sums, loose)
    apart = _distance(x.quadratic, top) + loose + np.take_along_axis(loose, top, -1)
    third = THIRD * (np.exp(np.minimum(center - highest + apart, 0.0)) * apart**3).sum(-1)
    polynomial = Quadratic(value, averaged.slopes, averaged.bends, strayed + third / 6)
    natural = Interval(*map(of_arrays, x.range))
    # leans are differences of slopes, squared: their rounding is the slopes'
    size = (
        np.abs(value) + polynomial.deviation_bound + (weights / sums * x.quadratic.deviation_bound**2).sum(-1)
    )
    return TaylorModel(polynomial, natural, size, FUNCTION + x.shape[-1]).tightened()


def _second_order(x: Quadratic, shares: Floats, loose: Floats) -> tuple[Quadratic, Floats]:
    """Mean of x under the shares and half the variance of its slopes' part; and what that leaves out."""

    def mean(part: Coefficient) -> Coefficient:
        return None if part is None else (part * shares).sum(-1, keepdims=True)

    middle = x.mapped(mean)
    leans = tuple(add(slope, multiply(m, -1.0)) for slope, m in zip(x.slopes, middle.slopes, strict=True))
    curls = tuple(add(bend, multiply(m, -1.0)) for bend, m in zip(x.bends, middle.bends, strict=True))
    shared = (shares * loose).sum(-1)
    stray = or_zero(absolute_sum(curls)) + loose + shared[..., None]
    left_out = shared + (shares * stray * (or_zero(absolute_sum(leans)) + stray / 2)).sum(-1)
    spread = (multiply(mean(square), 0.5) for square in outer(leans, leans))
    curved = Quadratic(middle.center, middle.slopes, tuple(map(add, middle.bends, spread)))
    return curved.mapped(lambda part: None if part is None else part[..., 0]), left_out


def _distance(x: Quadratic, top: NDArray[np.intp]) -> Floats | float:
    """The most by which each polynomial without its center and rest differs from the one at ``top``."""

    def gap(part: Coefficient) -> Coefficient:
        if part is None:
            return None
        full: Floats = np.broadcast_to(part, x.center.shape)
        return full - np.take_along_axis(full, top, -1)

    return or_zero(absolute_sum(map(gap, (*x.slopes, *x.bends))))


def constant(value: TaylorModel | Floats | float) -> TaylorModel:
    """Return what does not change over a box as a Taylor model; a Taylor model as it is."""
    if isinstance(value, TaylorModel):
        return value
    center = np.asarray(value, dtype=np.float64)
    return TaylorModel(Quadratic(center), None, np.abs(center), 0)


def exp(x: TaylorModel) -> TaylorModel:
    """Return eˣ, which remembers x."""
    return replace(x.composed(polynomial.exp), logarithm=x)


def log(x: TaylorModel) -> TaylorModel:
    """Return ln x: the exponent itself, where x is an exponential."""
    return x.logarithm if x.logarithm is not None else x.composed(polynomial.log)


def sqrt(x: TaylorModel) -> TaylorModel:
    """Return √x."""
    return x.composed(polynomial.power(0.5))


def where(
    condition: Trilean | NDArray[np.bool_], x: TaylorModel | Floats | float, y: TaylorModel | Floats | float
) -> TaylorModel:
    """Return x or y; where either is possible, (x + y)/2 ± |x - y|/2, which holds both."""
    one, other = constant(x), constant(y)
    sure = condition if isinstance(condition, Trilean) else Trilean(condition, ~condition)
    apart = (one - other).range
    gap = np.where(sure.always | sure.never, 0.0, np.maximum(-apart.low, apart.high) / 2)

    def chosen(mine: Floats, theirs: Floats, either: Floats) -> Floats:
        return np.where(sure.always, mine, np.where(sure.never, theirs, either))

    def mixed(mine: Coefficient, theirs: Coefficient) -> Coefficient:
        if mine is None and theirs is None:
            return None
        mine, theirs = (np.zeros(()) if part is None else part for part in (mine, theirs))
        return chosen(mine, theirs, (mine + theirs) / 2)

    p, q = one.quadratic, other.quadratic
    rest = mixed(p.remainder, q.remainder)
    polynomial = Quadratic(
        chosen(p.center, q.center, (p.center + q.center) / 2),
        tuple(map(mixed, p.slopes, q.slopes)),
        tuple(map(mixed, p.bends, q.bends)),
        gap if rest is None else rest + gap,
    )
    hull = one.unrounded.hull(other.unrounded)
    natural = Interval(*map(chosen, one.unrounded, other.unrounded, hull))
    size = chosen(one.norm, other.norm, one.norm + other.norm)
    return TaylorModel(polynomial, natural, size, max(one.roundings, other.roundings) + 4).tightened()


def maximum(x: TaylorModel | Floats | float, y: TaylorModel | Floats | float) -> TaylorModel:
    """Return the greater of the two."""
    return where(constant(x) > y, x, y)


def minimum(x: TaylorModel | Floats | float, y: TaylorModel | Floats | float) -> TaylorModel:
    """Return the lesser of the two."""
    return where(constant(x) > y, y, x)


def absolute(x: TaylorModel) -> TaylorModel:
    """Return |x|."""
    return where(x > 0.0, x, -x)


def stack(numbers: Sequence[TaylorModel | Floats | float], axis: int = 0) -> TaylorModel:
    """Return the numbers side by side along a new axis."""
    every = [constant(number) for number in numbers]
    shape = np.broadcast_shapes(*(number.shape for number in every))

    def side_by_side(parts: Sequence[Coefficient]) -> Coefficient:
        if all(part is None for part in parts):
            return None
        full = [np.broadcast_to(np.zeros(()) if part is None else part, shape) for part in parts]
        return np.stack(full, axis)

    affine = all(number.natural is None for number in every)
    ends = zip(*(number.unrounded for number in every), strict=True)
    polynomials = [number.quadratic for number in every]
    return TaylorModel(
        Quadratic(
            _solid(side_by_side([p.center for p in polynomials])),
            tuple(map(side_by_side, zip(*(p.slopes for p in polynomials), strict=True))),
            tuple(map(side_by_side, zip(*(p.bends for p in polynomials), strict=True))),
            side_by_side([p.remainder for p in polynomials]),
        ),
        None if affine else Interval(*(_solid(side_by_side(end)) for end in ends)),
        _solid(side_by_side([number.norm for number in every])),
        max(number.roundings for number in every),
    )


def _solid(part: Coefficient) -> Floats:
    return np.zeros(()) if part is None else part


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is NumPy's for plain arrays: penalties ask one namespace for both."""

    def function(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as NumPy's
        first = arguments[0]
        every = (*arguments, *first) if isinstance(first, (list, tuple)) else arguments
        inexact = any(isinstance(argument, (TaylorModel, Trilean)) for argument in every)
        return (ours if inexact else theirs)(*arguments, **options)

    return function


NAMESPACE = SimpleNamespace(
    __name__=__name__,  # array_api_compat takes a namespace for a module
    abs=_either(absolute, np.abs),
    asarray=_either(constant, np.asarray),
    exp=_either(exp, np.exp),
    log=_either(log, np.log),
    logsumexp=log_sum_exp,
    mean=_either(TaylorModel.mean, np.mean),
    maximum=_either(maximum, np.maximum),
    minimum=_either(minimum, np.minimum),
    pow=_either(TaylorModel.__pow__, np.power),
    real=_either(constant, np.real),
    reshape=_either(TaylorModel.reshape, np.reshape),
    sqrt=_either(sqrt, np.sqrt),
    square=_either(TaylorModel.squared, np.square),
    stack=_either(stack, np.stack),
    sum=_either(TaylorModel.sum, np.sum),
    where=_either(where, np.where),
    zeros_like=_either(lambda x: constant(np.zeros(x.shape)), np.zeros_like),
    ones_like=_either(lambda x: constant(np.ones(x.shape)), np.ones_like),
)
"""What ``colorfix.optim.arrays.namespace`` gives for a Taylor model. A penalty that calls anything else has
no bounds, and its certificate rests on a grid."""
