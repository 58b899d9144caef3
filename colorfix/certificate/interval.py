"""Interval arithmetic and three-valued logic over boxes, for many boxes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats


class Interval(NamedTuple):
    """All numbers from ``low`` to ``high``, shape [...]; an end that is NaN is unknown.

    Ends are rounded to nearest; :class:`colorfix.certificate.taylor.TaylorModel` widens them by the rounding.

    >>> Interval(np.array(-1.0), np.array(2.0)).times(Interval(np.array(3.0), np.array(4.0)))
    Interval(low=np.float64(-4.0), high=np.float64(8.0))
    """

    low: Floats
    high: Floats

    def plus(self, other: Interval) -> Interval:
        """Return {x + y}."""
        return Interval(self.low + other.low, self.high + other.high)

    def shifted(self, by: Floats | float) -> Interval:
        """Return {x + by}."""
        return Interval(self.low + by, self.high + by)

    def scaled(self, by: Floats | float) -> Interval:
        """Return {x · by}, by of either sign."""
        one, other = self.low * by, self.high * by
        if np.all(np.asarray(by) >= 0):
            return Interval(one, other)
        return Interval(np.minimum(one, other), np.maximum(one, other))

    def times(self, other: Interval) -> Interval:
        """Return {x · y}."""
        corners = (
            self.low * other.low, self.low * other.high,
            self.high * other.low, self.high * other.high,
        )  # fmt: skip
        return Interval(
            np.minimum(np.minimum(corners[0], corners[1]), np.minimum(corners[2], corners[3])),
            np.maximum(np.maximum(corners[0], corners[1]), np.maximum(corners[2], corners[3])),
        )

    def squared(self) -> Interval:
        """Return {x²}, which is never below 0, unlike :meth:`times`.

        >>> Interval(np.array(-1.0), np.array(2.0)).squared()
        Interval(low=np.float64(0.0), high=np.float64(4.0))
        """
        nearest = np.maximum(np.maximum(self.low, -self.high), 0.0)
        furthest = np.maximum(-self.low, self.high)
        return Interval(nearest * nearest, furthest * furthest)

    def mapped(self, rising: Callable[[Floats], Floats]) -> Interval:
        """Return {f(x)} of an increasing function."""
        return Interval(rising(self.low), rising(self.high))

    def intersection(self, other: Interval) -> Interval:
        """Return the numbers in both; where an end of one is unknown, that of the other."""
        return Interval(np.fmax(self.low, other.low), np.fmin(self.high, other.high))

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval that contains both."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def widened(self, by: Floats | float) -> Interval:
        """Return the interval with both ends moved outwards."""
        return Interval(self.low - by, self.high + by)


@dataclass(frozen=True)
class Trilean:
    """The result of a comparison over many boxes.

    Attributes:
        always: it holds all over the box.
        never: it holds nowhere in the box; if neither is true, the result is unknown.
    """

    always: NDArray[np.bool_]
    never: NDArray[np.bool_]

    __array_ufunc__ = None  # NumPy's operators return NotImplemented

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
