"""The turning rules by name: one step of many problems, the same call for every rule and kind of array."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix.optim import phase as phases
from colorfix.optim import rule
from colorfix.optim.arrays import Array  # noqa: TC001 - a named tuple reads its types

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.optim.rule import ParameterArray


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
    state: type[Any]
    start_phase: Callable[[Array], Any]
    start_state: Callable[[Array], Any]
    step: Callable[[list[ParameterArray], Any, Array, phases.Thresholds], tuple[Any, list[tuple[Array, Any]]]]


def _paper(
    parts: list[ParameterArray], phase: phases.Phase, losses: Array, thresholds: phases.Thresholds
) -> tuple[phases.Phase, list[tuple[Array, rule.AdamState]]]:
    """Algorithm 1: climb and descend by Adam's step."""
    phase, verdict = phases.advance(phase, losses, thresholds)
    moved = [
        rule.stay(part.parameters, part.memory, verdict)
        if part.gradients is None
        else rule.move(part.parameters, part.gradients, part.memory, phase, verdict, part.adam)
        for part in parts
    ]
    return phase, moved


PAPER = Exploration(phases.Phase, rule.AdamState, phases.start, rule.start_state, _paper)

EXPLORATIONS = ("paper", "ray")
"""The turning rules' names, which ``HillAdam(exploration=...)`` takes."""


def exploration_of(name: str) -> Exploration:
    """Return a turning rule.

    Args:
        name: one of ``EXPLORATIONS``.

    >>> exploration_of("paper") is PAPER
    True
    """
    if name == "ray":
        return _ray_exploration()
    return {"paper": PAPER}[name]


@cache
def _ray_exploration() -> Exploration:
    """Return the ray rule; the paper's rule, the default, does not import it."""
    from colorfix.optim import ray, ray_move

    return Exploration(ray.RayPhase, ray_move.RayState, ray.start, ray_move.start_state, ray_move.step)
