"""A progress bar on the terminal for a run of several photos, and lines in color.

The bar has no thread of its own: it is drawn when an outcome is reported, ten times a second at the most. So
workers can be forked while it is shown, and thousands of photos a second cost nothing to report.
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

_INTERVAL = 0.1  # seconds between two drawings at least


class Bar:
    """Bar of the photos that are done, their pace, the time left, and how many failed.

    Args:
        counts: of the run; read whenever the bar is drawn.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
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
        self._task = self._progress.add_task("", total=counts.photos, pace="", failed="")

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

    def add_line(self, line: str) -> None:
        """Print a line above the bar when it is drawn next."""
        self._lines.append(line)

    def update(self) -> None:
        """Draw the bar, unless it was just drawn."""
        if perf_counter() - self._drawn >= _INTERVAL:
            self._draw()

    def _draw(self) -> None:
        counts = self._counts
        failed = f"{counts.failed} failed" if counts.failed else ""
        self._progress.update(self._task, completed=counts.done, pace=_pace(counts), failed=failed)
        if self._lines:  # printing draws the bar again, below them
            self._progress.console.print(Text("\n".join(self._lines)), soft_wrap=True)
            self._lines.clear()
        else:
            self._progress.refresh()
        self._drawn = perf_counter()


def _pace(counts: Counts) -> str:
    """Return photos per second, and the time that the rest takes at this pace."""
    if counts.rate <= 0 or counts.photos is None:
        return ""
    return f"{counts.rate:.3g} photos/s, {duration((counts.photos - counts.done) / counts.rate)} left"


def print_styled(lines: Sequence[Line]) -> None:
    """Print lines on stderr, with their styles."""
    console = Console(stderr=True, highlight=False)
    for line in lines:
        text = Text(printable(line.text), style="dim" if line.dim else "")
        if line.swatch is not None:
            red, green, blue = (round(255 * min(1.0, max(0.0, mean))) for mean in line.swatch)
            text.stylize(f"on #{red:02x}{green:02x}{blue:02x}", 0, SWATCH)
        console.print(text, soft_wrap=True)
