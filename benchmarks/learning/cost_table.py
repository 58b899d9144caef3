"""Tables of what learning costs, for ``docs/benchmarks.md``."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

STAGES = ("scene", "starts", "steps", "polish", "rest")


def text_of(now: dict[str, Any]) -> str:
    """Return the tables: milliseconds a photo by stage, and of 1 000 steps."""
    rows = []
    for count, rounds in now["stages"].items():
        middle = {stage: median(one[stage] for one in rounds) for stage in (*STAGES, "all")}
        figures = " | ".join(f"{middle[stage]:.2f}" for stage in STAGES)
        rows.append(
            f"| {int(count):,} | {figures} | **{middle['all']:.2f}** | {now['all steps'][count]:.2f} |"
        )
    head = f"| photos | {' | '.join(STAGES)} | in all | 1 000 steps, no patience |"
    ones = [f"| {name} | {median(times):.0f} ms |" for name, times in now["one photo"].items()]
    return f"{table(head, rows, 0)}\n\n{table('| one photo, 1 000 steps | CPU |', ones)}\n\n{_said(now)}"


def _said(now: dict[str, Any]) -> str:
    many = now["at once"]
    if not many:
        return "Many problems at once were not measured."
    said = f"{many['problems']:,} problems at once, {many['steps']} steps: {many['seconds']:.1f} s"
    if "peak" in many:
        return f"{said} on CUDA, {many['peak'] / 2**30:.1f} GiB."
    return f"{said} with torch on the CPU; no CUDA device."


def _both(results: dict[str, Any]) -> str:
    """Return the tables of the last measurement, and those of the same code on a newer processor."""
    newer = text_of(results["newer-processor"])
    return f"{text_of(results['now'])}\n\nThe same on a newer processor:\n\n{newer}"


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {"learning": _both}
"""Name of the table on the page, and the function that makes it from the results."""
