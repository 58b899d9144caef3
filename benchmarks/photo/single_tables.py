"""Tables of ``docs/benchmarks.md`` about one photo: Markdown from the results of ``single.py``.

Ratios are to the floor of the same round; the median over the rounds is shown with the lowest and the
highest.
"""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from benchmarks.common.tables import TITLES, difference, goals, missing, table
from benchmarks.folder.throughput_tables import ratio
from benchmarks.photo.programs import APPLIED, CORRECTED, FLOOR, HELP, OTHERS, STARTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = dict[str, Any]
    Record = dict[str, Any]

GOALS = {"2mp": 6, "12mp": 2.5}
"""Processor time of a whole run, floors."""

BEFORE = {"2mp": "8.8", "12mp": "4.9"}
"""The same before start-up and memory of one photo were worked on, measured then."""

MOST_MEMORY, MEMORY_BEFORE = {"12mp": 150}, {"12mp": "162 MiB"}
"""MiB."""

START = 150
"""What colorfix --help may take, processor time, milliseconds."""

OURS = {
    CORRECTED.name: "**colorfix correct**",
    APPLIED.name: "**colorfix apply**",
    HELP.name: "**colorfix --help**",
}


def of(result: Result, program: str, measure: str, target: str | None = None) -> list[Any]:
    """Return what a way took, or left, in each round, or in those with one target."""
    return [
        record[measure]
        for record in result["records"]
        if record["way"] == program and measure in record and target in {None, record["target"]}
    ]


def floors(result: Result, program: str, measure: str) -> str:
    """Return what a way took in floors."""
    return ratio(of(result, program, measure), of(result, FLOOR.name, measure))


def one_photo(results: dict[str, Result]) -> str:
    """Return a line for each size: colorfix in floors, beside its goals and what it was."""
    rows, judged = [], []
    for name in (name for name in TITLES if name in results):
        result = results[name]
        floor = 1000 * median(of(result, FLOOR.name, "cpu"))
        memory = max(of(result, CORRECTED.name, "largest"))
        if name in GOALS:
            taken = map(_quotient, of(result, CORRECTED.name, "cpu"), of(result, FLOOR.name, "cpu"))
            judged.append((f"{TITLES[name]} in floors", median(taken), GOALS[name]))
        if name in MOST_MEMORY:
            judged.append((f"MiB at {TITLES[name]}", memory, MOST_MEMORY[name]))
        cells = [
            floors(result, CORRECTED.name, "cpu"),
            str(GOALS.get(name, "–")),
            BEFORE.get(name, "–"),
            floors(result, CORRECTED.name, "wall"),
            floors(result, APPLIED.name, "cpu"),
            f"{memory:.0f} MiB",
            f"{MOST_MEMORY[name]} MiB" if name in MOST_MEMORY else "–",
            MEMORY_BEFORE.get(name, "–"),
        ]
        rows.append(f"| {TITLES[name]} | {floor:.0f} ms | {' | '.join(cells)} |")
    head = (
        "| photo | floor, CPU | **colorfix correct**, CPU | goal | before | wall | **colorfix apply**, CPU "
        "| memory | goal | before |"
    )
    return f"{table(head, rows)}\n\n{goals(judged)}"


def starts(results: dict[str, Result]) -> str:
    """Return a line for each start alone."""
    result = results.get("2mp", {"records": []})
    rows, judged = [], []
    for program in (*STARTS, HELP):
        if spent := of(result, program.name, "cpu"):
            wall, memory = median(of(result, program.name, "wall")), max(of(result, program.name, "largest"))
            shares = floors(result, program.name, "cpu")
            cells = f"{1000 * median(spent):.0f} ms | {1000 * wall:.0f} ms | {shares}"
            goal = f"{START} ms" if program is HELP else "–"
            judged += [("milliseconds of --help", 1000 * median(spent), START)] if program is HELP else []
            rows.append(f"| {OURS.get(program.name, program.name)} | {cells} | {memory:.0f} MiB | {goal} |")
    head = "| start alone | CPU | wall | CPU, floors of 2 MP | memory | goal, CPU |"
    return f"{table(head, rows)}\n\n{goals(judged)}"


def beside(results: dict[str, Result], kind: str) -> str:
    """Return a line for each program that corrects a photo of a kind, the quickest first; and who wins."""
    if kind not in results:
        return table(_HEAD, [])
    result = results[kind]
    programs = [
        program.name for program in (FLOOR, APPLIED, CORRECTED, *OTHERS) if of(result, program.name, "cpu")
    ]
    programs.sort(
        key=lambda program: median(map(_quotient, of(result, program, "cpu"), of(result, FLOOR.name, "cpu")))
    )
    rows = [_beside(result, program) for program in programs]
    return f"{table(_HEAD, rows + missing(result, _HEAD))}\n\n{_verdict(result, programs)}"


_HEAD = "| way | CPU | wall | memory | size | ΔE, the same scene | ΔE, another scene |"


def _quotient(over: float, under: float) -> float:
    return over / under


def _beside(result: Result, program: str) -> str:
    size = median(map(_quotient, of(result, program, "bytes"), of(result, FLOOR.name, "bytes")))
    errors = [difference(errors_of(result, program, target)) for target in ("crop", "guide")]
    cells = f"{floors(result, program, 'cpu')} | {floors(result, program, 'wall')}"
    memory = f"{max(of(result, program, 'largest')):.0f} MiB"
    return f"| {OURS.get(program, program)} | {cells} | {memory} | {size:.2f} | {' | '.join(errors)} |"


def errors_of(result: Result, program: str, target: str) -> list[float]:
    """Return the difference to the truth that a program left in each round with a target."""
    return [error for errors in of(result, program, "errors", target) for error in errors]


def _verdict(result: Result, programs: list[str]) -> str:
    """Return which programs are quicker than colorfix, by paired ratios, and which nearer to the truth."""
    others = [program for program in programs if program in {other.name for other in OTHERS}]
    sentences = []
    for measure, words in (("cpu", "processor time"), ("wall", "wall time")):
        ours = of(result, CORRECTED.name, measure)
        quicker = [
            program for program in others if median(map(_quotient, of(result, program, measure), ours)) < 1
        ]
        sentences.append(f"Quicker than colorfix by {words}: {_and(quicker)}.")
    for target, words in (("crop", "the same scene"), ("guide", "another scene")):
        errors = {program: errors_of(result, program, target) for program in (CORRECTED.name, *others)}
        ours = errors.pop(CORRECTED.name)
        nearer = [program for program, theirs in errors.items() if fmean(theirs) < fmean(ours)]
        beaten = sum(
            min(theirs) < own for own, theirs in zip(ours, zip(*errors.values(), strict=True), strict=True)
        )
        sentences.append(
            f"Nearer to the truth with {words} as the target, on average: {_and(nearer)}; "
            f"at least one program is on {beaten} of {len(ours)} photos."
        )
    return " ".join(sentences)


def _and(names: list[str]) -> str:
    return "; ".join(names) or "none"


TABLES: dict[str, Callable[[dict[str, Result]], str]] = {
    "one photo": one_photo,
    "starts": starts,
    **{
        f"one photo of {TITLES[name]}": lambda results, name=name: beside(results, name)  # type: ignore[misc]
        for name in TITLES
    },
}
"""Name of each table on the page, and the function that makes it from the results by kind of photo."""
