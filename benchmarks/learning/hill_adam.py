"""Hill-ADAM on a batch of losses, by either turning rule, without a learner around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from colorfix.optim.exploration import exploration_of
from colorfix.optim.phase import Thresholds
from colorfix.optim.rule import Adam, ParameterArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Losses(Protocol):
    """Losses of P problems."""

    def __call__(self, points: Floats, /) -> tuple[Floats, Floats]:
        """Return values, shape [P], and gradients, shape [P, D]."""


class Settings(NamedTuple):
    """Who walks.

    Attributes:
        lr: λ, in units of the points.
        gamma: γ.
        exploration: the turning rule.
        delta: δ; with 0 and an infinite γ the paper's rule is Adam.
    """

    lr: float
    gamma: float = 1e4
    exploration: str = "ray"
    delta: float = 1e-4


def minimize(
    losses: Losses, starts: Floats, steps: int, settings: Settings
) -> Iterator[tuple[Floats, Floats, Any]]:
    """Yield the points, their losses and the phase, step after step."""
    rule, adam = exploration_of(settings.exploration), Adam(settings.lr)
    thresholds = Thresholds(settings.delta, settings.gamma, -1e4)
    points, memory, phase = starts, rule.start_state(starts), rule.start_phase(np.zeros(len(starts)))
    for _ in range(steps):
        values, gradients = losses(points)
        values = np.where(np.isfinite(gradients).all(-1), values, np.inf)
        with np.errstate(all="ignore"):  # as colorfix.learning's own loop has it
            phase, ((moved, memory),) = rule.step(
                [ParameterArray(points, gradients, memory, adam)], phase, values, thresholds
            )
        yield points, values, phase
        points = moved


def first_hits(
    losses: Losses, starts: Floats, steps: int, goals: Floats | float, settings: Settings
) -> Floats:
    """Return the evaluation at which each problem's lowest loss came to its goal; infinite if never."""
    hits = np.full(len(starts), np.inf)
    for step, (_, _, phase) in enumerate(minimize(losses, starts, steps, settings), 1):
        hits = np.minimum(hits, np.where(phase.lowest <= goals, step, np.inf))
        if np.isfinite(hits).all():
            break
    return hits
