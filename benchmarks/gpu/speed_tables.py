"""The GPU's tables of ``docs/benchmarks.md``: Markdown from the results of ``speed.py``."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

    Results = dict[str, Any]
    Records = list[dict[str, Any]]

UNMEASURED = "Not measured yet: no GPU could be had."

_TITLES = {"2mp": "2 MP", "12mp": "12 MP"}


def by(records: Records, **like: object) -> Records:
    """Return the records that have these values."""
    return [record for record in records if all(record[name] == value for name, value in like.items())]


def medians(records: Records, figure: str) -> dict[int, float]:
    """Return the medians of a way's figure over its turns, by photos, the smallest folder first."""
    counts = sorted({record["photos"] for record in records})
    return {count: median(record[figure] for record in by(records, photos=count)) for count in counts}


def rate(records: Records) -> float:
    """Photos a second once all is running: what a larger folder takes beyond a smaller one."""
    (few, short), *_, (many, long) = medians(records, "wall").items()
    return (many - few) / (long - short)


def folders(results: Results) -> str:
    """Return throughput by device and workers, beside the processor's."""
    rows = []
    for size in [name for name in _TITLES if name in results]:
        records = results[size]["records"]
        base = rate(by(records, device="cpu"))
        for device, workers in dict.fromkeys((r["device"], r["workers"]) for r in records):
            own = by(records, device=device, workers=workers)
            walls, seconds = medians(own, "wall"), medians(own, "cpu")
            many = max(walls)
            whole = f"{many / walls[many]:.0f} of {many}"
            pace = f"{rate(own):.0f} | {rate(own) / base:.2f}"
            back = max(sum(record["fallbacks"].values()) for record in by(own, photos=many))
            rows.append(
                f"| {_TITLES[size]} | {device} | {workers} | {pace} | {whole} "
                f"| {1000 * seconds[many] / many:.1f} ms | {back} |"
            )
    head = (
        "| photos | device | workers | photos a second | to the CPU's | with start-up | CPU a photo "
        "| fell back |"
    )
    return table(head, rows, texts=2)


def codecs(results: Results) -> str:
    """Return decoding and encoding alone."""
    records = results["codecs"]["records"]
    rows = []
    for size, ends_of, batch in dict.fromkeys((r["size"], r["back ends"], r["batch"]) for r in records):
        own = by(records, size=size, batch=batch, **{"back ends": ends_of})
        pace = median(record["photos"] / record["seconds"] for record in own)
        rows.append(f"| {_TITLES[size]} | {ends_of} | {batch} | {pace:.0f} |")
    return table("| photos | back ends | at a time | photos a second |", rows, texts=2)


def stages(results: Results) -> str:
    """Return the roofline: time, bytes and share of the peak by stage."""
    peak = results["stages"]["peak"]
    rows = []
    for size, found in results["stages"]["records"].items():
        for stage, taken in found.items():
            speed = taken["moved"] / taken["seconds"]
            megabytes = [f"{taken[name] / 1e6:.2f} MB" for name in ("moved", "least", "over the bus")]
            rows.append(
                f"| {_TITLES[size]} | {stage} | {1e3 * taken['seconds']:.2f} ms | {' | '.join(megabytes)} "
                f"| {speed / 1e9:.1f} GB/s | {speed / peak:.1%} |"
            )
    head = "| photos | stage | time | moved | least | over the bus | achieved | of the peak |"
    return table(head, rows, texts=2) + f"\n\nThe peak, by copying: {peak / 1e9:.0f} GB/s."


def learning(results: Results) -> str:
    """Return what a step of learning takes a problem."""
    records = results["learning"]["records"]
    rows = []
    for problems, where in dict.fromkeys((r["problems"], r["on"]) for r in records):
        own = by(records, problems=problems, on=where)
        step = median(record["seconds"] / record["steps"] for record in own)
        rows.append(f"| {problems:,} | {where} | {1e3 * step:.2f} ms | {1e6 * step / problems:.2f} µs |")
    return table("| problems | on | a step | a step and problem |", rows, texts=2)


def _if_measured(table_of: Callable[[Results], str], sections: set[str]) -> Callable[[Results], str]:
    return lambda results: table_of(results) if sections & results.keys() else UNMEASURED


TABLES: dict[str, Callable[[Results], str]] = {
    "gpu folders": _if_measured(folders, {"2mp", "12mp"}),
    "gpu codecs": _if_measured(codecs, {"codecs"}),
    "gpu stages": _if_measured(stages, {"stages"}),
    "gpu learning": _if_measured(learning, {"learning"}),
}
"""Name of each table on the page, and the function that makes it from the results by section."""
