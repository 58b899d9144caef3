"""Report outcomes: a table for one photo; for several a bar or lines, and a summary; JSON for programs."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import typer

from colorfix.batch import Checked, Corrected, Failed, PassedOver, Skipped
from colorfix.cli.counts import Counts
from colorfix.cli.output import info, print_error, use_color
from colorfix.color.temperature import Light
from colorfix.core.errors import ColorfixError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import TextIO

    from colorfix.batch import Outcome
    from colorfix.cli.options import OutputOptions
    from colorfix.cli.progress import Bar


def line_of(done: Corrected | Skipped | Checked | PassedOver) -> str:
    """Return an outcome as one line."""
    if isinstance(done, Corrected):
        gains = _gains(done.report["gains"], Light(**done.report["light"]))
        return f"{done.job.source} -> {done.job.output}  {gains}"
    if isinstance(done, Checked):
        verdict = "a cast" if done.cast else "no cast"
        gains = _gains(done.gains, done.light)
        return f"{done.job.source}: {verdict}, corrected by dE {done.delta_e:.1f}  {gains}"
    if isinstance(done, PassedOver):
        corrected = "" if done.delta_e is None else f" (dE {done.delta_e:.1f})"
        end = f"copied to {done.job.output}" if done.copied else "left as it is"
        return f"{done.job.source}: passed over, {done.reason}{corrected}; {end}"
    return f"{done.job.source}: skipped, {done.reason}"


def warnings_of(outcome: Outcome) -> Sequence[str]:
    """Return the assumptions that were made and the losses of metadata, a sentence each."""
    if isinstance(outcome, Corrected):
        warnings: list[str] = outcome.report["warnings"]
        return warnings
    return outcome.warnings if isinstance(outcome, Checked | PassedOver) else ()


def json_of(outcome: Outcome) -> str:
    """Return one line of JSON: the report of a corrected photo, else its outcome."""
    return json.dumps(_document(outcome), allow_nan=False)


def _document(outcome: Outcome) -> dict[str, Any]:
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
            "light": outcome.light.as_report,
            "warnings": list(outcome.warnings),
        }
    if isinstance(outcome, PassedOver):
        return {
            "source": source,
            "passed_over": outcome.reason,
            "delta_e": None if outcome.delta_e is None else round(outcome.delta_e, 4),
            "output": {"path": printable(outcome.job.output)} if outcome.copied else None,
            "warnings": list(outcome.warnings),
        }
    return {"source": source, "skipped": outcome.reason}


def _gains(gains: Sequence[float], light: Light) -> str:
    return f"gains {' '.join(f'{gain:.3f}' for gain in gains)}, {light}"


_MANY = 2
"""Least number of photos with a bar and a summary."""


class Reporter:
    """Reports outcomes as they come, and a summary at the end; a context manager around a run.

    On a terminal, several photos are a bar with problems above it; elsewhere, or with details, a line each.

    Args:
        output: options of the command.
        photos: how many there are; None for a watched folder.
        data: stdout; None where it is closed.
        results: the folder of the results, which gets a list of failures; None for no list.
        remembered: whether the same command skips finished photos though there is no such folder.
        null: whether paths of photos with a cast are printed alone, terminated by NUL.
    """

    def __init__(
        self,
        output: OutputOptions,
        *,
        photos: int | None,
        data: TextIO | None,
        results: str | None = None,
        remembered: bool = False,
        null: bool = False,
    ) -> None:
        self._output, self._data, self._null = output, data, null
        self._counts = Counts(photos)
        self._failed = None
        if results is not None:
            from colorfix.batch import FailedPhotos

            self._failed = FailedPhotos(results)
        lines = output.quiet or output.verbose or output.debug
        lines = lines or (output.json and data is not None and data.isatty())
        self._remembered = remembered or results is not None
        self._bar = None if lines or photos is None or photos < _MANY else _bar_of(self._counts)
        self._open = ExitStack()

    @property
    def bad(self) -> bool:
        """Whether any photo failed, or has a cast."""
        return bool(self._counts.failed or self._counts.casts)

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
        self._print_casts()
        if not self._output.quiet and self._counts.codecs is not None:
            info(self._counts.codecs)
        if not self._output.quiet and (self._counts.photos is None or self._counts.photos >= _MANY):
            refused = kind is not None and issubclass(kind, ColorfixError) and not self._counts.done
            if not refused:  # its error is printed
                self._print_summary(stopped=kind is not None)

    def report(self, outcome: Outcome) -> None:
        """Report one outcome."""
        self._counts.add(outcome)
        if self._failed is not None:
            self._failed.add(outcome)
        if self._output.json:
            self._print_data(json_of(outcome))
        if isinstance(outcome, Failed):
            self._print_failure(outcome)
            if self._failed is not None and self._counts.photos is None:
                self._failed.write()
        elif not self._output.quiet:
            self._print_outcome(outcome)
        elif isinstance(outcome, Corrected) and outcome.report.get("lost"):
            self._print_line(f"warning: {outcome.job.source}: loses {', '.join(outcome.report['lost'])}")
        if self._bar is not None:
            self._bar.update()

    def _print_failure(self, failed: Failed) -> None:
        if self._bar is not None:
            self._bar.add_line(printable(f"error: {failed.error}"))
        else:
            print_error(failed.error, str(failed.error), debug=self._output.debug)

    def _print_outcome(self, done: Corrected | Skipped | Checked | PassedOver) -> None:
        for warning in warnings_of(done):
            self._print_line(f"warning: {done.job.source}: {warning}")
        if self._bar is not None:
            return
        learned = isinstance(done, Corrected) and "loss" in done.report  # a look that is applied has none
        if isinstance(done, Corrected) and learned and (self._counts.photos == 1 or self._output.verbose):
            _print_table(done, verbose=self._output.verbose)
        elif isinstance(done, Corrected) or self._counts.photos == 1 or self._output.verbose:
            self._print_line(line_of(done))

    def _print_line(self, line: str) -> None:
        if self._bar is not None:
            self._bar.add_line(printable(line))
        else:
            info(line)

    def _print_casts(self) -> None:
        """Print the photos with a cast, the strongest first, unless they were printed as JSON."""
        if self._output.json:
            return
        for found in sorted(self._counts.casts, key=lambda checked: -checked.delta_e):
            if self._null or self._output.quiet:
                self._print_path(found.job.source)
            else:
                self._print_data(f"{found.delta_e:.1f}  {printable(found.job.source)}")

    def _print_path(self, path: str) -> None:
        """Print a path for another program: its own bytes, ended by a line break or by NUL."""
        if self._data is not None:
            self._data.flush()
            self._data.buffer.write(os.fsencode(path) + (b"\0" if self._null else b"\n"))
            self._data.buffer.flush()

    def _print_data(self, line: str) -> None:
        """Print a line of data."""
        if self._data is not None:
            encoding = self._data.encoding
            typer.echo(line.encode(encoding, "backslashreplace").decode(encoding), file=self._data)

    def _print_summary(self, *, stopped: bool) -> None:
        for line in self._counts.summary(stopped=stopped, remembered=self._remembered):
            info(line)
        if self._failed is not None and self._counts.failed:
            path, null = self._failed.path, " -0" if self._failed.end == "\0" else ""
            info(
                f"their names are in {path}; the same command tries them again, or --files-from {path}{null}"
            )


def _bar_of(counts: Counts) -> Bar | None:
    """Return a bar if the terminal can draw one."""
    from colorfix.cli.progress import Bar

    return Bar(counts) if Bar.possible() else None


def _print_table(done: Corrected, *, verbose: bool) -> None:
    from colorfix.cli.table import lines_of

    lines = lines_of(done, verbose=verbose)
    if use_color():
        from colorfix.cli.progress import print_styled

        print_styled(lines)
    else:
        for line in lines:
            info(line.text)
