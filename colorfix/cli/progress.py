"""A bar on the terminal for a run of several photos.

It has no thread of its own: it is drawn anew when it is told something, ten times a second at the most. So
workers can be forked while it is shown, and thousands of photos a second cost nothing to tell.

Lines in the colours of a terminal.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from colorfix.cli.table import SWATCH
from colorfix.core.text import duration, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from colorfix.cli.counts import Counts
    from colorfix.cli.table import Line

_REST = 0.1  # seconds


class Bar:
    """How many photos are done, how fast, how long it takes yet, and how many failed.

    Args:
        tally: of the run; read whenever the bar is drawn.
    """

    def __init__(self, tally: Counts) -> None:
        self._tally = tally
        self._lines: list[str] = []
        self._drawn = 0.0
        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}", markup=False),
            TextColumn("{task.fields[failed]}", markup=False, style="red"),
            console=Console(stderr=True, highlight=False),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=tally.photos, pace="", failed="")

    @staticmethod
    def possible() -> bool:
        """Whether stderr is a terminal on which lines can be drawn over."""
        return sys.stderr is not None and sys.stderr.isatty() and Console(stderr=True).is_interactive

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw()
        self._progress.stop()

    def say(self, line: str) -> None:
        """Put a printable line above the bar when it is drawn next."""
        self._lines.append(line)

    def show(self) -> None:
        """Draw the bar, unless it was just drawn."""
        if perf_counter() - self._drawn >= _REST:
            self._draw()

    def _draw(self) -> None:
        tally = self._tally
        failed = f"{tally.failed} failed" if tally.failed else ""
        self._progress.update(self._task, completed=tally.past, pace=_pace(tally), failed=failed)
        if self._lines:  # printing draws the bar again, below them
            self._progress.console.print(Text("\n".join(self._lines)), soft_wrap=True)
            self._lines.clear()
        else:
            self._progress.refresh()
        self._drawn = perf_counter()


def _pace(tally: Counts) -> str:
    """Photos a second, and the time that the rest will take at this pace."""
    if tally.rate <= 0 or tally.photos is None:
        return ""
    return f"{tally.rate:.3g} photos/s, {duration((tally.photos - tally.past) / tally.rate)} left"


def paint(lines: Sequence[Line]) -> None:
    """Print lines on stderr."""
    console = Console(stderr=True, highlight=False)
    for line in lines:
        text = Text(printable(line.text), style="dim" if line.dim else "")
        if line.swatch is not None:
            red, green, blue = (round(255 * min(1.0, max(0.0, mean))) for mean in line.swatch)
            text.stylize(f"on #{red:02x}{green:02x}{blue:02x}", 0, SWATCH)
        console.print(text, soft_wrap=True)
