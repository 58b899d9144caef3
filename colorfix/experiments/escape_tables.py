"""Section 5 as tables: how often each way to predict is right, by how much it errs, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from colorfix.experiments.polynomial import POLYNOMIALS
from colorfix.experiments.predictors import CHOSEN, DOWNHILL, OBSERVED, OWN_STEPS, SIGN
from colorfix.experiments.result import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

Record: TypeAlias = "Mapping[str, Any]"
Cell: TypeAlias = "dict[str, Record]"
"""What one learning rate on one polynomial gave, by the label of the way."""

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
