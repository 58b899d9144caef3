"""Tables of ``docs/benchmarks.md`` and ``docs/hill-adam.md``, written from ``benchmarks/results``.

    python -m benchmarks.pages [--check]

``--check`` writes nothing; the exit status is 1 if a page differs from the saved results.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.cluster import overhead_table
from benchmarks.common.paths import DOCS
from benchmarks.common.results import load
from benchmarks.common.tables import replace_table
from benchmarks.folder import stages_table as folder_stages_table
from benchmarks.folder import throughput_tables
from benchmarks.gpu import speed_tables
from benchmarks.learning import cost_table, exploration_tables
from benchmarks.photo import single_tables
from benchmarks.photo import stages_table as photo_stages_table

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.common.results import Result, Tables

SUITES: dict[str, Tables] = {
    "single": single_tables.TABLES,
    "single_stages": photo_stages_table.TABLES,
    "folder": throughput_tables.TABLES,
    "folder_stages": folder_stages_table.TABLES,
    "learning": cost_table.TABLES,
}

PAGES: dict[str, dict[str, Tables]] = {
    "benchmarks.md": SUITES | {"gpu": speed_tables.TABLES},
    "hill-adam.md": {"exploration": exploration_tables.TABLES},
    "scale.md": {"cluster": overhead_table.TABLES},
}
"""Page to suite to table name to the function that makes the table; names are those of the page's markers."""


def pages() -> dict[Path, str]:
    """Return the text of every page with the tables that the saved results give."""
    found = {}
    for page, suites in PAGES.items():
        path = DOCS / page
        text = path.read_text(encoding="utf-8")
        for suite, tables in suites.items():
            results = load(suite)
            for name, table in tables.items():
                text = replace_table(text, name, table(results))
        found[path] = text
    benchmarks = DOCS / "benchmarks.md"
    return found | {benchmarks: replace_table(found[benchmarks], "machine", machines())}


def machines() -> str:
    """Return the machine of each section, one line where they agree, and its load before."""
    sections: dict[str, list[str]] = {}
    for suite in SUITES:
        for name, result in load(suite).items():
            call = f", {result['call']:.2f} µs a NumPy call" if "call" in result else ""
            section = f"{suite} {name} (load {result['load']:.1f}{call})"
            sections.setdefault(_machine(result), []).append(section)
    return "\n".join(f"- {', '.join(names)}: {text}" for text, names in sections.items())


def _machine(result: Result) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    hardware = f"{result['processor']}, {result['cores']} cores, {result['memory']}, {result['system']}"
    when = f"{result['date']}: " if "date" in result else ""
    line = f"; `{result['line']}`" if "line" in result else ""
    return f"{when}{hardware}; {versions}{line}"


def write() -> None:
    """Write the tables into their pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Write the pages, or check them."""
    if "--check" not in sys.argv:
        write()
        return 0
    stale = [path for path, text in pages().items() if text != path.read_text(encoding="utf-8")]
    for path in stale:
        print(f"{path} differs from the saved results: run python -m benchmarks.pages", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
