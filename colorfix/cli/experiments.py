"""What the command shows of an experiment: how far it is, and its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from types import TracebackType

    from colorfix.experiments import Result
    from colorfix.experiments import Table as Figures

WIDEST = 400
"""Columns of a line where no terminal says how many it has: nothing is folded."""


class Running:
    """A bar on stderr while an experiment runs.

    Args:
        shown: whether there is one at all.
    """

    def __init__(self, *, shown: bool) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True)
        self._task = self._progress.add_task("", total=1.0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, text: str, share: float) -> None:
        """Show what is running and the share that is done."""
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
