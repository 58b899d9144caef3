"""Taylor models: a function over a box as a second-order polynomial, a bound of the remainder, and a range.

Penalties are written in arithmetic and an array's own namespace, so they take Taylor models as they take
NumPy arrays and torch tensors: no penalty has a second implementation. The functions that penalties call on
Taylor models have the names of the array API standard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np

from colorfix.certificate import polynomial as elementary
from colorfix.certificate.interval import Interval, Trilean
from colorfix.certificate.polynomial import (
    Coefficient,
    Quadratic,
    or_zero,
    sum_axis,
)
from colorfix.optim.arrays import log_sum_exp as of_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from colorfix.certificate.polynomial import Elementary
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

    Number: TypeAlias = "TaylorModel | Floats | float"

UNIT = 2.0**-52
"""One rounding, as a share of the rounded value: twice the most that IEEE double precision does."""

FACTOR, PRODUCT, FUNCTION = 2, 8, 24
"""Roundings in a coefficient of a multiple, of a product, and of a function (exp and log err by at most 4
last places)."""


@dataclass(frozen=True, eq=False)
class TaylorModel:
    """A function of ξ in [-1, 1]³, for many boxes at once: a second-order Taylor model.

    f(ξ) = quadratic(ξ) + e, |e| ≤ its remainder (Makino & Berz 2003), and f(ξ) lies in ``natural``. Every
    operation computes both, exact but for rounding.

    Rounding is counted, not directed. ‖f‖ = |c| + Σ|s| + Σ|b| + remainder never grows faster than sums and
    products of norms do, so n operations err by at most n · :data:`UNIT` · ‖f‖: ``norm`` bounds ‖f‖,
    ``roundings`` is n. The ends of ``natural`` lie within ``norm`` of zero and err by no more.

    Attributes:
        quadratic: shape [...].
        natural: range by interval arithmetic; None where that of the polynomial is exact (no bends, no
            remainder).
        norm: bound of ‖f‖, broadcasts to [...].
        roundings: number of operations.
        logarithm: ln f, exact, if f was computed as an exponential.
    """

    quadratic: Quadratic
    natural: Interval | None
    norm: Floats
    roundings: int
    logarithm: TaylorModel | None = None

    __array_ufunc__ = None  # NumPy's operators return NotImplemented

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a Taylor model, of a whole box, cannot become a plain array")

    def __array_namespace__(self, *, api_version: str | None = None) -> object:
        """Return the functions of Taylor models, by their names in the array API standard."""
        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the models."""
        return self.quadratic.center.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.quadratic.center.ndim

    @property
    def real(self) -> TaylorModel:
        """The model itself: gains are real."""
        return self

    @property
    def rounding(self) -> Floats:
        """Bound of the rounding so far."""
        return self.norm * (self.roundings * UNIT)

    @property
    def unrounded(self) -> Interval:
        """Range by interval arithmetic, without rounding."""
        return self.quadratic.interval if self.natural is None else self.natural

    @property
    def range(self) -> Interval:
        """Range that both the polynomial and interval arithmetic allow, with rounding."""
        own = self.quadratic.interval
        return (own if self.natural is None else self.natural.intersection(own)).widened(self.rounding)

    def __add__(self, other: Array) -> TaylorModel:
        if isinstance(other, TaylorModel):
            affine = self.natural is None and other.natural is None
            natural = None if affine else self.unrounded.plus(other.unrounded)
            roundings = max(self.roundings, other.roundings) + 1
            return TaylorModel(
                self.quadratic.plus(other.quadratic), natural, self.norm + other.norm, roundings
            )
        natural = None if self.natural is None else self.natural.shifted(other)
        norm = self.norm + np.abs(other)
        return TaylorModel(self.quadratic.shifted(other), natural, norm, self.roundings + 1)

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
            quadratic, natural = self.quadratic.times(other.quadratic), self.range.times(other.range)
            roundings = self.roundings + other.roundings + PRODUCT
            return TaylorModel(quadratic, natural, self.norm * other.norm, roundings)
        natural_scaled = None if self.natural is None else self.natural.scaled(other)
        logarithm = self.logarithm if np.all(np.asarray(other) > 0) else None
        if logarithm is not None:
            logarithm = logarithm + np.log(other)
        quadratic, norm = self.quadratic.scaled(other), self.norm * np.abs(other)
        return TaylorModel(quadratic, natural_scaled, norm, self.roundings + FACTOR, logarithm)

    __rmul__ = __mul__

    def __truediv__(self, other: Array) -> TaylorModel:
        exact = not isinstance(other, TaylorModel)
        inverse = 1 / np.asarray(other) if exact else other.composed(elementary.reciprocal)
        quotient: TaylorModel = self * inverse
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
        """Return the models in another shape."""
        return self.rearranged(lambda part: part.reshape(*shape))

    def sum(self, axis: int, *, keepdims: bool = False) -> TaylorModel:
        """Return the sums along an axis."""
        back = axis if axis < 0 else axis - self.ndim
        added = partial(sum_axis, shape=self.shape, axis=back, keepdims=keepdims)
        return self._mapped(added, roundings=self.roundings + self.shape[back])

    def mean(self, axis: int, *, keepdims: bool = False) -> TaylorModel:
        """Return the means along an axis."""
        return self.sum(axis, keepdims=keepdims) / self.shape[axis]

    def rearranged(self, move: Callable[[Floats], Floats]) -> TaylorModel:
        """Return the models with every array, in full shape, passed through a rearrangement."""
        arranged = self._mapped(lambda x: move(np.broadcast_to(x, self.shape)), roundings=self.roundings)
        logarithm = None if self.logarithm is None else self.logarithm.rearranged(move)
        return replace(arranged, quadratic=arranged.quadratic.pruned(), logarithm=logarithm)

    def _mapped(self, function: Callable[[Floats], Floats], *, roundings: int) -> TaylorModel:
        """Return the models with every array passed through an increasing linear function."""
        natural = None if self.natural is None else Interval(*map(np.asarray, map(function, self.natural)))
        return TaylorModel(
            self.quadratic.mapped(function), natural, np.asarray(function(self.norm)), roundings
        )

    def squared(self) -> TaylorModel:
        """Return the square, which is never below 0."""
        quadratic, norm = self.quadratic.squared(), self.norm * self.norm
        return TaylorModel(quadratic, self.range.squared(), norm, 2 * self.roundings + PRODUCT)

    def composed(self, function: Elementary) -> TaylorModel:
        """Return an elementary function of the model."""
        derivatives, natural = function(self.quadratic.center, self.range)
        polynomial = self.quadratic.composed(derivatives, self.rounding)
        step = self.quadratic.deviation_bound + self.rounding
        size = np.abs(derivatives.value) + step * (
            np.abs(derivatives.slope) + step * (np.abs(derivatives.bend) / 2 + step * derivatives.third / 6)
        )
        return TaylorModel(polynomial, natural, size, FUNCTION).tightened()

    def tightened(self) -> TaylorModel:
        """Drop the polynomial where its remainder is wider than the whole range by interval arithmetic."""
        if self.natural is None or self.quadratic.remainder is None:
            return self
        half = (self.natural.high - self.natural.low) / 2
        better = self.quadratic.remainder <= half
        if better.all():
            return self
        middle = (self.natural.high + self.natural.low) / 2
        reduced = self.quadratic.mapped(lambda part: np.where(better, part, 0.0))
        center = np.where(better, self.quadratic.center, middle)
        remainder = np.where(better, self.quadratic.remainder, half)
        norm = np.where(better, self.norm, np.maximum(-self.natural.low, self.natural.high))
        return replace(self, quadratic=replace(reduced, center=center, remainder=remainder), norm=norm)


def log_sum_exp(x: TaylorModel, axis: int = -1) -> TaylorModel:
    """Return ln Σ_k exp(x_k) over the last axis.

    Raises:
        TypeError: any other axis.
    """
    if axis not in {-1, x.ndim - 1}:
        raise TypeError("the smooth maximum of Taylor models runs over the last axis")
    loose = np.broadcast_to(or_zero(x.quadratic.remainder) + x.rounding, x.shape)
    quadratic = elementary.log_sum_exp(x.quadratic, loose)
    weights = np.exp(x.quadratic.center - x.quadratic.center.max(-1, keepdims=True))
    shares = weights / weights.sum(-1, keepdims=True)
    # the second-order terms come from squares of differences of slopes, whose rounding is the slopes'
    spread = (shares * x.quadratic.deviation_bound**2).sum(-1)
    norm = np.abs(quadratic.center) + quadratic.deviation_bound + spread
    natural = Interval(*map(of_arrays, x.range))
    return TaylorModel(quadratic, natural, norm, FUNCTION + x.shape[-1]).tightened()


def constant(value: Number) -> TaylorModel:
    """Return a constant as a Taylor model; a Taylor model unchanged."""
    if isinstance(value, TaylorModel):
        return value
    center = np.asarray(value, dtype=np.float64)
    return TaylorModel(Quadratic(center), None, np.abs(center), 0)


def exp(x: TaylorModel) -> TaylorModel:
    """Return eˣ, which stores x as its exact logarithm."""
    return replace(x.composed(elementary.exp), logarithm=x)


def log(x: TaylorModel) -> TaylorModel:
    """Return ln x: the stored exponent if x is an exponential."""
    return x.logarithm if x.logarithm is not None else x.composed(elementary.log)


def sqrt(x: TaylorModel) -> TaylorModel:
    """Return √x."""
    return x.composed(elementary.power(0.5))


def where(condition: Trilean | NDArray[np.bool_], x: Number, y: Number) -> TaylorModel:
    """Return x or y; where either is possible, (x + y)/2 ± |x - y|/2, which contains both."""
    one, other = constant(x), constant(y)
    sure = condition if isinstance(condition, Trilean) else Trilean(condition, ~condition)
    apart = (one - other).range
    gap = np.where(sure.always | sure.never, 0.0, np.maximum(-apart.low, apart.high) / 2)

    def chosen(mine: Floats, theirs: Floats, either: Floats) -> Floats:
        return np.where(sure.always, mine, np.where(sure.never, theirs, either))

    def mixed(mine: Coefficient, theirs: Coefficient) -> Coefficient:
        if mine is None and theirs is None:
            return None
        p, q = np.asarray(or_zero(mine)), np.asarray(or_zero(theirs))
        return chosen(p, q, (p + q) / 2)

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


def maximum(x: Number, y: Number) -> TaylorModel:
    """Return the greater of the two."""
    return where(constant(x) > y, x, y)


def minimum(x: Number, y: Number) -> TaylorModel:
    """Return the lesser of the two."""
    return where(constant(x) > y, y, x)


def absolute(x: TaylorModel) -> TaylorModel:
    """Return |x|."""
    return where(x > 0.0, x, -x)


def stack(numbers: Sequence[Number], axis: int = 0) -> TaylorModel:
    """Return the models stacked along a new axis."""
    every = [constant(number) for number in numbers]
    shape = np.broadcast_shapes(*(number.shape for number in every))

    def stacked(arrays: Iterable[Floats | float]) -> Floats:
        return np.stack([np.broadcast_to(array, shape) for array in arrays], axis)

    def coefficient(parts: Sequence[Coefficient]) -> Coefficient:
        return None if all(part is None for part in parts) else stacked(map(or_zero, parts))

    affine = all(number.natural is None for number in every)
    quadratics = [number.quadratic for number in every]
    return TaylorModel(
        Quadratic(
            stacked(q.center for q in quadratics),
            tuple(map(coefficient, zip(*(q.slopes for q in quadratics), strict=True))),
            tuple(map(coefficient, zip(*(q.bends for q in quadratics), strict=True))),
            coefficient([q.remainder for q in quadratics]),
        ),
        None if affine else Interval(*map(stacked, zip(*(n.unrounded for n in every), strict=True))),
        stacked(number.norm for number in every),
        max(number.roundings for number in every),
    )


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls NumPy's for plain arrays: penalties use one namespace for both."""

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
"""The namespace that ``colorfix.optim.arrays.namespace`` returns for a Taylor model. A penalty that calls any
other function has no bounds, and its certificate is by grid."""
