"""Tables of ``compare`` and ``reproduce``: on a terminal, as tab-separated values, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from colorfix.cli.output import info

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import TextIO

    from colorfix.certificate import Certificate
    from colorfix.experiments import Result
    from colorfix.experiments import Table as Figures

Row = dict[str, Any]
"""The figures of one method by their names in JSON; None where a figure does not apply."""


class _Column(NamedTuple):
    heading: str
    form: str
    rank: int
    """Those with the highest are left out first, where the terminal is too narrow for all."""


_COLUMNS = {
    "way": _Column("way", "{}", 0),
    "best_loss": _Column("best loss", "{:.6g}", 1),
    "gap": _Column("gap", "{:.2g}", 2),
    "final_loss": _Column("at the end", "{:.4g}", 7),
    "steps": _Column("steps", "{}", 9),
    "turns": _Column("turns", "{}", 8),
    "seconds": _Column("seconds", "{:.3f}", 5),
    "delta_e": _Column("ΔE", "{:.1f}", 4),
    "delta_e_to_truth": _Column("ΔE to truth", "{:.2f}", 3),
    "blue_excess": _Column("blue", "{:.1f}", 6),
    "given": _Column("given", "{}", 10),
}

_LEAST = 2
"""Columns that stay however narrow the terminal is."""


def print_json(rows: Sequence[Row], certificate: Certificate, data: TextIO) -> None:
    """Print the comparison as one line of JSON."""
    proof = {"certified": certificate.certified, "kind": certificate.kind, "loss": certificate.loss}
    document = {"format": "colorfix/comparison/1", "certificate": proof, "ways": rows}
    print(json.dumps(document, allow_nan=False), file=data)


def print_rows(rows: Sequence[Row], certificate: Certificate, data: TextIO, *, quiet: bool) -> None:
    """Print a table on a terminal; elsewhere tab-separated values in full, and what they mean on stderr."""
    proven = certificate.certified and certificate.kind == "proof"
    proof = "proven" if proven else "not proven: the best found"
    meaning = f"gap: to {certificate.loss:.6g}, the lowest loss of all gains ({proof})"
    if data.isatty():
        _print_table(rows, certificate.tolerance, f"* lowest loss; {meaning}", Console(file=data))
        return
    keys = [key for key in _COLUMNS if key in rows[0]]
    for cells in (keys, *(["" if row[key] is None else str(row[key]) for key in keys] for row in rows)):
        print(*cells, sep="\t", file=data)
    if not quiet:
        info(meaning)


def _print_table(rows: Sequence[Row], tolerance: float, meaning: str, console: Console) -> None:
    """Print the columns that fit, and name the others."""
    keys = _fitting(rows, tolerance, console)
    table = _table(rows, keys, tolerance)
    Console(file=console.file, width=_wide(table, console)).print(table)
    console.print(meaning, highlight=False)
    left_out = ", ".join(_COLUMNS[key].heading for key in _COLUMNS if key in rows[0] and key not in keys)
    if left_out:
        note = f"not in {console.width} columns: {left_out}; --json has them"
        console.print(note, style="dim", highlight=False)


def _fitting(rows: Sequence[Row], tolerance: float, console: Console) -> list[str]:
    """Return the columns of the lowest ranks that fit the terminal without a folded word."""
    keys = [key for key in _COLUMNS if key in rows[0]]
    for least in sorted(keys, key=lambda key: -_COLUMNS[key].rank)[:-_LEAST]:
        if _wide(_table(rows, keys, tolerance), console) <= console.width:
            break
        keys.remove(least)
    return keys


def _wide(table: Table, console: Console) -> int:
    """Return the width of the table with nothing folded, in letters."""
    return console.measure(table, options=console.options.update(width=1000)).maximum


def _table(rows: Sequence[Row], keys: Sequence[str], tolerance: float) -> Table:
    """Return the table of the rows; a star marks the lowest losses."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for key in keys:
        left = key in {"way", "given"}
        table.add_column(_COLUMNS[key].heading, justify="left" if left else "right", no_wrap=True)
    lowest = min(row["gap"] for row in rows if row["gap"] is not None)
    for row in rows:
        won = row["gap"] is not None and row["gap"] <= lowest + tolerance
        named = row | {"way": f"{row['way']} *"} if won else row
        table.add_row(*("–" if named[key] is None else _COLUMNS[key].form.format(named[key]) for key in keys))
    return table


WIDEST = 400
"""Width of a table where stdout is no terminal, in letters: nothing is folded."""


class ProgressBar:
    """A bar on stderr while an experiment runs.

    Args:
        visible: whether it is drawn at all.
    """

    def __init__(self, *, visible: bool) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not visible, transient=True)
        self._task = self._progress.add_task("", total=1.0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, text: str, share: float) -> None:
        """Draw the running part and the share that is done."""
        self._progress.update(self._task, description=text, completed=share)


def print_tables(result: Result) -> None:
    """Print the tables on stdout; as wide as they are where that is no terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDEST)
    for figures in result.tables:
        console.print(_experiment_table(figures))


def _experiment_table(figures: Figures) -> Table:
    table = Table(title=figures.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(figures.columns):
        table.add_column(heading, justify="right" if place else "left", overflow="fold")
    for row in figures.rows:
        table.add_row(*row)
    return table
