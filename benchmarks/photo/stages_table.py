"""Table of ``docs/benchmarks.md`` on where one photo's time goes, from the results of ``stages.py``."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import TITLES, table

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = dict[str, Any]


def stages(results: dict[str, Result]) -> str:
    """Return a line for each stage: milliseconds and floors, medians over the rounds; before and now."""
    titles = {
        name + when: title + words
        for name, title in TITLES.items()
        for when, words in ((BEFORE, " before"), ("", ""))
    }
    kinds = [name for name in titles if name in results]
    names = dict.fromkeys(
        stage for name in kinds for record in results[name]["records"] for stage in record["stages"]
    )
    rows = [
        f"| {stage} | " + " | ".join(_cells(results[kind], stage) for kind in kinds) + " |"
        for stage in (*sorted(names, key=lambda name: name == REST), *([_ALL] if kinds else []))
    ]
    head = "| stage | " + " | ".join(f"{titles[name]}, CPU | floors" for name in kinds) + " |"
    return table(head if kinds else "| stage |", rows)


_ALL, REST = "**in all**", "the rest"
BEFORE = "-before"
"""What is added to the name of a kind of photo for what an older colorfix took."""


def _cells(result: Result, stage: str) -> str:
    spent = [
        sum(record["stages"].values()) if stage == _ALL else record["stages"].get(stage, 0)
        for record in result["records"]
    ]
    floors = [time / record["floor"] for time, record in zip(spent, result["records"], strict=True)]
    return f"{median(spent):.1f} ms | {median(floors):.2f}"


TABLES: dict[str, Callable[[dict[str, Result]], str]] = {"stages of one photo": stages}
"""Name of each table on the page, and the function that makes it from the results by kind of photo."""
