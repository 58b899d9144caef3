"""How well ``--check`` tells photos with a cast from those without.

Writes the table of ``docs/folders.md`` between its markers: how many amber photos are moved by more than a
threshold, and how many of their neutral truths are not, with the target ``neutral``. The sample pairs by
default; with the list that ``renderings.py`` wrote, the larger set. Two processes, a minute for the larger.

    OMP_NUM_THREADS=1 python -m benchmarks.quality.cast_check [PAIRS.json]
"""

from __future__ import annotations

import json
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common.paths import DOCS, PAIRS
from benchmarks.common.tables import table, write_tables
from colorfix import correct

if TYPE_CHECKING:
    from benchmarks.quality.comparison_tables import Figures

PROCESSES = 2
THRESHOLDS = (4, 6, 8, 10, 12, 14)


def moved(pair: dict[str, Any], folder: Path) -> tuple[float, float]:
    """Return how far the amber photo and its truth are moved."""
    amber, truth = (correct(folder / pair[key], "neutral").delta_e for key in ("source", "truth"))
    return amber, truth


def rates(figures: Figures) -> str:
    """Return a line for each threshold; figures have shape [pairs, 2], ambers and truths."""
    found, passed = ((figures[:, 0, None] > THRESHOLDS), (figures[:, 1, None] <= THRESHOLDS))
    rows = [
        f"| {threshold} | {one:.0%} | {other:.0%} |"
        for threshold, one, other in zip(THRESHOLDS, found.mean(axis=0), passed.mean(axis=0), strict=True)
    ]
    return table("| threshold | ambers found | truths passed |", rows)


def main() -> None:
    """Measure, and write the table into the page."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    pairs = json.loads(path.read_text(encoding="utf-8"))
    with Pool(PROCESSES) as pool:
        figures = np.array(pool.map(partial(moved, folder=path.parent), pairs, chunksize=1))
    name, text = "casts" if path == PAIRS else "renderings, casts", rates(figures)
    print(f"{name}\n\n{text}\n")
    for kind, column in zip(("ambers", "truths"), figures.T, strict=True):
        print(f"{kind}: {column.min():.1f} to {column.max():.1f}, median {np.median(column):.1f}")
    write_tables(DOCS / "folders.md", {name: text})


if __name__ == "__main__":
    main()
