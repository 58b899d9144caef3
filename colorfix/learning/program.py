"""Losses and slopes as a list of NumPy calls: made once for a batch, run at every point."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a named tuple reads its types
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix.learning.adjoints import gradient
from colorfix.learning.recorded_functions import beside
from colorfix.learning.recording import Recorded, Tape, Unrecordable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


class Step(NamedTuple):
    """One call of a program.

    Attributes:
        function: of NumPy, mostly.
        operands: takes its arguments out of the slots.
        slot: where its result goes.
    """

    function: Callable[..., Any]
    operands: Callable[[list[Any]], Any]
    slot: int


class Program(NamedTuple):
    """A function of the points of P problems and its gradient, without what finds out what is to be done.

    Attributes:
        steps: the calls, in order.
        slots: what is given, and room for what is computed.
        own: slots with something for each problem.
        ends: slots of the points, the values and the gradients.

    >>> program = Program.of(lambda x: (x * x * x).sum(-1), np.ones((1, 2)))
    >>> program(np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """

    steps: list[Step]
    slots: list[Any]
    own: list[int]
    ends: tuple[int, int, int]

    @classmethod
    @np.errstate(all="ignore")  # what is not finite where it is recorded may be finite elsewhere
    def of(cls, function: Callable[[Array], Array], points: Floats) -> Program:
        """Record a function.

        Args:
            function: takes points of shape [..., P, D] and returns shape [..., P]; what it does must not
                depend on where the points are. It is called once, with recorded numbers.
            points: where it is recorded, shape [P, D].

        Raises:
            Unrecordable: it does something that is not recorded (:mod:`colorfix.learning.recording`).
        """
        tape = Tape(points)
        try:
            places = _with_slopes(function, tape)
        except Exception as error:  # somebody's penalty may do anything with numbers that it does not know
            raise Unrecordable(str(error)) from error
        steps, slots, slot_of = _compiled(tape, places)
        own = [slot_of[place] for place in _of_problems(tape, len(points)) if place in slot_of]
        point, loss, slopes = (slot_of[place] for place in places)
        return cls(steps, slots, own, (point, loss, slopes))

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return values, shape [..., P], and gradients, shape [..., P, D].

        A value that is not finite is the caller's to judge; NumPy warns of it as the caller wants it to.
        """
        slots, (start, values, gradients) = self.slots.copy(), self.ends
        slots[start] = points
        for function, operands, slot in self.steps:
            slots[slot] = function(*operands(slots))
        return slots[values], slots[gradients]

    def take(self, rows: NDArray[np.intp] | slice) -> Program:
        """Return the same of some of the problems."""
        slots = self.slots.copy()
        for slot in self.own:
            slots[slot] = slots[slot][rows]
        return self._replace(slots=slots)


def _with_slopes(function: Callable[[Array], Array], tape: Tape) -> tuple[int, int, int]:
    """Record a function and its slopes; return where on the tape points, values and gradients stand."""
    start = Recorded(tape, 0)
    loss = function(start)
    if not isinstance(loss, Recorded) or loss.shape != start.shape[:-1]:
        raise Unrecordable("what is returned is not a number for each point that follows from it")
    return start.place, loss.place, gradient(loss, start).place


def _of_problems(tape: Tape, problems: int) -> set[int]:
    """Return the places of what is given for each problem: its first axis meets that of a result.

    What is put side by side gains an axis, and has one less than the result.
    """
    found = set()
    for call, value in zip(tape.calls, tape.values, strict=True):
        for place in call.operands:
            given = tape.values[place] if place and tape.calls[place].function is None else None
            axes = np.ndim(value) - (call.function is beside)
            if isinstance(given, np.ndarray) and given.ndim == axes > 0 and len(given) == problems > 1:
                found.add(place)
    return found


def _compiled(tape: Tape, ends: Sequence[int]) -> tuple[list[Step], list[Any], dict[int, int]]:
    """Return the steps that the ends need, the slots, and which place on the tape has which slot.

    A slot is used again once nobody needs what is in it, and with it memory that is still in the cache.
    """
    last, slot_of = _last_uses(tape, ends), dict[int, int]()
    steps: list[Step] = []
    slots: list[Any] = []
    free: list[int] = []
    for place in sorted(last):
        function, operands = tape.calls[place]
        free += [slot_of[o] for o in {*operands} if last[o] == place and tape.calls[o].function]
        if function is None or not free:
            slot_of[place] = len(slots)
            slots.append(tape.values[place] if function is None else None)
        else:
            slot_of[place] = free.pop()
        if function is not None:
            steps.append(Step(function, _picker([slot_of[o] for o in operands]), slot_of[place]))
    return steps, slots, slot_of


def _last_uses(tape: Tape, ends: Sequence[int]) -> dict[int, int]:
    """Return the places that the ends need, each with the last one that is computed from it."""
    last = dict.fromkeys(ends, len(tape.calls))
    for place in range(len(tape.calls) - 1, -1, -1):
        if place in last:
            for operand in tape.calls[place].operands:
                last.setdefault(operand, place)
    return last


def _picker(slots: list[int]) -> Callable[[list[Any]], Any]:
    """Return what takes operands out of their slots."""
    return itemgetter(*slots) if len(slots) > 1 else itemgetter(slice(slots[0], slots[0] + 1))
