"""The way of one network over a polynomial, and how Figures 2 and 3 show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from colorfix.color.statistics import Floats
    from colorfix.experiments.polynomial import Polynomial
    from colorfix.experiments.result import Drawing
    from colorfix.learning import Trace

NEAR = 1e-3
"""How near the global minimum counts as reached, in units of the loss."""

SHOWN = 1.25
"""How far a figure goes on after the right side reached the minimum, in shares of the steps until then."""

FEWEST = 300
"""Steps that a figure shows at least."""

MARGIN = 0.15
"""Room beside what is shown, in shares of its width."""


@dataclass(frozen=True)
class Path:
    """Where one network went.

    Attributes:
        losses: shape [T].
        x: shape [T].
    """

    losses: Floats
    x: Floats

    @classmethod
    def of(cls, trace: Trace, problem: int) -> Path:
        """Take one problem out of a trace, in arrays of its own."""
        return cls(trace.losses[:, problem].copy(), trace.points[:, problem, 0].copy())

    @property
    def lowest(self) -> float:
        """The lowest finite loss."""
        return float(np.where(np.isfinite(self.losses), self.losses, np.inf).min())


def drawing(polynomial: Polynomial, sides: Mapping[str, Path]) -> Drawing:
    """Return what draws two paths side by side: the loss over steps above, over x below.

    Args:
        polynomial: the loss.
        sides: the left and the right path by title.
    """

    def draw() -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 6), layout="constrained")
        axes = figure.subplots(2, 2, sharey="row", sharex="row")
        steps = _steps(list(sides.values())[-1], polynomial.lowest.loss + NEAR)
        for column, (title, path) in enumerate(sides.items()):
            axes[0][column].set_title(title)
            _over_steps(axes[0][column], polynomial, path, steps)
            _over_x(axes[1][column], polynomial, path, steps)
        axes[0][0].set_ylabel("loss")
        axes[1][0].set_ylabel("loss")
        figure.suptitle(f"f(x) = {polynomial.text}", fontsize="medium")
        return figure

    return draw


def _steps(path: Path, goal: float) -> int:
    """How many steps are worth showing: until a little after the goal is reached, or the best is."""
    reached = np.flatnonzero(path.losses <= max(goal, path.lowest))
    return min(len(path.losses), max(FEWEST, round(SHOWN * int(reached[0])) if len(reached) else 0))


def _over_steps(axes: Axes, polynomial: Polynomial, path: Path, steps: int) -> None:
    axes.plot(path.losses[:steps], linewidth=1)
    _mark(axes, polynomial)
    axes.set_xlabel("step")
    axes.legend(loc="upper right")


def _over_x(axes: Axes, polynomial: Polynomial, path: Path, steps: int) -> None:
    low, high = _window(polynomial)
    x = np.linspace(low, high, 400)
    axes.plot(x, polynomial(x), color="0.75", linewidth=1)
    # thousands of dots as pixels, from dark (early) to bright (late)
    axes.scatter(path.x[:steps], path.losses[:steps], c=np.arange(steps), s=4, zorder=2, rasterized=True)
    _mark(axes, polynomial)
    axes.set_xlim(low, high)
    axes.set_xlabel("x")


def _mark(axes: Axes, polynomial: Polynomial) -> None:
    """The global minimum as a line, and losses up to a little above the highest barrier."""
    axes.axhline(polynomial.lowest.loss, color="green", linewidth=1, label="global minimum")
    losses = [extremum.loss for extremum in (*polynomial.minima, *polynomial.maxima)]
    room = MARGIN * (max(losses) - min(losses))
    axes.set_ylim(min(losses) - room, max(losses) + 3 * room)


def _window(polynomial: Polynomial) -> tuple[float, float]:
    """From a little left of all minima to a little right of them, and 0, near which networks start."""
    xs = [0.0, *(minimum.x for minimum in polynomial.minima)]
    room = MARGIN * (max(xs) - min(xs) + 1)
    return min(xs) - room, max(xs) + room
