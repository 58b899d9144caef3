"""The tables of ``docs/benchmarks.md``, from all that is kept in ``benchmarks/results``.

    python benchmarks/pages.py [--check]

With ``--check`` nothing is written, and the status is 1 where the page shows other tables than the results
give.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_stages_table
import folder_tables
import learning_table
import single_stages_table
import single_tables
from keeping import keep, kept
from tables import written

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
SUITES = {
    "single": single_tables.TABLES,
    "single_stages": single_stages_table.TABLES,
    "folder": folder_tables.TABLES,
    "folder_stages": folder_stages_table.TABLES,
    "learning": learning_table.TABLES,
}
"""Folder of results, to what makes its tables; a table's name on the page is its name here."""


def current() -> str:
    """Return the page with the tables that the results give."""
    page = PAGE.read_text(encoding="utf-8")
    results = {suite: kept(suite) for suite in SUITES}
    for suite, tables in SUITES.items():
        for name, table in tables.items():
            page = written(page, name, table(results[suite]))
    return written(page, "machine", machine(results))


def tell(suite: str, measured: Iterable[tuple[str, dict[str, Any]]], *, trial: bool) -> None:
    """Keep sections as they are measured, print their tables and write the page; of a trial, print alone.

    Args:
        suite: folder of the results.
        measured: sections, each measured when its turn comes.
        trial: whether nothing is to be kept.
    """
    found = {}
    for section, result in measured:
        found[section] = result
        if not trial:
            keep(suite, section, result)
    for name, table in SUITES[suite].items():
        print(f"{name}\n\n{table(found)}\n")
    if not trial:
        write()


def write() -> None:
    """Write the tables into the page."""
    PAGE.write_text(current(), encoding="utf-8")


def machine(results: dict[str, dict[str, Any]]) -> str:
    """Return what each section was measured with, a line where they agree, and how busy it was before."""
    said: dict[str, list[str]] = {}
    for suite, sections in results.items():
        for name, result in sections.items():
            call = f", {result['call']:.2f} µs a NumPy call" if "call" in result else ""
            told = f"{suite} {name} (load {result['load']:.1f}{call})"
            said.setdefault(_machine(result), []).append(told)
    return "\n".join(f"- {', '.join(names)}: {text}" for text, names in said.items())


def _machine(result: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    hardware = f"{result['processor']}, {result['cores']} cores, {result['memory']}, {result['system']}"
    when = f"{result['date']}: " if "date" in result else ""
    line = f"; `{result['line']}`" if "line" in result else ""
    return f"{when}{hardware}; {versions}{line}"


def main() -> int:
    """Write the page, or say whether it is as it should be."""
    if "--check" not in sys.argv:
        write()
        return 0
    if current() == PAGE.read_text(encoding="utf-8"):
        return 0
    print(f"{PAGE} shows other tables than the results give: run benchmarks/pages.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
