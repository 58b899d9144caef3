"""The turning rules by name: one step of many problems, the same call for every rule and kind of array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix.optim import phase as phases
from colorfix.optim import ray, ray_move, ray_state, rule
from colorfix.optim.arrays import Array, namespace, per_problem

if TYPE_CHECKING:
    from collections.abc import Callable


class Part(NamedTuple):
    """One array of the parameters of P problems.

    Attributes:
        parameters: x, shape [P, ...], where the losses were measured.
        gradients: g, the same shape, or None where there is none; without them, or with λ = 0, they stay.
        memory: what the rule remembers of them.
        adam: λ, β₁, β₂ and ε; the ray rule uses λ alone.
    """

    parameters: Array
    gradients: Array | None
    memory: Any
    adam: rule.Adam


class Exploration(NamedTuple):
    """A turning rule.

    Attributes:
        phase: kind of the state of a problem.
        memory: kind of the memory of an array of parameters.
        start: the phase before the first step, given losses for their shape.
        remember: the memory before the first step.
        step: take in the losses, [P], and return the next phase and, for each part, the parameters to
            measure at next and the memory.
    """

    phase: type[Any]
    memory: type[Any]
    start: Callable[[Array], Any]
    remember: Callable[[Array], Any]
    step: Callable[[list[Part], Any, Array, phases.Thresholds], tuple[Any, list[tuple[Array, Any]]]]


def _paper(
    parts: list[Part], phase: phases.Phase, losses: Array, thresholds: phases.Thresholds
) -> tuple[phases.Phase, list[tuple[Array, rule.Memory]]]:
    """Algorithm 1: climb and descend by Adam's step."""
    phase, verdict = phases.advance(phase, losses, thresholds)
    moved = [
        rule.stay(part.parameters, part.memory, verdict)
        if part.gradients is None
        else rule.move(part.parameters, part.gradients, part.memory, phase, verdict, part.adam)
        for part in parts
    ]
    return phase, moved


def _ray(
    parts: list[Part], state: ray_state.Ray, losses: Array, thresholds: phases.Thresholds
) -> tuple[ray_state.Ray, list[tuple[Array, ray_move.Course]]]:
    """Walk straight from the best point over a ridge, descend by secant steps."""
    xp = namespace(losses)
    usable = xp.isfinite(losses)
    moving = [
        (x, xp.where(per_problem(usable, x), g, 0.0), memory, adam.lr)
        for x, g, memory, adam in parts
        if g is not None and adam.lr > 0
    ]
    coordinates = max(1, sum(math.prod(x.shape[1:]) for x, *_ in moving))
    slopes = ray_move.measure(moving, losses)
    state, orders = ray.advance(state, losses, slopes, thresholds, coordinates)
    ways, place = iter(moving), 0
    moved = []
    for x, gradients, memory, adam in parts:
        if gradients is None or adam.lr <= 0:
            moved.append(ray_move.stay(x, memory, orders))
            continue
        drawn = ray_move.draw(x, state.headings, place, coordinates)
        place += math.prod(x.shape[1:])
        moved.append(ray_move.move(*next(ways), orders, drawn))
    return state, moved


EXPLORATIONS: dict[str, Exploration] = {
    "paper": Exploration(phases.Phase, rule.Memory, phases.start, rule.remember, _paper),
    "ray": Exploration(ray_state.Ray, ray_move.Course, ray_state.start, ray_move.remember, _ray),
}
"""Every turning rule by the name that ``HillAdam(exploration=...)`` takes."""
