"""A number that writes down what is done with it: how slopes are taken without a second formula.

Penalties are arithmetic and an array's own namespace, so the functions that serve NumPy, torch and boxes of
gains take these numbers too. What they did is then a list of NumPy calls (Wengert 1964), which
:mod:`colorfix.learning.adjoints` lengthens by the slopes and :mod:`colorfix.learning.program` runs.
"""

from __future__ import annotations

from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

LAST = (Ellipsis, None)
"""The index that adds a last axis of one."""


class Unrecordable(TypeError):
    """Something was done that has no place on a tape."""


class Call(NamedTuple):
    """One step of a tape.

    Attributes:
        function: of NumPy, or one of this file; None for what was given, not computed.
        operands: where on the tape its arguments stand; none for what was given.
    """

    function: Callable[..., Any] | None = None
    operands: tuple[int, ...] = ()


class Tape:
    """All that was done with a point, in order; what was done twice stands there once.

    Args:
        point: where it was done; it stands at the beginning.

    Attributes:
        calls: what made the value at each place.
        values: at the point where it was recorded.
    """

    def __init__(self, point: Floats) -> None:
        self.calls = [Call()]
        self.values: list[Any] = [point]
        self._places: dict[Any, int] = {}
        self._given: list[Floats] = []

    def called(self, function: Callable[..., Any], *arguments: Array) -> Recorded:
        """Call a function and write it down, unless that has been done."""
        operands = tuple(self.place_of(argument) for argument in arguments)
        key = (function, operands)
        if key not in self._places:
            value = function(*(self.values[place] for place in operands))
            self._places[key] = self._put(Call(function, operands), value)
        return Recorded(self, self._places[key])

    def number(self, place: int) -> Array:
        """Return what stands at a place, to go on with; what is the same at every point as it is."""
        return Recorded(self, place) if place == 0 or self.calls[place].function else self.values[place]

    def place_of(self, argument: Array) -> int:
        """Return where something stands; what is not there yet is put down."""
        if isinstance(argument, Recorded):
            return argument.place
        if isinstance(argument, np.ndarray):
            return self._place_of_array(argument)
        key = (type(argument), argument)
        if key not in self._places:
            # NumPy is quicker with an array of no axes than with a number of Python's
            value = np.array(argument) if isinstance(argument, float) else argument
            self._places[key] = self._put(Call(), value)
        return self._places[key]

    def _place_of_array(self, array: Floats) -> int:
        """Return where a copy of an array stands: its owner may write other figures into it."""
        place = self._places.get(id(array))
        if place is None or not np.array_equal(self.values[place], array):
            self._given.append(array)  # as long as it lives, no other one can have its identity
            place = self._places[id(array)] = self._put(Call(), array.copy())
        return place

    def _put(self, call: Call, value: Array) -> int:
        self.calls.append(call)
        self.values.append(value)
        return len(self.values) - 1


class Recorded:
    """An array on a tape.

    Args:
        tape: where what is done with it is written down.
        place: where it stands there.
    """

    __array_ufunc__ = None  # NumPy's operators leave arithmetic with these numbers to them
    __hash__ = None  # type: ignore[assignment] # as arrays have none

    def __init__(self, tape: Tape, place: int) -> None:
        self.tape = tape
        self.place = place

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise Unrecordable("what is being recorded cannot become a plain array")

    def __bool__(self) -> NoReturn:
        raise Unrecordable(
            "what is being recorded cannot decide anything: another point may decide otherwise"
        )

    def __array_namespace__(self, *, api_version: str | None = None) -> object:
        """Return the functions of these numbers, as the array API standard asks for them."""
        from colorfix.learning.recorded_functions import NAMESPACE

        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape where it was recorded."""
        return np.shape(self.tape.values[self.place])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def real(self) -> Recorded:
        """The number itself: only real ones are recorded."""
        return self

    def __add__(self, other: Array) -> Recorded:
        if (turned := made_by(np.negative, other)) is not None:
            return self - turned
        return self.tape.called(np.add, self, other)

    def __radd__(self, other: Array) -> Recorded:
        return self.tape.called(np.add, other, self)

    def __sub__(self, other: Array) -> Recorded:
        return self.tape.called(np.subtract, self, other)

    def __rsub__(self, other: Array) -> Recorded:
        return self.tape.called(np.subtract, other, self)

    def __mul__(self, other: Array) -> Recorded:
        return self.tape.called(np.multiply, self, other)

    def __rmul__(self, other: Array) -> Recorded:
        return self.tape.called(np.multiply, other, self)

    def __truediv__(self, other: Array) -> Recorded:
        return self.tape.called(np.divide, self, other)

    def __rtruediv__(self, other: Array) -> Recorded:
        return self.tape.called(np.divide, other, self)

    def __neg__(self) -> Recorded:
        return self.tape.called(np.negative, self)

    def __pow__(self, exponent: float) -> Recorded:
        if np.ndim(exponent) == 0 and exponent == 2:  # noqa: PLR2004 - as NumPy does
            return self * self
        return self.tape.called(np.power, self, exponent)

    def __eq__(self, other: Array) -> Recorded:  # type: ignore[override] # as arrays do
        return self.tape.called(np.equal, self, other)

    def __gt__(self, other: Array) -> Recorded:
        return self.tape.called(np.greater, self, other)

    def __ge__(self, other: Array) -> Recorded:
        return self.tape.called(np.greater_equal, self, other)

    def __lt__(self, other: Array) -> Recorded:
        return self.tape.called(np.less, self, other)

    def __le__(self, other: Array) -> Recorded:
        return self.tape.called(np.less_equal, self, other)

    def __getitem__(self, key: Any) -> Recorded:  # noqa: ANN401 - whatever an array takes
        if not (isinstance(key, tuple) and len(key) == len(LAST) and key[0] is Ellipsis):
            raise Unrecordable(f"only [..., k] is recorded, got {key}")
        if key == LAST:
            return self.tape.called(getitem, self, key)
        if type(key[1]) is not int:  # True is one, but another index
            raise Unrecordable(f"only [..., k] is recorded, got {key}")
        within_problems(self)
        made = self.tape.calls[self.place]
        if key[1] == 0 and made.function is getitem and self.tape.values[made.operands[1]] == LAST:
            return Recorded(self.tape, made.operands[0])
        return self.tape.called(getitem, self, key)

    def sum(self, axis: int) -> Recorded:
        """Return the sums over the last axis."""
        if axis != -1:
            raise Unrecordable(f"only sums over the last axis are recorded, got {axis}")
        within_problems(self)
        return self.tape.called(total, self)

    def mean(self, axis: int) -> Recorded:
        """Return the means over the last axis."""
        return self.sum(axis) / float(self.shape[-1])


def made_by(function: Callable[..., Any], number: Array) -> Recorded | None:
    """Return the first operand of what a function made; None for what it did not make."""
    call = number.tape.calls[number.place] if isinstance(number, Recorded) else Call()
    return Recorded(number.tape, call.operands[0]) if call.function is function else None


def within_problems(number: Array) -> None:
    """Hold a number to have axes of its own after that of the problems, which is never reduced."""
    if np.ndim(number) < 2:  # noqa: PLR2004 - the problems, and one more
        raise Unrecordable("what mixes problems is not recorded")


def total(figures: Floats) -> Floats:
    """Return the sums over the last axis."""
    sums: Floats = np.add.reduce(figures, -1)
    return sums
