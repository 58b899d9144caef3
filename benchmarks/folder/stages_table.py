"""Table of ``docs/benchmarks.md`` on where a folder's time goes, from the results of ``stages.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import TITLES, table

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = dict[str, Any]

STEPS = ("read and decode", "measure", "learn", "change, encode, report")


def stages(results: dict[str, Result]) -> str:
    """Return a line for each kind of photo: the floor, and each step in floors."""
    rows = []
    for name, title in TITLES.items():
        if name in results:
            photos, spent = (results[name][key] for key in ("photos", "spent"))
            cells = [spent[step] / spent["floor"] for step in STEPS]
            shares = " | ".join(f"{cell:.2f}" for cell in (*cells, sum(cells)))
            rows.append(f"| {title} | {1000 * spent['floor'] / photos:.1f} ms | {shares} |")
    return table(f"| photos | floor | {' | '.join(STEPS)} | in all |", rows)


TABLES: dict[str, Callable[[dict[str, Result]], str]] = {"stages of a folder": stages}
"""Name of each table on the page, and the function that makes it from the results by kind of photo."""
