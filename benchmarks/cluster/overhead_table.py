"""Table of ``docs/scale.md`` on the cost of Ray, from the results of ``overhead.py``."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 4
WAYS = {"folder": (), "ray": ("--ray",), "bucket": ("--ray",)}
"""Options of each way."""


def rows_of(result: dict[str, Any]) -> str:
    """Return the table: start-up, and the processor time of a photo above it, in the folder run's too.

    The records keep wall times; on a machine that others use they say little.
    """
    rows = []
    ways = [way for way in WAYS if any(record["way"] == way for record in result["records"])]
    for way in ways:
        start = median(taken(result, way, "wall", FEW))
        each, plain = above(result, way, "cpu"), above(result, "folder", "cpu")
        rows.append(f"| {way} | {start:.1f} s | {1000 * median(each):.1f} ms | {ratio(each, plain)} |")
    return table("| way | start-up | CPU a photo | CPU, in the folder run's |", rows)


def taken(result: dict[str, Any], way: str, measure: str, count: int) -> list[float]:
    """Return what a way took for so many photos, by round."""
    return [r[measure] for r in result["records"] if r["way"] == way and r["photos"] == count]


def above(result: dict[str, Any], way: str, measure: str) -> list[float]:
    """Return what a photo took above start-up, by round."""
    most = max(record["photos"] for record in result["records"])
    pairs = zip(taken(result, way, measure, most), taken(result, way, measure, FEW), strict=True)
    return [(many - few) / (most - FEW) for many, few in pairs]


def ratio(over: list[float], under: list[float]) -> str:
    """Return the median of the paired ratios, with the lowest and the highest."""
    ratios = [one / other for one, other in zip(over, under, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def overhead(results: dict[str, dict[str, Any]]) -> str:
    """Return the table of the saved run."""
    return rows_of(results["2mp"])


TABLES: dict[str, Callable[[dict[str, dict[str, Any]]], str]] = {"overhead": overhead}
"""Name of the table on the page, and the function that makes it from the results by section."""
