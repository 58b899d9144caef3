"""The functions that penalties call on recorded numbers, under the names of the array API standard."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.learning.recording import Recorded, Unrecordable, made_by, within_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


def beside(*columns: Array) -> Array:
    """Return arrays, broadcast to one shape, side by side along a new last axis."""
    stacked = np.empty((*np.broadcast(*columns).shape, len(columns)))
    for place, column in enumerate(columns):
        stacked[..., place] = column
    return stacked


def smooth_maximum(logits: Floats) -> Floats:
    """Return ln Σ_k exp(z_k) over the last axis."""
    highest = logits.max(-1)
    exceeding: Floats = highest + np.log(np.exp(logits - highest[..., None]).sum(-1))
    return exceeding


def recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that writes itself down where an argument is on a tape, and else just computes."""

    def either(*arguments: Array) -> Array:
        tape = next((a.tape for a in arguments if isinstance(a, Recorded)), None)
        return function(*arguments) if tape is None else tape.called(function, *arguments)

    return either


def _log(x: Array) -> Array:
    """Return ln x: of an exponential its exponent, which is exact."""
    exponent = made_by(np.exp, x)
    return recorded(np.log)(x) if exponent is None else exponent


def _stack(numbers: list[Array], axis: int = 0) -> Array:
    if axis != -1:
        raise Unrecordable(f"only stacks along a new last axis are recorded, got {axis}")
    if len({np.shape(number) for number in numbers} - {()}) > 1:
        raise Unrecordable("only arrays of one shape, or numbers, are stacked")
    return recorded(beside)(*numbers)


def _log_sum_exp(logits: Array, axis: int) -> Array:
    if axis != -1:
        raise Unrecordable(f"only a smooth maximum over the last axis is recorded, got {axis}")
    within_problems(logits)
    return recorded(smooth_maximum)(logits)


NAMESPACE = SimpleNamespace(
    exp=recorded(np.exp),
    log=_log,
    sqrt=recorded(np.sqrt),
    sin=recorded(np.sin),
    square=lambda x: x * x,
    where=recorded(np.where),
    abs=recorded(np.abs),
    maximum=recorded(np.maximum),
    minimum=recorded(np.minimum),
    stack=_stack,
    logsumexp=_log_sum_exp,
    zeros_like=lambda _: 0.0,
    ones_like=lambda _: 1.0,
)
"""What ``colorfix.optim.arrays.namespace`` gives for a recorded number. A penalty that calls anything else is
differentiated by the complex step."""
