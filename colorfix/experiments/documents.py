"""A result as Markdown, for people, and as JSON, for programs."""

from __future__ import annotations

import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.report import versions

if TYPE_CHECKING:
    from colorfix.experiments.result import Result, Table

DIGITS = 10
"""Significant digits of a number in JSON: beyond them another machine's rounding differs."""


def as_markdown(result: Result) -> str:
    """Return a page: title, settings, tables, figures.

    >>> from colorfix.experiments.result import Result, Table
    >>> table = Table("Minima", ("", "Adam"), (("x² + 4", "4.0000"),))
    >>> print(as_markdown(Result("squares", "Squares", {"seeds": [1]}, (table,), [])))
    # Squares
    <BLANKLINE>
    seeds [1]; 0 s.
    <BLANKLINE>
    ## Minima
    <BLANKLINE>
    |  | Adam |
    | --- | --: |
    | x² + 4 | 4.0000 |
    <BLANKLINE>
    """
    settings = "; ".join(f"{name} {value}" for name, value in result.settings.items())
    parts = [f"# {result.title}", f"{settings}; {result.seconds:.0f} s."]
    parts += [f"## {table.title}\n\n{markdown_table(table)}" for table in result.tables]
    parts += [f"![{name}]({result.name}-{name})" for name in result.drawings]
    return "\n\n".join(parts) + "\n"


def markdown_table(table: Table) -> str:
    """Return a table in Markdown, its first column to the left and all others to the right."""
    ruler = ("---", *("--:" for _ in table.columns[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (table.columns, ruler, *table.rows))


def as_json(result: Result) -> str:
    """Return every seed's figure with settings and versions, one record a line; what is no number is null.

    >>> from colorfix.experiments.result import Result
    >>> text = as_json(Result("squares", "Squares", {}, (), [{"best": np.array([4.0, np.nan])}]))
    >>> json.loads(text)["records"]
    [{'best': [4.0, None]}]
    """
    head = {
        "experiment": result.name,
        "title": result.title,
        "settings": _plain(result.settings),
        "versions": versions() | {"torch": version("torch")},  # learned in other processes, if not in this
        "seconds": _plain(result.seconds),
    }
    fields = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    records = ",\n".join(json.dumps(_plain(r), allow_nan=False, ensure_ascii=False) for r in result.records)
    return "{\n" + ",\n".join(fields) + f',\n"records": [\n{records}\n]\n}}\n'


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold, and NumPy's kinds of it
    """Arrays as lists, numbers as JSON has them."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple, range)):
        return [_plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
