"""How the ray rule moves parameters: measurements of an array, [P, ...], and its next step.

Decisions about a problem as a whole are in :mod:`colorfix.optim.ray`. Lengths are in units of an array's λ.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from colorfix.optim import phase as phases
from colorfix.optim import ray
from colorfix.optim.arrays import Array, largest, namespace, per_problem, total
from colorfix.optim.ray import Slopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.optim.ray import Instructions
    from colorfix.optim.rule import ParameterArray

WORD = 0xFFFFFFFF
"""Mask of 32 bits: the product of two such numbers, one below 2³¹, fits in 64 bits."""

MIXERS = (0x1E3779B1, 0x2C1B3C6D, 0x297A2D39)
"""Odd multipliers that scatter bits."""


class RayState(NamedTuple):
    """The state of one array of parameters; each field has its shape, [P, ...].

    Attributes:
        base: the parameters after the last accepted step.
        slope: the gradient there.
        heading: direction of the ray, whose largest coordinate in the problem is ±1; before the first, the
            distance travelled, in units of λ.
        best: the parameters at which the best loss of their problem was measured.
    """

    base: Array
    slope: Array
    heading: Array
    best: Array

    def take(self, rows: Array) -> RayState:
        """Return the state of some of the problems."""
        return RayState._make(figures[rows] for figures in self)


def start_state(parameters: Array) -> RayState:
    """Return the state before the first step: the start is base and best."""
    zeros = namespace(parameters).zeros_like(parameters)
    return RayState(parameters + zeros, zeros, zeros, parameters + zeros)


def measure(parts: Iterable[tuple[Array, Array, RayState, float]], like: Array) -> Slopes:
    """Return the slopes of all arrays of a problem, each given with its gradients, state and λ.

    ``like``, shape [P], gives shape and dtype, also without arrays. Sums do not depend on the batch
    (:func:`colorfix.optim.arrays.total`), so that a problem is rounded as alone.
    """
    xp = namespace(like)
    together = Slopes(*[xp.zeros_like(like)] * len(Slopes._fields))
    for other in (_measured(*part) for part in parts):
        both = zip(Slopes._fields, together, other, strict=True)
        together = Slopes(
            *(xp.maximum(a, b) if name in {"steepest", "moved", "farthest"} else a + b for name, a, b in both)
        )
    return together


def _measured(parameters: Array, gradients: Array, state: RayState, lr: float) -> Slopes:
    slopes = gradients * lr
    moves = (parameters - state.base) / lr
    return Slopes(
        steepest=largest(slopes),
        square=total(slopes * slopes),
        moved=largest(moves),
        length=total(moves * moves),
        bend=total(moves * (slopes - state.slope * lr)),
        uphill=total(state.heading * slopes),
        norm=total(state.heading * state.heading),
        farthest=largest(state.heading + moves),
    )


def move(
    parameters: Array, gradients: Array, state: RayState, lr: float, instructions: Instructions, drawn: Array
) -> tuple[Array, RayState]:
    """Take one step from where the losses were measured.

    Args:
        parameters: x, shape [P, ...].
        gradients: g, the same shape; 0 where the loss is not finite.
        state: of these parameters.
        lr: λ, above 0.
        instructions: from :func:`colorfix.optim.ray.advance`.
        drawn: new headings for the problems that take one, the parameters' shape.

    Returns:
        The parameters to measure next, and the state.
    """
    xp = namespace(parameters)

    def of(figures: Array) -> Array:
        return per_problem(figures, parameters)

    rejected = of(instructions.rejected)
    best = xp.where(of(instructions.flags.improved), parameters, state.best)
    travelled = xp.where(of(instructions.travelled), (parameters - state.base) / lr, 0.0)
    heading = xp.where(of(instructions.drawn), drawn, (state.heading + travelled) * of(instructions.factor))
    base = xp.where(rejected, state.base, parameters)
    slope = xp.where(rejected, state.slope, gradients)
    step = of(instructions.along) * heading - of(instructions.against) * lr * slope
    moved = xp.where(of(instructions.best), best, base) + lr * step
    return moved, RayState(base, slope, heading, best)


def stay(parameters: Array, state: RayState, instructions: Instructions) -> tuple[Array, RayState]:
    """Take no step, for parameters without a gradient, which are part of the best point too."""
    xp = namespace(parameters)
    best = xp.where(per_problem(instructions.flags.improved, parameters), parameters, state.best)
    return xp.where(per_problem(instructions.flags.lost, parameters), best, parameters), state._replace(
        best=best
    )


def draw(like: Array, headings: Array, place: int, coordinates: int) -> Array:
    """Return heading number k = ``headings`` of each problem, for one array of its parameters.

    Coordinate j = ⌊k/2⌋ mod n is 1. For an even k the others are 0; for an odd one they are a point of the
    cube [-1, 1]: coordinate i is 2 frac(kα_i) - 1, a Kronecker sequence whose α_i are scattered over (0, 1).
    There is no generator, and all operations are exact: every problem, array library and device draws the
    same.

    Args:
        like: gives shape [P, ...], dtype and device.
        headings: k, shape [P].
        place: index of this array's first coordinate among the n of the problem.
        coordinates: n.

    >>> import numpy as np
    >>> draw(np.zeros((1, 3)), np.array([4.0]), place=0, coordinates=3).tolist()
    [[0.0, 0.0, 1.0]]
    """
    xp = namespace(like)
    size = math.prod(like.shape[1:])
    places = xp.arange(place, place + size, dtype=xp.int64, device=like.device)
    numbers = headings[:, None]
    raised = numbers * xp.astype(_scattered(places), like.dtype)
    cube = xp.where(numbers % 2 == 1, 2 * (raised - xp.floor(raised)) - 1, 0.0)
    ones = xp.floor(numbers / 2) % coordinates == xp.astype(places, like.dtype)
    return xp.where(ones, xp.ones_like(cube), cube).reshape(like.shape)


def _scattered(places: Array) -> Array:
    """Return a hash of each whole number as a number in (0, 1)."""
    xp = namespace(places)
    word = (places + 1) * MIXERS[0] & WORD
    for mixer in MIXERS[1:]:
        word = (word ^ (word >> 15)) * mixer & WORD
    return (xp.astype(word ^ (word >> 16), xp.float64) + 0.5) / (WORD + 1)


def step(
    arrays: list[ParameterArray], phase: ray.RayPhase, losses: Array, thresholds: phases.Thresholds
) -> tuple[ray.RayPhase, list[tuple[Array, RayState]]]:
    """Take one step of every problem by the ray rule."""
    xp = namespace(losses)
    usable = xp.isfinite(losses)
    moving = [
        (x, xp.where(per_problem(usable, x), g, 0.0), state, adam.lr)
        for x, g, state, adam in arrays
        if g is not None and adam.lr > 0
    ]
    coordinates = max(1, sum(math.prod(x.shape[1:]) for x, *_ in moving))
    slopes = measure(moving, losses)
    phase, instructions = ray.advance(phase, losses, slopes, thresholds, coordinates)
    inputs, place = iter(moving), 0
    moved = []
    for x, gradients, state, adam in arrays:
        if gradients is None or adam.lr <= 0:
            moved.append(stay(x, state, instructions))
            continue
        drawn = draw(x, phase.headings, place, coordinates)
        place += math.prod(x.shape[1:])
        moved.append(move(*next(inputs), instructions, drawn))
    return phase, moved
