"""The paper's experiments: its tables and figures, a file each, and how a result is written.

An experiment is a function that returns a :class:`Result`; nobody but the command imports this room.

- :mod:`colorfix.experiments.result` says what a result is;
- :mod:`colorfix.experiments.result` makes it Markdown and JSON;
- :mod:`colorfix.experiments.result` puts it into a folder, figures too.
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
