"""Section 5 as tables and a figure: how often each predictor is right, its errors, and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from colorfix.experiments.adam_stops import adam_steps
from colorfix.experiments.polynomial_losses import POLYNOMIALS
from colorfix.experiments.result import Table
from colorfix.experiments.stops import CHOSEN, DOWNHILL, OBSERVED, OWN_STEPS, SIGN, scalar_losses_of
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.experiments.result import Drawing
    from colorfix.experiments.stops import StopOutcome

Record: TypeAlias = "Mapping[str, Any]"
Cell: TypeAlias = "dict[str, Record]"
"""Results of one learning rate on one polynomial, by the label of the way."""

BY_NAME = {polynomial.name: polynomial for polynomial in POLYNOMIALS}


def tables(records: Sequence[Record]) -> tuple[Table, ...]:
    """Return the tables of the records of the experiment, as it made them or as JSON gives them back."""
    cells: dict[tuple[float, str], Cell] = {}
    for record in records:
        cells.setdefault((record["lr"], record["polynomial"]), {})[record["way"]] = record
    rates = list(dict.fromkeys(lr for lr, _ in cells))
    by_rate = {lr: {name: cell for (rate, name), cell in cells.items() if rate == lr} for lr in rates}
    return (_overview(by_rate), _closely(cells), _failures(cells), *_all_ways(by_rate))


def _overview(by_rate: Mapping[float, Mapping[str, Cell]]) -> Table:
    """One row a learning rate, the mean of the polynomials."""
    ways = (DOWNHILL, SIGN.label, CHOSEN.label, "Δx = 1λ", OWN_STEPS.label)
    rows = (
        (
            f"{lr:g}",
            *(_percent(np.mean([_hits(cell, way).mean() for cell in cells.values()])) for way in ways),
        )
        for lr, cells in by_rate.items()
    )
    return Table("Starts predicted right, mean of the five losses", ("λ", *ways), tuple(rows))


def _closely(cells: Mapping[tuple[float, str], Cell]) -> Table:
    """One predictor on every polynomial at every learning rate: shares, and distances in x."""
    rows = []
    for (lr, name), cell in cells.items():
        stopped = np.array(cell[OBSERVED]["extremum"]) >= 0
        turn, expected = (_floats(cell[way]["turn"]) for way in (OBSERVED, CHOSEN.label))
        errors = _errors(name, cell)
        rows.append((
            f"{lr:g}, {name}",
            _percent((stopped & ~_hits(cell, DOWNHILL)).mean()),
            _percent(_hits(cell, CHOSEN.label).mean()),
            f"{_quantile(errors, 0.5)}, {_quantile(errors, 0.95)}",
            _quantile(_behind(name, turn), 0.5),
            _quantile(_behind(name, expected), 0.5),
            _quantile(np.abs(turn - expected), 0.5),
        ))  # fmt: skip
    columns = (
        "λ, loss", "Adam stops elsewhere than downhill", "predicted right", "error in x: median, 95 %",
        "Adam turns behind the minimum by", "predicted", "error of the first turn",
    )  # fmt: skip
    return Table(f"{CHOSEN.label}: share of starts, and distances in x", columns, tuple(rows))


def _failures(cells: Mapping[tuple[float, str], Cell]) -> Table:
    """How one predictor fails: counts of starts, each start in one column at most."""
    rows = []
    for (lr, name), cell in cells.items():
        adam, prediction, valley = (
            np.array(cell[way]["extremum"]) for way in (OBSERVED, CHOSEN.label, DOWNHILL)
        )
        wrong = (adam >= 0) & (prediction >= 0) & (adam != prediction)
        counts = (
            wrong & (adam == valley),
            wrong & (prediction == valley),
            wrong & (adam != valley) & (prediction != valley),
            (adam >= 0) & (prediction < 0),
            adam < 0,
        )
        if any(count.any() for count in counts):
            rows.append((f"{lr:g}, {name}", *(str(int(count.sum())) for count in counts)))
    starts = len(next(iter(cells.values()))[OBSERVED]["starts"])
    columns = (
        "λ, loss", "downhill, predicted elsewhere", "elsewhere, predicted downhill",
        "elsewhere, predicted for another", "no stop predicted", "Adam has not stopped",
    )  # fmt: skip
    return Table(
        f"{CHOSEN.label}: where Adam stopped, starts of {starts} that are wrong, where any are",
        columns,
        tuple(rows),
    )


def _all_ways(by_rate: Mapping[float, Mapping[str, Cell]]) -> Iterator[Table]:
    """Every way to predict, a table a learning rate."""
    for lr, cells in by_rate.items():
        rows = []
        for way in next(iter(cells.values())):
            if way == OBSERVED:
                continue
            shares = [_hits(cell, way).mean() for cell in cells.values()]
            turns = [
                _quantile(np.abs(_floats(cell[way]["turn"]) - _floats(cell[OBSERVED]["turn"])), 0.5)
                for cell in cells.values()
            ]
            pairs = (f"{_percent(share)} ({turn})" for share, turn in zip(shares, turns, strict=True))
            rows.append((way, *pairs, _percent(np.mean(shares))))
        title = f"λ = {lr:g}: starts predicted right (median error of the first turn in x)"
        yield Table(title, ("", *cells, "mean"), tuple(rows))


def _hits(cell: Cell, way: str) -> NDArray[np.bool_]:
    """Whether a way leads to where Adam stopped, shape [P]; never where it did not stop."""
    adam, prediction = (np.array(cell[label]["extremum"]) for label in (OBSERVED, way))
    hits: NDArray[np.bool_] = (prediction == adam) & (adam >= 0)
    return hits


def _errors(name: str, cell: Cell) -> Floats:
    """How far the predicted extremum is from Adam's last x, shape [P]; NaN where none is predicted."""
    numbers = np.array(cell[CHOSEN.label]["extremum"])
    distances: Floats = np.abs(BY_NAME[name].extrema[numbers] - _floats(cell[OBSERVED]["x"]))
    return np.where(numbers >= 0, distances, np.nan)


def _behind(name: str, turn: Floats) -> Floats:
    """How far from the minimum of its valley a turn is, shape [P]; NaN without a turn."""
    minima = np.array([minimum.x for minimum in BY_NAME[name].minima])
    barriers = [maximum.x for maximum in BY_NAME[name].maxima]
    distances: Floats = np.abs(turn - minima[np.searchsorted(barriers, turn).clip(max=len(minima) - 1)])
    return distances


def _floats(values: Any) -> Floats:  # noqa: ANN401 - an array, or what JSON makes of it, with null for NaN
    return np.array(values, np.float64)


def _percent(share: Any) -> str:  # noqa: ANN401 - a number of NumPy's or Python's
    return f"{100 * share:.1f}%"


def _quantile(distances: Floats, share: float) -> str:
    known = distances[~np.isnan(distances)]
    return f"{np.quantile(known, share):.4f}" if len(known) else "none"


ROOM = 0.6
"""Room beside the extrema, in units of x."""

RIGHT, LEFT = "tab:red", "tab:blue"


def drawing(outcomes: Sequence[StopOutcome], chosen: str, spacing: float) -> Drawing:
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


def _loss(axes: Axes, outcome: StopOutcome) -> None:
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


def _steps(axes: Axes, outcome: StopOutcome, spacing: float) -> None:
    """Eq. 12, with its single β, for a trace from either side; a triangle where Eq. 13 holds."""
    slope = scalar_losses_of([outcome.polynomial]).slope
    low, high = _window(outcome.polynomial.extrema)
    adam = Adam(outcome.lr, beta2=Adam(outcome.lr).beta1)
    count = round((high - low) / spacing)
    for start, side, color, name in ((low, 1, RIGHT, "to the right"), (high, -1, LEFT, "to the left")):
        x = start + side * spacing * np.arange(count + 1)
        moves = -adam_steps(slope, np.array([start]), side * spacing, count, adam)[:, 0] / adam.lr
        axes.plot(x, moves, color=color, linewidth=1, label=name)
        halts = np.flatnonzero((side * moves[:-1] > 0) & (side * moves[1:] <= 0)) + 1
        axes.plot(x[halts], moves[halts], marker="<" if side > 0 else ">", color=color, linewidth=0)
    axes.axhline(0, color="0.6", linewidth=0.5)
    for minimum in outcome.polynomial.minima:
        axes.axvline(minimum.x, color="0.8", linewidth=0.5)


def _starts(axes: Axes, outcome: StopOutcome, chosen: str) -> None:
    """Plot the points where Adam stopped over its starts, in front of the predicted ones."""
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
