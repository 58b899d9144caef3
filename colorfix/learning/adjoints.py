"""Slopes of what was recorded: the chain rule from the end of a tape to its beginning."""

from __future__ import annotations

from operator import getitem
from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.recorded_functions import beside, recorded, smooth_maximum
from colorfix.learning.recording import LAST, Recorded, Unrecordable, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from colorfix.color.statistics import Floats
    from colorfix.learning.recording import Tape
    from colorfix.optim.arrays import Array

cos, exp, sign, where = recorded(np.cos), recorded(np.exp), recorded(np.sign), recorded(np.where)


def _of_greater(slope: Array, x: Array, y: Array) -> Array:
    """Return the slope along x of the greater of x and y: half where they are equal, as torch has it."""
    return where(x > y, slope, where(x == y, slope * 0.5, 0.0))


RULES: dict[Callable[..., object], tuple[Callable[..., Array], ...]] = {
    np.add: (lambda d, *_: d, lambda d, *_: d),
    np.subtract: (lambda d, *_: d, lambda d, *_: -d),
    np.multiply: (lambda d, *yab: d * yab[2], lambda d, *yab: d * yab[1]),
    np.divide: (lambda d, *yab: d / yab[2], lambda d, *yab: (-d) / yab[2] * yab[0]),
    np.negative: (lambda d, *_: -d,),
    np.power: (lambda d, _, a, b: d * (b * a ** where(b == 0, 0.0, b - 1)),),
    np.exp: (lambda d, y, _: d * y,),
    np.log: (lambda d, _, a: d / a,),
    np.sqrt: (lambda d, y, _: d / (2 * y),),
    np.sin: (lambda d, _, a: d * cos(a),),
    np.abs: (lambda d, _, a: d * sign(a),),
    np.maximum: (lambda d, _, a, b: _of_greater(d, a, b), lambda d, _, a, b: _of_greater(d, b, a)),
    np.minimum: (lambda d, _, a, b: _of_greater(d, b, a), lambda d, _, a, b: _of_greater(d, a, b)),
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

RESHAPING = frozenset({total, smooth_maximum, getitem, beside})
"""Functions whose rules give a slope of the operand's shape; those of all others give one of the result's."""

COMPARISONS = frozenset({np.equal, np.greater, np.greater_equal, np.less, np.less_equal})
"""Functions that jump: they have no slope."""


def gradient(loss: Recorded, point: Recorded) -> Recorded:
    """Lengthen a tape by the slopes of its last number.

    Args:
        loss: what was computed, shape [..., P].
        point: from what, shape [..., P, D].

    Returns:
        The slopes, on the tape, shape [..., P, D].

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
            slopes.add(operand, share)
    own = slopes.of(point.place)
    return tape.called(spread_over, 0.0 if own is None else own, point)


def spread_over(slopes: Array, points: Floats) -> Floats:
    """Return slopes for every point; where they are the same at many they may stand there once."""
    return slopes if np.shape(slopes) == points.shape else np.full(points.shape, slopes)


class _Slopes:
    """Slopes of the loss along what stands on a tape, added up as they come."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._whole: dict[int, Array] = {}
        self._columns: dict[int, dict[int, Array]] = {}

    def add(self, place: int, slope: Array, column: int | None = None) -> None:
        """Add a slope along a number, or along one of its last axis.

        Raises:
            Unrecordable: it has another shape, and is none that is the same along some axes.
        """
        _held_to(np.shape(slope), self._tape.values[place].shape[: None if column is None else -1])
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
    """Yield the slope along each operand that matters."""
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
            share = rule(slope, result, *numbers)
            whole = call.function in RESHAPING
            yield operand, share if whole else _gathered(share, result.shape, np.shape(numbers[k]))


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
    """Return the slope along an operand that was stretched over the last axes of the result."""
    if result == operand:
        return slope
    own = next((k for k, sizes in enumerate(zip(result, operand, strict=False)) if sizes[0] != sizes[1]), 0)
    if own == 0 or operand[own:] != (1,) * (len(result) - own):
        raise Unrecordable(f"no slope is known of what has the shape {operand} in {result}")
    for size in reversed(result[own:]):
        same = np.shape(slope)[-1:] in {(), (1,)}
        slope = _at(slope, 0) * float(size) if same else slope.sum(-1)
    for _ in result[own:]:
        slope = _widened(slope)
    return slope


def _held_to(slope: tuple[int, ...], number: tuple[int, ...]) -> None:
    """Hold the shape of a slope to that of its number, which it may have with ones in it, or none."""
    if slope in {(), number}:
        return
    own = number[len(number) - len(slope) :]
    if len(slope) > len(number) or any(mine not in {1, size} for mine, size in zip(slope, own, strict=True)):
        raise Unrecordable(f"a slope of the shape {slope} was found along a number of the shape {number}")
