"""The loss, step by step: phases, turns, dead ends and the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.report.page.axis import Axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning import Optimizer, Trace

WIDTH, HEIGHT = 720.0, 240.0

_DECADES: Final = 1e-6  # of the highest: what is lower lies on the ground


@dataclass(frozen=True)
class Curve:
    """The loss curve of a run, laid out.

    Attributes:
        path: of how far the losses lie above the lowest known, as an SVG path; broken where a loss was not
            finite.
        climbs: first step and the step after the last of each climbing phase, as places across.
        turns: places of the steps at which the direction changed outside dead ends.
        dead_ends: places of the steps at which a dead end was entered.
        best: place of the best step.
        best_step, steps: which that is, and how many there were.
        across, up: the axes.
    """

    path: str
    climbs: tuple[tuple[float, float], ...]
    turns: tuple[tuple[float, float], ...]
    dead_ends: tuple[tuple[float, float], ...]
    best: tuple[float, float]
    best_step: int
    steps: int
    across: Axis
    up: Axis

    @classmethod
    def of(cls, trace: Trace, optimizer: Optimizer, lowest: float) -> Curve:
        """Lay out a trace of one problem; ``lowest`` is the lowest loss known, polished."""
        losses, climbing = trace.losses[:, 0], trace.climbing[:, 0]
        heights = np.maximum(0.0, losses - lowest)
        across = Axis.linear(0, max(1, len(losses) - 1), WIDTH)
        up = _upwards(heights)
        dead = ~(losses <= optimizer.gamma) if optimizer.name == "hill-adam" else np.zeros(len(losses), bool)
        entered = np.flatnonzero(dead & ~np.concatenate([[False], dead[:-1]]))
        changed = np.flatnonzero((climbing != np.concatenate([[False], climbing[:-1]])) & ~dead)

        def at(step: int) -> tuple[float, float]:
            return across.at(step), HEIGHT - up.at(heights[step]) if np.isfinite(heights[step]) else 0.0

        best = int(trace.best_steps[0])
        return cls(
            path=_path([at(step) if np.isfinite(losses[step]) else None for step in range(len(losses))]),
            climbs=tuple((across.at(first), across.at(last)) for first, last in _runs(climbing)),
            turns=tuple(at(int(step)) for step in changed),
            dead_ends=tuple(at(int(step)) for step in entered),
            best=at(best),
            best_step=best,
            steps=len(losses),
            across=across,
            up=up,
        )


def _upwards(heights: Floats) -> Axis:
    """A logarithmic axis of the finite heights; linear where there are none above 0."""
    finite = heights[np.isfinite(heights)]
    high = float(finite.max(initial=0.0))
    if high == 0.0:
        return Axis.linear(0.0, 1.0, HEIGHT)
    return Axis.logarithmic(max(float(finite.min()), high * _DECADES), high, HEIGHT)


def _runs(climbing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First step and the last step's successor of each run of climbing ones, within the trace."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], climbing, [False]]).astype(int)))
    last = len(climbing) - 1
    return [(int(first), min(int(end), last)) for first, end in edges.reshape(-1, 2)]


def _path(places: list[tuple[float, float] | None]) -> str:
    pieces, pen = [], "M"
    for place in places:
        if place is not None:
            pieces.append(f"{pen}{place[0]:.1f},{place[1]:.1f}")
        pen = "M" if place is None else "L"
    return "".join(pieces)
