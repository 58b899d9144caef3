"""Saved results: JSON files in ``benchmarks/results``, a folder a suite, a file a section."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.common.paths import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Result = dict[str, Any]
    Tables = Mapping[str, Callable[[dict[str, Result]], str]]


def save(suite: str, section: str, result: Result | list[Result]) -> None:
    """Save a result, or records alone, in place of an earlier one of the same name: one record a line."""
    folder = RESULTS / suite
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{section}.json").write_text(_text(result) + "\n", encoding="utf-8")


def _text(result: Result | list[Result]) -> str:
    if isinstance(result, list):
        return _lines(result)
    entries = (f"{json.dumps(name)}: {_lines(value)}" for name, value in result.items())
    return "{\n" + ",\n".join(entries) + "\n}"


def _lines(value: object) -> str:
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(json.dumps(record) for record in value) + "\n]"


def load(suite: str) -> dict[str, Result]:
    """Return the saved results of a suite by section, sorted by name."""
    paths = sorted((RESULTS / suite).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def collect(suite: str, sections: Iterable[tuple[str, Result]], tables: Tables, *, trial: bool) -> None:
    """Save each section as soon as it is measured, then print the tables.

    Args:
        suite: folder of the results.
        sections: name and result; an iterator that measures one section a step.
        tables: name of each table, and the function that makes it from the results by section.
        trial: save nothing.
    """
    found = {}
    for section, result in sections:
        found[section] = result
        if not trial:
            save(suite, section, result)
    for name, table in tables.items():
        print(f"{name}\n\n{table(found)}\n")
