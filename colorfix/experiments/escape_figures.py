"""Section 5 as a figure: the loss with Adam's stops, the predicted steps both ways, stops over starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.experiments.stops import landscape_of
from colorfix.optim.escape import steps
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from colorfix.color.statistics import Floats
    from colorfix.experiments.result import Drawing
    from colorfix.experiments.stops import Outcome

ROOM = 0.6
"""Room beside the extrema, in units of x."""

RIGHT, LEFT = "tab:red", "tab:blue"


def drawing(outcomes: Sequence[Outcome], chosen: str, spacing: float) -> Drawing:
    """Return what draws a column for each polynomial.

    Args:
        outcomes: of one learning rate.
        chosen: the label of the predictor that is shown.
        spacing: Δx of the traces.
    """

    def draw() -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(3.2 * len(outcomes), 8), layout="constrained")
        axes = figure.subplots(3, len(outcomes), sharex="col", squeeze=False)
        for column, outcome in enumerate(outcomes):
            axes[0][column].set_title(f"{outcome.polynomial.name}, λ = {outcome.lr:g}")
            _loss(axes[0][column], outcome)
            _steps(axes[1][column], outcome, spacing)
            _starts(axes[2][column], outcome, chosen)
        for row, label in enumerate(("loss", "−S/λ, where Adam is led", "x of the stop")):
            axes[row][0].set_ylabel(label)
            axes[row][0].legend(fontsize="x-small")
        return figure

    return draw


def _loss(axes: Axes, outcome: Outcome) -> None:
    """The loss between its extrema, and a disc on it for every start that Adam ended there."""
    extrema = outcome.polynomial.extrema
    x = np.linspace(*_window(extrema), 400)
    axes.plot(x, outcome.polynomial(x), color="0.6", linewidth=1)
    numbers, counts = np.unique(outcome.adam.extremum[outcome.adam.extremum >= 0], return_counts=True)
    shares = counts / len(outcome.starts)
    where = extrema[numbers]
    axes.scatter(where, outcome.polynomial(where), 10 + 250 * shares, alpha=0.6, label="Adam's stops")
    for place, share in zip(where, shares, strict=True):
        axes.annotate(f"{100 * share:.0f}%", (place, outcome.polynomial(place)), fontsize="x-small")
    losses = outcome.polynomial(extrema)
    room = 0.3 * (np.ptp(losses) + 1)
    axes.set_ylim(losses.min() - room, losses.max() + 3 * room)


def _steps(axes: Axes, outcome: Outcome, spacing: float) -> None:
    """Eq. 12, with one β as it stands, for a trace from either side; a triangle where Eq. 13 holds."""
    slope = landscape_of([outcome.polynomial]).slope
    low, high = _window(outcome.polynomial.extrema)
    adam = Adam(outcome.lr, beta2=Adam(outcome.lr).beta1)
    count = round((high - low) / spacing)
    for start, side, colour, name in ((low, 1, RIGHT, "to the right"), (high, -1, LEFT, "to the left")):
        x = start + side * spacing * np.arange(count + 1)
        moves = -steps(slope, np.array([start]), side * spacing, count, adam)[:, 0] / adam.lr
        axes.plot(x, moves, color=colour, linewidth=1, label=name)
        halts = np.flatnonzero((side * moves[:-1] > 0) & (side * moves[1:] <= 0)) + 1
        axes.plot(x[halts], moves[halts], marker="<" if side > 0 else ">", color=colour, linewidth=0)
    axes.axhline(0, color="0.6", linewidth=0.5)
    for minimum in outcome.polynomial.minima:
        axes.axvline(minimum.x, color="0.8", linewidth=0.5)


def _starts(axes: Axes, outcome: Outcome, chosen: str) -> None:
    """Where Adam stopped over where it started, in front of where it was predicted to."""
    prediction = outcome.predictions[chosen]
    axes.plot(
        outcome.starts, prediction.x, color="tab:orange", marker="s", markersize=4, linewidth=0, label=chosen
    )
    axes.plot(
        outcome.starts, outcome.adam.x, color="black", marker=".", markersize=2, linewidth=0, label="Adam"
    )
    axes.set_ylim(_window(outcome.polynomial.extrema))
    axes.set_xlabel("x; in the last row, of the start")


def _window(extrema: Floats) -> tuple[float, float]:
    return float(extrema[0] - ROOM), float(extrema[-1] + ROOM)
