"""The paper's experiments: its tables and figures. Only the command line imports this package.

A module of an experiment has ``run``, which returns a :class:`Result`: :mod:`polynomials` (experiment 1),
:mod:`color_correction` (experiment 2) and :mod:`escape` (section 5).
"""

from __future__ import annotations

from colorfix.experiments.result import (
    Progress,
    Result,
    Table,
    as_json,
    as_markdown,
    markdown_table,
    prepare,
    write,
)

__all__ = ["Progress", "Result", "Table", "as_json", "as_markdown", "markdown_table", "prepare", "write"]
