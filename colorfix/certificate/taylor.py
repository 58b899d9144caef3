"""What a function can do over a box: its Taylor polynomial, what that leaves out, and its range.

Penalties are written in arithmetic and an array's own namespace, so the same functions that serve NumPy and
torch take these numbers too: there is no second implementation of any penalty.

The functions that penalties call on Taylor numbers, under the names of the array API standard.

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
from colorfix.certificate.polynomial import Part, Polynomial, number, outer, plus, summed, times, total
from colorfix.optim.arrays import log_sum_exp as of_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.certificate.polynomial import Elementary
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


@dataclass(frozen=True)
class Verdict:
    """Where a comparison holds, for many boxes at once.

    Attributes:
        always: it holds all over the box.
        never: it holds nowhere in the box; where neither is so, it is not known.
    """

    always: NDArray[np.bool_]
    never: NDArray[np.bool_]

    __array_ufunc__ = None  # NumPy's operators leave it alone

    def __invert__(self) -> Verdict:
        return Verdict(self.never, self.always)

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.always & other.always, self.never | other.never)

    def __or__(self, other: Verdict) -> Verdict:
        return Verdict(self.always | other.always, self.never & other.never)

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


def constant(value: Taylor | Floats | float) -> Taylor:
    """Return what does not change over a box as a Taylor number; a Taylor number as it is."""
    if isinstance(value, Taylor):
        return value
    centre = np.asarray(value, dtype=np.float64)
    return Taylor(Polynomial(centre), None, np.abs(centre), 0)


def exp(x: Taylor) -> Taylor:
    """Return eˣ, which remembers x."""
    return replace(x.through(polynomial.exp), logarithm=x)


def log(x: Taylor) -> Taylor:
    """Return ln x: the exponent itself, where x is an exponential."""
    return x.logarithm if x.logarithm is not None else x.through(polynomial.log)


def sqrt(x: Taylor) -> Taylor:
    """Return √x."""
    return x.through(polynomial.power(0.5))


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
