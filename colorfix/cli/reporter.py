"""What the command shows of outcomes: a table for one photo; for several a bar or lines, and a summary.

An outcome as one line: for people, and of JSON for programs.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import typer

from colorfix.batch import Checked, Corrected, Failed, FailedPhotos, Skipped
from colorfix.cli.counts import Counts
from colorfix.cli.output import info, print_error, use_color
from colorfix.cli.table import lines_of
from colorfix.core.errors import ColorfixError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import TextIO

    from colorfix.batch import Outcome
    from colorfix.cli.progress import Bar


def line_of(done: Corrected | Skipped | Checked) -> str:
    """Say what became of a photo."""
    if isinstance(done, Corrected):
        return f"{done.job.source} -> {done.job.output}  {_gains(done.report['gains'])}"
    if isinstance(done, Checked):
        verdict = "a cast" if done.cast else "no cast"
        return f"{done.job.source}: {verdict}, corrected by dE {done.delta_e:.1f}  {_gains(done.gains)}"
    return f"{done.job.source}: skipped, {done.reason}"


def warnings_of(outcome: Outcome) -> Sequence[str]:
    """Return what had to be assumed, or cannot be kept, a sentence each."""
    if isinstance(outcome, Corrected):
        found: list[str] = outcome.report["warnings"]
        return found
    return outcome.warnings if isinstance(outcome, Checked) else ()


def json_of(outcome: Outcome) -> str:
    """Return one line of JSON: of a photo that was corrected its report, else what became of it."""
    return json.dumps(_described(outcome), allow_nan=False)


def _described(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Corrected):
        return outcome.report
    source = {"path": printable(outcome.job.source)}
    if isinstance(outcome, Failed):
        return {"source": source, "error": str(outcome.error)}
    if isinstance(outcome, Checked):
        return {
            "source": source,
            "delta_e": round(outcome.delta_e, 4),
            "cast": outcome.cast,
            "gains": outcome.gains,
            "warnings": list(outcome.warnings),
        }
    return {"source": source, "skipped": outcome.reason}


def _gains(gains: Sequence[float]) -> str:
    return f"gains {' '.join(f'{gain:.3f}' for gain in gains)}"


_MANY = 2
"""Photos from which a run has a bar and a summary."""


class Reporter:
    """Tells outcomes as they come, and at the end what they came to; a context that a run takes place in.

    On a terminal, several photos are a bar with troubles above it; elsewhere, or where more is to be told, a
    line each.

    Args:
        quiet: say nothing but errors.
        as_json: print one line of JSON on stdout for each.
        verbose: terms of the loss, the search and the time by stage too.
        debug: show the traceback of an error.
        photos: how many there are; None for a folder that is watched, where nobody knows.
        data: stdout; None where it is closed.
        results: the folder of the results, which gets a list of what failed; None for no list.
        remembered: whether the same command passes over what is done though there is no such folder.
    """

    def __init__(
        self,
        *,
        quiet: bool,
        as_json: bool,
        verbose: bool,
        debug: bool,
        photos: int | None,
        data: TextIO | None,
        results: str | None = None,
        remembered: bool = False,
    ) -> None:
        self._quiet, self._verbose, self._debug = quiet, verbose, debug
        self._as_json, self._data = as_json, data
        self._tally = Counts(photos)
        self._failed = None if results is None else FailedPhotos(results)
        lines = quiet or verbose or debug or (as_json and data is not None and data.isatty())
        self._remembered = remembered or results is not None
        self._bar = None if lines or photos is None or photos < _MANY else _bar_of(self._tally)
        self._open = ExitStack()

    @property
    def bad(self) -> bool:
        """Whether any photo failed, or has a cast."""
        return bool(self._tally.failed or self._tally.casts)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._open.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        if self._failed is not None:
            self._failed.write()
        self._list_casts()
        if not self._quiet and self._tally.codecs is not None:
            info(self._tally.codecs)
        if not self._quiet and (self._tally.photos is None or self._tally.photos >= _MANY):
            refused = kind is not None and issubclass(kind, ColorfixError) and not self._tally.past
            if not refused:  # its error says it all
                self._sum_up(stopped=kind is not None)

    def report(self, outcome: Outcome) -> None:
        """Tell one outcome."""
        self._tally.add(outcome)
        if self._failed is not None:
            self._failed.add(outcome)
        if self._as_json:
            self._print(json_of(outcome))
        if isinstance(outcome, Failed):
            self._complain(outcome)
            if self._failed is not None and self._tally.photos is None:
                self._failed.write()
        elif not self._quiet:
            self._show(outcome)
        if self._bar is not None:
            self._bar.show()

    def _complain(self, failed: Failed) -> None:
        if self._bar is not None:
            self._bar.say(printable(f"error: {failed.error}"))
        else:
            print_error(failed.error, str(failed.error), debug=self._debug)

    def _show(self, done: Corrected | Skipped | Checked) -> None:
        for warning in warnings_of(done):
            self._say(f"warning: {done.job.source}: {warning}")
        if self._bar is not None:
            return
        learned = isinstance(done, Corrected) and "loss" in done.report  # a look that is applied has none
        if isinstance(done, Corrected) and learned and (self._tally.photos == 1 or self._verbose):
            _print_table(done, verbose=self._verbose)
        elif isinstance(done, Corrected) or self._tally.photos == 1 or self._verbose:
            self._say(line_of(done))

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.say(printable(line))
        else:
            info(line)

    def _list_casts(self) -> None:
        """Print what a check looked for, the strongest cast first, unless it was printed as JSON."""
        if self._quiet or self._as_json:
            return
        for found in sorted(self._tally.casts, key=lambda checked: -checked.delta_e):
            self._print(f"{found.delta_e:.1f}  {printable(found.job.source)}")

    def _print(self, line: str) -> None:
        """Print a line of data."""
        if self._data is not None:
            letters = self._data.encoding
            typer.echo(line.encode(letters, "backslashreplace").decode(letters), file=self._data)

    def _sum_up(self, *, stopped: bool) -> None:
        for line in self._tally.summary(stopped=stopped, remembered=self._remembered):
            info(line)
        if self._failed is not None and self._tally.failed:
            path, null = self._failed.path, " -0" if self._failed.end == "\0" else ""
            info(
                f"their names are in {path}; the same command tries them again, or --files-from {path}{null}"
            )


def _bar_of(tally: Counts) -> Bar | None:
    """Return a bar, where the terminal can show one."""
    from colorfix.cli.progress import Bar

    return Bar(tally) if Bar.possible() else None


def _print_table(done: Corrected, *, verbose: bool) -> None:
    lines = lines_of(done, verbose=verbose)
    if use_color():
        from colorfix.cli.progress import paint

        paint(lines)
    else:
        for line in lines:
            info(line.text)
