"""The exploration rules by name: one step of many problems, the same call for each rule and kind of array."""

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
    """An exploration rule.

    Attributes:
        phase: type of a problem's phase.
        state: type of the state of an array of parameters.
        start_phase: function that returns the phase before the first step, of losses for their shape.
        start_state: function that returns the state before the first step, of the parameters.
        step: function of the arrays, phase, losses, [P], and thresholds that returns the next phase and, for
            each array, the parameters to measure next and the state.
    """

    phase: type[Any]
    state: type[Any]
    start_phase: Callable[[Array], Any]
    start_state: Callable[[Array], Any]
    step: Callable[[list[ParameterArray], Any, Array, phases.Thresholds], tuple[Any, list[tuple[Array, Any]]]]


def _paper(
    arrays: list[ParameterArray], phase: phases.Phase, losses: Array, thresholds: phases.Thresholds
) -> tuple[phases.Phase, list[tuple[Array, rule.AdamState]]]:
    """Algorithm 1: climb and descend by Adam's step."""
    phase, flags = phases.advance(phase, losses, thresholds)
    moved = [
        rule.stay(array.parameters, array.state, flags)
        if array.gradients is None
        else rule.move(array.parameters, array.gradients, array.state, phase, flags, array.adam)
        for array in arrays
    ]
    return phase, moved


PAPER = Exploration(phases.Phase, rule.AdamState, phases.start, rule.start_state, _paper)

EXPLORATIONS = ("paper", "ray")
"""Names of the exploration rules, for ``HillAdam(exploration=...)``."""


def exploration_of(name: str) -> Exploration:
    """Return an exploration rule by its name, one of ``EXPLORATIONS``.

    >>> exploration_of("paper") is PAPER
    True
    """
    if name == "ray":
        return _ray_exploration()
    return {"paper": PAPER}[name]


@cache
def _ray_exploration() -> Exploration:
    """Return the ray rule, which is imported only then."""
    from colorfix.optim import ray, ray_move

    return Exploration(ray.RayPhase, ray_move.RayState, ray.start, ray_move.start_state, ray_move.step)
