"""Section 5 as tables: how often each way to predict is right, by how much it errs, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.experiments.result import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from colorfix.colour import Floats
    from colorfix.experiments.escape import Outcome
    from colorfix.experiments.stops import Stops


def tables(outcomes: Sequence[Outcome], chosen: str, downhill: str) -> tuple[Table, ...]:
    """Return the tables.

    Args:
        outcomes: of every learning rate on every polynomial.
        chosen: the label of the predictor that is looked at closely.
        downhill: the label of what it is compared with.
    """
    rates = list(dict.fromkeys(outcome.lr for outcome in outcomes))
    return (
        _closely(outcomes, chosen, downhill),
        _failures(outcomes, chosen, downhill),
        *(_all_ways([outcome for outcome in outcomes if outcome.lr == lr]) for lr in rates),
    )


def _closely(outcomes: Sequence[Outcome], chosen: str, downhill: str) -> Table:
    """One predictor, one row a learning rate and polynomial."""
    rows = []
    for o in outcomes:
        prediction = o.predictions[chosen]
        rows.append((
            f"λ = {o.lr:g}, {o.polynomial.name}",
            _percent((o.adam.extremum >= 0) & ~right(o.predictions[downhill], o.adam)),
            _percent(right(o.predictions[downhill], o.adam)),
            _percent(right(prediction, o.adam)),
            _median(np.abs(prediction.x - o.adam.x)),
            _median(_overshoot(o, o.adam)),
            _median(_overshoot(o, prediction)),
            _median(np.abs(prediction.turn - o.adam.turn)),
        ))  # fmt: skip
    columns = (
        "", "Adam stops elsewhere than downhill", "“downhill” is right", "predicted right",
        "error in x, median", "Adam overshoots by", "predicted", "error of the first turn, median",
    )  # fmt: skip
    return Table(f"{chosen}: share of starts, and distances in x", columns, tuple(rows))


def _failures(outcomes: Sequence[Outcome], chosen: str, downhill: str) -> Table:
    """How one predictor fails: counts of starts, each start in one column at most."""
    rows = []
    for o in outcomes:
        adam, prediction = o.adam.extremum, o.predictions[chosen].extremum
        valley = o.predictions[downhill].extremum
        wrong = (adam >= 0) & (prediction >= 0) & (adam != prediction)
        counts = (
            wrong & (adam == valley),
            wrong & (prediction == valley),
            wrong & (adam != valley) & (prediction != valley),
            (adam >= 0) & (prediction < 0),
            adam < 0,
        )
        rows.append(
            (f"λ = {o.lr:g}, {o.polynomial.name}", str(len(adam)), *(str(int(c.sum())) for c in counts))
        )
    columns = (
        "", "starts", "downhill, predicted elsewhere", "elsewhere, predicted downhill",
        "elsewhere, predicted for another",
        "no stop predicted", "Adam has not stopped",
    )  # fmt: skip
    return Table(f"{chosen}: how it fails, starts", columns, tuple(rows))


def _all_ways(outcomes: Sequence[Outcome]) -> Table:
    """Every predictor at one learning rate: the share that is right (median error of the first turn)."""
    rows = []
    for label in outcomes[0].predictions:
        shares = np.array([right(o.predictions[label], o.adam).mean() for o in outcomes])
        turns = [_median(np.abs(o.predictions[label].turn - o.adam.turn)) for o in outcomes]
        cells = (f"{100 * share:.1f}% ({turn})" for share, turn in zip(shares, turns, strict=True))
        rows.append((label, *cells, f"{100 * shares.mean():.1f}%"))
    names = (outcome.polynomial.name for outcome in outcomes)
    return Table(
        f"λ = {outcomes[0].lr:g}: starts predicted right (median error of the first turn in x)",
        ("", *names, "mean"),
        tuple(rows),
    )


def right(prediction: Stops, adam: Stops) -> NDArray[np.bool_]:
    """Whether the predicted extremum is where Adam stopped, shape [P]; never where it did not stop."""
    hits: NDArray[np.bool_] = (prediction.extremum == adam.extremum) & (adam.extremum >= 0)
    return hits


def _overshoot(outcome: Outcome, way: Stops) -> Floats:
    """How far behind the minimum of its valley the first turn was, shape [P]; NaN without a turn."""
    minima = np.array([minimum.x for minimum in outcome.polynomial.minima])
    barriers = [maximum.x for maximum in outcome.polynomial.maxima]
    behind: Floats = np.abs(way.turn - minima[np.searchsorted(barriers, way.turn).clip(max=len(minima) - 1)])
    return behind


def _percent(hits: NDArray[np.bool_]) -> str:
    return f"{100 * hits.mean():.1f}%"


def _median(distances: Floats) -> str:
    known = distances[~np.isnan(distances)]
    return f"{np.median(known):.2g}" if len(known) else "none"
