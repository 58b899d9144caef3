"""The GPU's tables of ``docs/benchmarks.md``: Markdown from what ``gpu.py`` kept."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

    Results = dict[str, Any]

UNMEASURED = "Not measured yet: no GPU could be had."

_TITLES = {"2mp": "2 MP", "12mp": "12 MP"}


def rate(records: list[dict[str, Any]]) -> float:
    """Photos a second once all is running: what a larger folder takes beyond a smaller one, start-up apart."""
    few, many = (by(records, min), by(records, max))
    return (many["photos"] - few["photos"]) / (many["wall"] - few["wall"])


def by(records: list[dict[str, Any]], which: Callable[[Any], int]) -> dict[str, Any]:
    """The run over the smaller or the larger folder."""
    count = which({record["photos"] for record in records})
    return next(record for record in records if record["photos"] == count)


def folders(results: Results) -> str:
    """Return throughput by device and workers, beside the processor's and beside the codecs alone."""
    rows = []
    for size in [name for name in _TITLES if name in results]:
        found = results[size]["records"]
        ways = list(dict.fromkeys((record["device"], record["workers"]) for record in found))
        rates = {way: rate([r for r in found if (r["device"], r["workers"]) == way]) for way in ways}
        base = next(value for (device, _), value in rates.items() if device == "cpu")
        for (device, workers), value in rates.items():
            many = by([r for r in found if (r["device"], r["workers"]) == (device, workers)], max)
            rows.append(
                f"| {_TITLES[size]} | {device} | {workers} | {value:.0f} | {value / base:.2f} "
                f"| {many['photos'] / many['wall']:.0f} of {many['photos']} | {1000 * many['cpu'] / many['photos']:.1f} ms |"
            )
    head = "| photos | device | workers | photos a second | to the processor's | start-up included | CPU a photo |"
    return table(head, rows, texts=2)


def codecs(results: Results) -> str:
    """Return decoding and encoding alone."""
    rows = []
    for record in results["codecs"]["records"]:
        if record["round"] == 1:
            like = [
                r["photos"] / r["seconds"]
                for r in results["codecs"]["records"]
                if all(r[key] == record[key] for key in ("size", "back ends", "batch"))
            ]
            rows.append(
                f"| {_TITLES.get(record['size'], record['size'])} | {record['back ends']} | {record['batch']} | {median(like):.0f} |"
            )
    return table("| photos | back ends | at a time | photos a second |", rows, texts=2)


def stages(results: Results) -> str:
    """Return the roofline: time, bytes and share of the peak by stage."""
    rows = []
    for size, found in results["stages"]["records"].items():
        for stage, taken in found.items():
            speed = taken["moved"] / taken["seconds"]
            rows.append(
                f"| {_TITLES.get(size, size)} | {stage} | {1e3 * taken['seconds']:.2f} ms | {taken['moved'] / 1e6:.0f} MB "
                f"| {taken['least'] / 1e6:.0f} MB | {speed / 1e9:.0f} GB/s | {speed / results['stages']['peak']:.1%} "
                f"| {taken['over the bus'] / 1e6:.2f} MB |"
            )
    head = "| photos | stage | time | moved | least | achieved | of the peak | over the bus |"
    peak = f"\n\nThe peak, by copying: {results['stages']['peak'] / 1e9:.0f} GB/s."
    return table(head, rows, texts=2) + peak


def learning(results: Results) -> str:
    """Return what learning takes a problem."""
    found: dict[tuple[int, str], list[float]] = {}
    for record in results["learning"]["records"]:
        each = 1e3 * record["seconds"] / record["problems"]
        found.setdefault((record["problems"], record["on"]), []).append(each)
    rows = [
        f"| {problems:,} | {where} | {median(each):.4f} ms | {median(each) * problems / 1e3:.2f} s |"
        for (problems, where), each in found.items()
    ]
    return table("| problems | on | a problem | in all |", rows, texts=2)


TABLES: dict[str, tuple[Callable[[Results], str], tuple[str, ...]]] = {
    "gpu folders": (folders, ("2mp", "12mp")),
    "gpu codecs": (codecs, ("codecs",)),
    "gpu stages": (stages, ("stages",)),
    "gpu learning": (learning, ("learning",)),
}
"""By the name of the markers: what writes the table, and the sections of which it needs any."""


def tables(results: Results) -> dict[str, str]:
    """Return every table; of what was not measured, a sentence that says so."""
    return {
        name: write(results) if any(section in results for section in needed) else UNMEASURED
        for name, (write, needed) in TABLES.items()
    }
