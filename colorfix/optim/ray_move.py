"""How the ray rule moves parameters: what an array measures, and where it goes.

What is decided of a problem as a whole is in :mod:`colorfix.optim.ray`; an array of parameters is one part of
the point of a problem, [P, ...], and lengths are in units of its λ.
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
"""Thirty-two bits: products of two such numbers, one below 2³¹, keep within an integer of 64."""

MIXERS = (0x1E3779B1, 0x2C1B3C6D, 0x297A2D39)
"""Odd multipliers that scatter bits."""


class RayState(NamedTuple):
    """What is remembered of one array of parameters; each field has its shape, [P, ...].

    Attributes:
        base: where the last step that was taken led.
        slope: the gradient there.
        heading: the ray, its largest coordinate in the problem ±1; before the first, the way travelled, in
            units of λ.
        best: the parameters at which the best loss of their problem was measured.
    """

    base: Array
    slope: Array
    heading: Array
    best: Array

    def take(self, rows: Array) -> RayState:
        """Return the memory of some of the problems."""
        return RayState._make(figures[rows] for figures in self)


def start_state(parameters: Array) -> RayState:
    """Return the memory before the first step: the start is base and best."""
    zeros = namespace(parameters).zeros_like(parameters)
    return RayState(parameters + zeros, zeros, zeros, parameters + zeros)


def measure(parts: Iterable[tuple[Array, Array, RayState, float]], like: Array) -> Slopes:
    """Return what the arrays of a problem say together, each given with its gradients, memory and λ.

    ``like``, shape [P], is what there is where there are no arrays.

    Sums are taken in an order of their own (:func:`colorfix.optim.arrays.total`), so that a problem in a
    batch meets the same rounding as alone.
    """
    xp = namespace(like)
    together = Slopes(*[xp.zeros_like(like)] * len(Slopes._fields))
    for other in (_measured(*part) for part in parts):
        both = zip(Slopes._fields, together, other, strict=True)
        together = Slopes(
            *(xp.maximum(a, b) if name in {"steepest", "moved", "way"} else a + b for name, a, b in both)
        )
    return together


def _measured(parameters: Array, gradients: Array, course: RayState, lr: float) -> Slopes:
    slopes = gradients * lr
    moves = (parameters - course.base) / lr
    return Slopes(
        steepest=largest(slopes),
        square=total(slopes * slopes),
        moved=largest(moves),
        length=total(moves * moves),
        bend=total(moves * (slopes - course.slope * lr)),
        uphill=total(course.heading * slopes),
        norm=total(course.heading * course.heading),
        way=largest(course.heading + moves),
    )


def move(
    parameters: Array, gradients: Array, course: RayState, lr: float, orders: Instructions, drawn: Array
) -> tuple[Array, RayState]:
    """Take one step from where the losses were measured.

    Args:
        parameters: x, shape [P, ...].
        gradients: g, the same shape; 0 where the loss was lost.
        course: memory of these parameters.
        lr: λ, above 0.
        orders: as :func:`colorfix.optim.ray.advance` gave them.
        drawn: new headings for the problems that want one, the parameters' shape.

    Returns:
        The parameters to measure at next, and the memory.
    """
    xp = namespace(parameters)

    def of(figures: Array) -> Array:
        return per_problem(figures, parameters)

    rejected = of(orders.rejected)
    best = xp.where(of(orders.verdict.improved), parameters, course.best)
    travelled = xp.where(of(orders.travelled), (parameters - course.base) / lr, 0.0)
    heading = xp.where(of(orders.drawn), drawn, (course.heading + travelled) * of(orders.factor))
    base = xp.where(rejected, course.base, parameters)
    slope = xp.where(rejected, course.slope, gradients)
    step = of(orders.along) * heading - of(orders.against) * lr * slope
    moved = xp.where(of(orders.best), best, base) + lr * step
    return moved, RayState(base, slope, heading, best)


def stay(parameters: Array, course: RayState, orders: Instructions) -> tuple[Array, RayState]:
    """Take no step, for parameters without a gradient: they too belong to the best point."""
    xp = namespace(parameters)
    best = xp.where(per_problem(orders.verdict.improved, parameters), parameters, course.best)
    return xp.where(per_problem(orders.verdict.lost, parameters), best, parameters), course._replace(
        best=best
    )


def draw(like: Array, headings: Array, place: int, coordinates: int) -> Array:
    """Return heading number k = ``headings`` of each problem, for one array of its parameters.

    Coordinate j = ⌊k/2⌋ mod n is 1. For an even k the others are 0; for an odd one they are a point of the
    cube [-1, 1]: coordinate i is 2 frac(kα_i) - 1, a Kronecker sequence whose α_i are scattered over (0, 1).
    No generator and nothing but exact operations: every problem, array library and device draws the same.

    Args:
        like: gives shape [P, ...], dtype and device.
        headings: k, shape [P].
        place: where this array's coordinates begin among the n of the problem.
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
    """Return a number in (0, 1) for each whole number: neighbours have nothing to do with each other."""
    xp = namespace(places)
    word = (places + 1) * MIXERS[0] & WORD
    for mixer in MIXERS[1:]:
        word = (word ^ (word >> 15)) * mixer & WORD
    return (xp.astype(word ^ (word >> 16), xp.float64) + 0.5) / (WORD + 1)


def step(
    parts: list[ParameterArray], state: ray.RayPhase, losses: Array, thresholds: phases.Thresholds
) -> tuple[ray.RayPhase, list[tuple[Array, RayState]]]:
    """Walk straight from the best point over a ridge, descend by secant steps."""
    xp = namespace(losses)
    usable = xp.isfinite(losses)
    moving = [
        (x, xp.where(per_problem(usable, x), g, 0.0), memory, adam.lr)
        for x, g, memory, adam in parts
        if g is not None and adam.lr > 0
    ]
    coordinates = max(1, sum(math.prod(x.shape[1:]) for x, *_ in moving))
    slopes = measure(moving, losses)
    state, orders = ray.advance(state, losses, slopes, thresholds, coordinates)
    ways, place = iter(moving), 0
    moved = []
    for x, gradients, memory, adam in parts:
        if gradients is None or adam.lr <= 0:
            moved.append(stay(x, memory, orders))
            continue
        drawn = draw(x, state.headings, place, coordinates)
        place += math.prod(x.shape[1:])
        moved.append(move(*next(ways), orders, drawn))
    return state, moved
