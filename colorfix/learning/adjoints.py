"""Slopes of what was recorded: the chain rule from the end of a tape to its beginning."""

from __future__ import annotations

from operator import getitem
from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.recorded_functions import beside, recorded, smooth_maximum
from colorfix.learning.recording import LAST, Recorded, Unrecordable, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from colorfix.learning.recording import Tape
    from colorfix.optim.arrays import Array

cos, exp, where = recorded(np.cos), recorded(np.exp), recorded(np.where)

RULES: dict[Callable[..., object], tuple[Callable[..., Array], ...]] = {
    np.add: (lambda d, *_: d, lambda d, *_: d),
    np.subtract: (lambda d, *_: d, lambda d, *_: -d),
    np.multiply: (lambda d, *yab: d * yab[2], lambda d, *yab: d * yab[1]),
    np.divide: (lambda d, *yab: d / yab[2], lambda d, *yab: (-d) / yab[2] * yab[0]),
    np.negative: (lambda d, *_: -d,),
    np.power: (lambda d, _, a, b: d * (b * a ** (b - 1)),),
    np.exp: (lambda d, y, _: d * y,),
    np.log: (lambda d, _, a: d / a,),
    np.sqrt: (lambda d, y, _: d / (2 * y),),
    np.sin: (lambda d, _, a: d * cos(a),),
    np.where: (
        lambda *_: 0.0,
        lambda d, _, chosen, *__: where(chosen, d, 0.0),
        lambda d, _, chosen, *__: where(chosen, 0.0, d),
    ),
    total: (lambda d, *_: _widened(d),),
    smooth_maximum: (lambda d, y, a: _widened(d) * exp(a - y[LAST]),),
    getitem: (lambda d, *_: _at(d, 0),),  # of [..., None]; columns are put side by side
}
"""For each function y of its operands a, b, what a slope d of the loss along y is along each of them."""

COMPARISONS = frozenset({np.equal, np.greater, np.greater_equal, np.less, np.less_equal})
"""Functions that jump: they have no slope."""


def gradient(loss: Recorded, point: Recorded) -> Array:
    """Lengthen a tape by the slopes of its last number.

    Args:
        loss: what was computed, shape [..., P].
        point: from what, shape [..., P, D].

    Returns:
        The slopes, on the tape, shape [..., P, D]; a plain number where they are the same everywhere.

    Raises:
        Unrecordable: something on the tape has no slope that is known here.
    """
    tape, slopes = loss.tape, _Slopes(loss.tape)
    slopes.add(loss.place, 1.0)
    concerned = _depending(tape, point.place)
    for place in range(loss.place, point.place, -1):
        call = tape.calls[place]
        if place not in concerned or (slope := slopes.of(place)) is None:
            continue
        if call.function is getitem and (key := tape.values[call.operands[1]]) != LAST:
            slopes.add(call.operands[0], slope, column=key[1])
            continue
        for operand, share in _shares(tape, place, slope, concerned):
            slopes.add(operand, _gathered(share, tape.values[place].shape, tape.values[operand].shape))
    own = slopes.of(point.place)
    return 0.0 if own is None else own


class _Slopes:
    """Slopes of the loss along what stands on a tape, added up as they come."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._whole: dict[int, Array] = {}
        self._columns: dict[int, dict[int, Array]] = {}

    def add(self, place: int, slope: Array, column: int | None = None) -> None:
        """Add a slope along a number, or along one of its last axis."""
        if column is None:
            self._whole[place] = slope if place not in self._whole else self._whole[place] + slope
            return
        columns = self._columns.setdefault(place, {})
        column %= self._tape.values[place].shape[-1]
        columns[column] = slope if column not in columns else columns[column] + slope

    def of(self, place: int) -> Array | None:
        """Return the sum of all slopes along a number; None where there was none."""
        if place in self._columns:
            columns, size = self._columns[place], self._tape.values[place].shape[-1]
            self.add(place, self._tape.called(beside, *(columns.get(k, 0.0) for k in range(size))))
        return self._whole.get(place)


def _depending(tape: Tape, point: int) -> set[int]:
    """Return the places of all that moves with a point."""
    found = {point}
    for place, call in enumerate(tape.calls):
        if call.function not in COMPARISONS and not found.isdisjoint(call.operands):
            found.add(place)
    return found


def _shares(tape: Tape, place: int, slope: Array, concerned: set[int]) -> Iterator[tuple[int, Array]]:
    """Yield the slope along each operand that matters, in the shape of the result."""
    call = tape.calls[place]
    numbers = [tape.number(at) for at in call.operands]
    result = Recorded(tape, place)
    if call.function is np.multiply and call.operands[0] == call.operands[1]:
        yield call.operands[0], slope * 2.0 * numbers[0]
        return
    if call.function not in RULES and call.function is not beside:
        raise Unrecordable(f"no slope of {call.function} is known")
    for k, operand in enumerate(call.operands):
        if operand in concerned:
            rule = _column(k) if call.function is beside else RULES[call.function][k]
            yield operand, rule(slope, result, *numbers)


def _column(k: int) -> Callable[..., Array]:
    return lambda d, *_: _at(d, k)


def _at(slope: Array, k: int) -> Array:
    """Return [..., k] of what may be the same along the last axis."""
    shape = np.shape(slope)
    return slope if not shape else slope[..., k if shape[-1] > 1 else 0]


def _widened(slope: Array) -> Array:
    """Return what is the same along a new last axis."""
    return slope[LAST] if np.shape(slope) else slope


def _gathered(slope: Array, result: tuple[int, ...], operand: tuple[int, ...]) -> Array:
    """Return the slope along an operand that was stretched over the last axis of the result."""
    if result[-1:] == operand[-1:] or len(result) != len(operand):
        return slope
    same = np.shape(slope)[-1:] in {(), (1,)}
    return slope * float(result[-1]) if same else slope.sum(-1)[LAST]
