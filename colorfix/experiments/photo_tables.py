"""Experiment 2 as tables: Table 2 beside the paper's, and the gaps over all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.experiments.pairs import MEANS
from colorfix.experiments.result import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAPER = {
    "Adam": (2.9471, 2.9471, 2.9471, 2.9471),
    "RMSprop": (2.6051, 2.5917, 3.6865, 2.6482),
    "NAdam": (2.5308, 2.5310, 2.5321, 2.5372),
    "Hill-ADAM, γ 200": (2.5305, 2.5307, 2.5306, 2.5697),
}
"""Table 2 of the paper, by seed; its photos, and so its minima, are not published."""

NEAR = (1e-4, 1e-3, 1e-2)
"""Gaps to the global minimum below which runs are counted, in units of the loss."""


def tables(records: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> tuple[Table, ...]:
    """Return Table 2, and with photos a table of all gaps and one of every pair."""
    photos = [record for record in records if record["pair"] != MEANS.name]
    return (_table_2(records, seeds), *((_gaps(photos), _by_pair(photos)) if photos else ()))


def _table_2(records: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> Table:
    rows = []
    for record in records:
        if record["pair"] == MEANS.name:
            label = record["contender"]
            if label in PAPER:
                figures = PAPER[label][: len(seeds)]
                rows.append((f"paper: {label.partition(',')[0]}", *(f"{loss:.4f}" for loss in figures)))
            finals = np.array(record["final"], dtype=np.float64)  # None, from JSON, becomes NaN
            both = zip(record["best"], finals, strict=True)
            rows.append((label, *(f"{best:.4f} ({_end(final)})" for best, final in both)))
    goal = records[0]["global_minimum"]
    return Table(
        f"Table 2: lowest loss (loss at the end); on the means, whose certified global minimum is {goal:.4f}",
        ("", *(f"seed {seed}" for seed in seeds)),
        tuple(rows),
    )


def _end(loss: float) -> str:
    return f"end {loss:.4f}" if np.isfinite(loss) else "diverged"


def _gaps(records: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for label in dict.fromkeys(record["contender"] for record in records):
        gaps = np.concatenate([record["gap"] for record in records if record["contender"] == label])
        counts = [f"{int((gaps < near).sum())}/{len(gaps)}" for near in NEAR]
        rows.append((label, *counts, f"{np.median(gaps):.1e}", f"{gaps.max():.1e}"))
    return Table(
        "All photos: runs by the gap of their lowest loss to the certified global minimum",
        ("", *(f"below {near:g}" for near in NEAR), "median gap", "largest gap"),
        tuple(rows),
    )


def _by_pair(records: Sequence[Mapping[str, Any]]) -> Table:
    labels = [label for label in dict.fromkeys(record["contender"] for record in records) if label in PAPER]
    rows = []
    for pair in dict.fromkeys(record["pair"] for record in records):
        of_pair = {record["contender"]: record for record in records if record["pair"] == pair}
        gaps = [f"{np.median(of_pair[label]['gap']):.1e}" for label in labels]
        rows.append((pair, f"{of_pair[labels[0]]['global_minimum']:.4f}", *gaps))
    return Table("Each pair: median gap over the seeds", ("", "global minimum", *labels), tuple(rows))
