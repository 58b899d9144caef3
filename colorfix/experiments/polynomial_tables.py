"""Experiment 1 as tables: Table 1 beside the paper's, and one table a setting."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.experiments.contenders import GAMMAS, hill_adam
from colorfix.experiments.polynomial import POLYNOMIALS
from colorfix.experiments.result import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from colorfix.experiments.polynomial import Extremum

PAPER = {
    "p2": ("4.000", "4.0000"),
    "p6": ("4.4237", "3.3475"),
    "p8": ("−0.4837", "−10.4340"),
    "p10": ("−0.5425", "−1.3811"),
    "p4": ("0.3125", "0.3125"),
}
"""Table 1 of the paper: Adam and Hill-ADAM."""

LIKELY = ("identity", "glorot")
"""The activation and initialisation whose results are nearest to the paper's, which states neither."""

HUGE = 1000.0
"""Losses from which four places say nothing."""


def tables(records: Sequence[Mapping[str, Any]]) -> tuple[Table, ...]:
    """Return the losses, Table 1, all settings together, and a table for each of them."""
    settings = list(dict.fromkeys((record["activation"], record["initialisation"]) for record in records))
    return (
        LOSSES,
        table_1(records),
        _summary(records),
        *(_table_of(records, *setting) for setting in settings),
    )


def table_1(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return the paper's table with ours beside it: mean of the minima, and seeds at the global one."""
    ours = ("Adam", *(hill_adam(gamma) for gamma in GAMMAS))
    rows = []
    for polynomial in POLYNOMIALS:
        theirs = PAPER[polynomial.name]
        cells = [_cell(_record(records, (label, *LIKELY, polynomial.name)), hits=False) for label in ours]
        goal = signed(polynomial.lowest.loss)
        rows.append((polynomial.name, goal, theirs[0], cells[0], theirs[1], *cells[1:]))
    columns = ("", "global minimum", "paper: Adam", "ours", "paper: Hill-ADAM")
    return Table(
        "Table 1: mean of the minima (seeds at the global one); no activations, Glorot's initialisation",
        (*columns, *(f"ours, γ {gamma:g}" for gamma in GAMMAS)),
        tuple(rows),
    )


def _summary(records: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for label in dict.fromkeys(record["contender"] for record in records):
        hits = {p.name: [_hits(r) for r in records if (r["contender"], r["polynomial"]) == (label, p.name)]
                for p in POLYNOMIALS}  # fmt: skip
        cells = [cell for column in hits.values() for cell in column]
        full = sum(reached == seeds for reached, seeds in cells)
        shares = [_share(column) for column in (*hits.values(), cells)]
        rows.append((label, *shares, f"{full}/{len(cells)}"))
    return Table(
        "All activations and initialisations: seeds at the global minimum, and cells where all of them are",
        ("", *(polynomial.name for polynomial in POLYNOMIALS), "seeds", "cells"),
        tuple(rows),
    )


def _hits(record: Mapping[str, Any]) -> tuple[int, int]:
    """How many seeds reached the global minimum, of how many."""
    return sum(step is not None for step in record["first_hit"]), len(record["first_hit"])


def _share(cells: Sequence[tuple[int, int]]) -> str:
    reached, seeds = (sum(part) for part in zip(*cells, strict=True))
    return f"{reached}/{seeds}"


def _table_of(records: Sequence[Mapping[str, Any]], activation: str, initialisation: str) -> Table:
    labels = list(dict.fromkeys(record["contender"] for record in records))
    rows = [
        (label, *(_cell(_record(records, (label, activation, initialisation, p.name))) for p in POLYNOMIALS))
        for label in labels
    ]
    return Table(
        f"{activation}, {initialisation}: mean of the minima (seeds at the global one; "
        "median step of the first hit)",
        ("", *(f"{p.name}: {signed(p.lowest.loss)}" for p in POLYNOMIALS)),
        tuple(rows),
    )


def _record(records: Sequence[Mapping[str, Any]], wanted: tuple[str, ...]) -> Mapping[str, Any]:
    """Find the record of a contender, activation, initialisation and polynomial."""
    names = ("contender", "activation", "initialisation", "polynomial")
    return next(record for record in records if tuple(record[name] for name in names) == wanted)


def _cell(record: Mapping[str, Any], *, hits: bool = True) -> str:
    steps = [step for step in record["first_hit"] if step is not None]
    share = _share([_hits(record)])
    when = f"; {median(steps):.0f}" if hits and steps else ""
    return f"{signed(float(np.mean(record['best'])))} ({share}{when})"


def signed(figure: float) -> str:
    """Return a loss as the tables have it: four places, or fewer digits where it is huge.

    >>> signed(-0.30039), signed(87537.2)
    ('−0.3004', '8.8e+04')
    """
    return (f"{figure:.4f}" if abs(figure) < HUGE else f"{figure:.1e}").replace("-", "−")


def _extrema(extrema: Sequence[Extremum]) -> str:
    """Each as x: loss."""
    return ", ".join(f"{signed(e.x)}: {signed(e.loss)}" for e in extrema) or "none"


LOSSES = Table(
    "The losses; x: loss of their minima and of the barriers between them, from the exact roots of f'",
    ("", "f(x)", "minima", "barriers"),
    tuple((p.name, p.text, _extrema(p.minima), _extrema(p.maxima)) for p in POLYNOMIALS),
)
