"""Markdown tables, and the places in the documentation where they are written."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from benchmarks.common.results import Result

TITLES = {"0.3mp": "0.3 MP", "2mp": "2 MP", "12mp": "12 MP"}
"""Heading of each kind of photo."""


def table(head: str, rows: Iterable[str], texts: int = 1) -> str:
    """Return a Markdown table, columns after the first few to the right."""
    columns = head.count("|") - 1
    return "\n".join([head, "|" + " --- |" * texts + " --: |" * (columns - texts), *rows])


def goals(judged: Iterable[tuple[str, float, float]]) -> str:
    """Return in words which goals are missed.

    Args:
        judged: of each goal what it is of, the figure, and what it may be at the most.
    """
    missed = [f"{what} {figure:.3g} (at most {most:.3g})" for what, figure, most in judged if figure > most]
    return f"Goals missed: {'; '.join(missed)}." if missed else "Every goal in this table is met."


def replace_table(page: str, name: str, text: str) -> str:
    """Return the page with the text between a table's two markers replaced."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = page.split(start)
    return f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}"


def write_tables(page: Path, tables: Mapping[str, str]) -> None:
    """Replace tables of a page by name."""
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = replace_table(text, name, table)
    page.write_text(text, encoding="utf-8")


def difference(errors: list[float]) -> str:
    """Return the mean of differences to the truth, and the largest; a dash if nothing was compared."""
    return f"{fmean(errors):.1f} ({max(errors):.1f})" if errors else "–"


def missing(result: Result, head: str) -> list[str]:
    """Return a row for each program that is not installed."""
    blank = " |" * (head.count("|") - 3)
    return [
        f"| {record['way']} | {record['missing']} not installed |{blank}"
        for record in result["records"]
        if "missing" in record
    ]
