"""Tables of ``docs/benchmarks.md``: Markdown from the results of ``throughput.py``.

Ratios are taken within a round, between a program and the floor with as many workers, and the median over the
rounds is shown with the lowest and the highest. The floor is the better of the two loops, for processor time
and for wall time each: the one whose median is lower.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.common.programs import COLORFIX
from benchmarks.common.synthetic_photos import KINDS
from benchmarks.common.tables import difference, goals, missing, table
from benchmarks.folder.programs import APPLIED, DURABLE, FLOORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.common.synthetic_photos import Kind

    Result = dict[str, Any]

GOALS = {"2mp": 1.2, "12mp": 1.2, "0.3mp": 1.4, "png": 1.05}
"""Processor and wall time of a whole run, in floors."""

_TITLES = {"2mp": "JPEG, 2 MP", "12mp": "JPEG, 12 MP", "0.3mp": "JPEG, 0.3 MP", "png": "PNG, 2 MP"}
_SPEED_UP = 1.7
_OWN_MEMORY, _PHOTOS_HELD = 300, 32  # MiB; decoded


def seconds(result: Result, program: str, measure: str, workers: int) -> list[float]:
    """Return what a way took in each round."""
    return [
        record[measure]
        for record in result["records"]
        if "missing" not in record
        and record["way"] == program
        and record["workers"] == workers
        and record["peak"] is None
    ]


def floor(result: Result, measure: str, workers: int) -> list[float]:
    """Return what the better floor took in each round."""
    return min((seconds(result, program.name, measure, workers) for program in FLOORS), key=median)


def peak(result: Result, program: str, workers: int) -> float:
    """Return a program's highest memory, MiB."""
    return max(
        record["peak"]
        for record in result["records"]
        if "missing" not in record
        and record["way"] == program
        and record["workers"] == workers
        and record["peak"] is not None
    )


def ratio(over: list[float], under: list[float]) -> str:
    """Return the median of the paired ratios, with the lowest and the highest."""
    ratios = [one / other for one, other in zip(over, under, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def count(result: Result) -> int:
    """Return how many photos there were."""
    return int(result["records"][0]["photos"])


def speed(results: dict[str, Result]) -> str:
    """Return a line for each kind of photo and number of workers, in floors."""
    measured = [
        (kind, results[name], workers)
        for name, kind in KINDS.items()
        if name in results
        for workers in sorted({record["workers"] for record in results[name]["records"]})
    ]
    judged = [
        (
            f"{_TITLES[kind.name]}, {workers} workers, {measure}",
            _taken(result, measure, workers),
            GOALS[kind.name],
        )
        for kind, result, workers in measured
        for measure in ("cpu", "wall")
    ]
    head = (
        "| photos | workers | floor, CPU a photo | **colorfix**, CPU | wall | goal | floor with fsync, CPU "
        "| wall | photos a second |"
    )
    return f"{table(head, [_speed(*each) for each in measured])}\n\n{goals(judged)}"


def _taken(result: Result, measure: str, workers: int) -> float:
    """Return what colorfix took in floors."""
    ours = seconds(result, COLORFIX, measure, workers)
    return median(one / other for one, other in zip(ours, floor(result, measure, workers), strict=True))


def _speed(kind: Kind, result: Result, workers: int) -> str:
    floors = {measure: floor(result, measure, workers) for measure in ("cpu", "wall")}
    ours, durable = (
        [ratio(seconds(result, program, measure, workers), floors[measure]) for measure in ("cpu", "wall")]
        for program in (COLORFIX, DURABLE.name)
    )
    photos = count(result)
    rate = photos / median(seconds(result, COLORFIX, "wall", workers))
    return (
        f"| {photos:,} {_TITLES[kind.name]} | {workers} | {1000 * median(floors['cpu']) / photos:.1f} ms "
        f"| {' | '.join(ours)} | {GOALS[kind.name]} | {' | '.join(durable)} | {rate:.1f} |"
    )


def applied(results: dict[str, Result]) -> str:
    """Return a line for each number of workers: kept gains, in floors."""
    rows = []
    result = results.get("apply", {"records": []})
    for workers in sorted({record["workers"] for record in result["records"]}):
        floors = {measure: floor(result, measure, workers) for measure in ("cpu", "wall")}
        cells = [
            ratio(seconds(result, program, measure, workers), floors[measure])
            for program in (APPLIED.name, DURABLE.name, COLORFIX)
            for measure in ("cpu", "wall")
        ]
        photos = count(result)
        rate = photos / median(seconds(result, APPLIED.name, "wall", workers))
        memory = f"{peak(result, APPLIED.name, workers):.0f} MiB"
        cpu = f"{1000 * median(floors['cpu']) / photos:.1f} ms"
        rows.append(f"| {workers} | {cpu} | {' | '.join(cells)} | {rate:.1f} | {memory} |")
    head = (
        "| workers | floor, CPU a photo | **colorfix apply**, CPU | wall | floor with fsync, CPU | wall "
        "| colorfix correct, CPU | wall | photos a second | peak |"
    )
    return table(head, rows)


def cores(results: dict[str, Result]) -> str:
    """Return a line for each kind of photo: what a second worker brings, and memory."""
    rows, judged = [], []
    for name, kind in KINDS.items():
        if name in results:
            result = results[name]
            alone, both = (seconds(result, COLORFIX, "wall", workers) for workers in (1, 2))
            faster = ratio(alone, both)
            share = 1 / median(one / two for one, two in zip(alone, both, strict=True))
            floors = ratio(floor(result, "wall", 1), floor(result, "wall", 2))
            peaks = " | ".join(f"{peak(result, COLORFIX, workers):.0f} MiB" for workers in (1, 2))
            most = _OWN_MEMORY + _PHOTOS_HELD * kind.decoded
            judged += [
                (f"MiB of {_TITLES[name]}, {w} workers", peak(result, COLORFIX, w), most) for w in (1, 2)
            ]
            judged.append((f"wall time of 2 workers in that of 1, {_TITLES[name]}", share, 1 / _SPEED_UP))
            title = f"{count(result):,} {_TITLES[name]}"
            rows.append(f"| {title} | {floors} | {faster} | {_SPEED_UP} | {peaks} | {most:.0f} MiB |")
    head = (
        "| photos | floor, 2 workers | **colorfix**, 2 workers | goal | peak, 1 worker | 2 workers | limit |"
    )
    return f"{table(head, rows)}\n\n{goals(judged)}"


def peers(results: dict[str, Result]) -> str:
    """Return a line for each program over the same photos, in floors, the quickest first."""
    if "peers" not in results:
        return table(_PEERS, [])
    result = results["peers"]
    programs = dict.fromkeys(record["way"] for record in result["records"] if "missing" not in record)
    lines = sorted(_peer(result, program) for program in programs)
    return table(_PEERS, [line for _, line in lines] + missing(result, _PEERS))


def _peer(result: Result, program: str) -> tuple[float, str]:
    """Return the median of processor time, floors, and the line."""
    workers = next(record["workers"] for record in result["records"] if record["way"] == program)
    ratios = [
        ratio(seconds(result, program, measure, workers), floor(result, measure, workers))
        for measure in ("cpu", "wall")
    ]
    rate = count(result) / median(seconds(result, program, "wall", workers))
    name = f"**{program}**" if program.startswith(COLORFIX) else program
    size = _size(result, program) / _size(result, FLOORS[0].name)
    errors: list[float] = next(
        (record["errors"] for record in result["records"] if record["way"] == program and "errors" in record),
        [],
    )
    peaks = f"{peak(result, program, workers):.0f} MiB"
    cells = f"{' | '.join(ratios)} | {rate:.1f} | {peaks} | {size:.2f} | {difference(errors)}"
    return float(ratios[0].split()[0]), f"| {name} | {cells} |"


_PEERS = "| way | CPU | wall | photos a second | peak | size | ΔE |"


def _size(result: Result, program: str) -> int:
    """Bytes of all photos that a program wrote."""
    return next(int(record["bytes"]) for record in result["records"] if record["way"] == program)


def flatness(results: dict[str, Result]) -> str:
    """Return a line for each number of photos: peak memory."""
    records = results["flatness"]["records"] if "flatness" in results else []
    rows = [f"| {record['photos']:,} | {record['peak']:.0f} MiB |" for record in records]
    return table("| photos of 0.3 MP | peak |", rows, texts=0)


TABLES: dict[str, Callable[[dict[str, Result]], str]] = {
    "speed": speed,
    "apply": applied,
    "cores and memory": cores,
    "peers": peers,
    "flatness": flatness,
}
"""Name of each table on the page, and the function that makes it from the results by section."""
