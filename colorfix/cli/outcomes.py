"""What the command shows of each outcome: a table for one photo, a line each for several, JSON on request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from colorfix.cli.talk import complain, say
from colorfix.folder import Corrected, Failed, Outcome, Skipped
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


class Teller:
    """Tells outcomes as they come, and remembers whether any failed.

    Args:
        quiet: say nothing but errors.
        as_json: print each report on stdout, one line a photo.
        verbose: terms of the loss, the search and the time by stage too.
        debug: show the traceback of an error.
        photos: how many there are: one is shown as a table, several as lines.
        data: where the reports are printed; None for nowhere.
    """

    def __init__(
        self, *, quiet: bool, as_json: bool, verbose: bool, debug: bool, photos: int, data: TextIO | None
    ) -> None:
        self.failed = False
        self._skipped = 0
        self._quiet = quiet
        self._data = data if as_json else None
        self._verbose = verbose
        self._debug = debug
        self._table = photos == 1 or verbose
        self._console = Console(stderr=True, highlight=False)

    def tell(self, outcome: Outcome) -> None:
        """Tell one outcome."""
        if self._data is not None:
            _print_json(outcome, self._data)
        if isinstance(outcome, Failed):
            self.failed = True
            complain(outcome.error, str(outcome.error), debug=self._debug)
        elif isinstance(outcome, Skipped):
            self._skipped += 1
        elif not self._quiet:
            self._show(outcome)

    def end(self) -> None:
        """Tell what there is to say of the whole run."""
        if self._skipped and not self._quiet:
            said = "photo was" if self._skipped == 1 else "photos were"
            say(f"{self._skipped} {said} corrected before; --redo does them again")

    def _show(self, done: Corrected) -> None:
        for warning in done.report["warnings"]:
            say(f"warning: {done.job.source}: {warning}")
        if self._table:
            self._console.print(_summary(done, verbose=self._verbose), soft_wrap=True)
        else:
            gains = " ".join(f"{gain:.3f}" for gain in done.report["gains"])
            say(f"{done.job.source} -> {done.job.output}  gains {gains}")


def _print_json(outcome: Outcome, data: TextIO) -> None:
    """Print one line."""
    line: dict[str, Any] = (
        {"source": {"path": shown(outcome.job.source)}, "error": str(outcome.error)}
        if isinstance(outcome, Failed)
        else outcome.report
    )
    typer.echo(json.dumps(line, allow_nan=False), file=data)


def _summary(done: Corrected, *, verbose: bool) -> Group:
    """A compact table: means before, wanted and after as swatches, gains, losses."""
    report = done.report
    statistics = report["statistics"]
    means = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "", "red", "green", "blue", "luminance", "clipped", "blue excess"):
        means.add_column(heading, justify="left" if not heading else "right")
    for name in ("before", "target", "after"):
        means.add_row(_swatch(statistics[name]["means"]), name, *_figures(statistics[name]))
    means.add_row("", "gain", *(f"{gain:.3f}" for gain in report["gains"]))
    lines: list[Text | Table] = [
        Text(shown(f"{done.job.source} -> {done.job.output}")),
        means,
        Text(_loss_line(report)),
        Text(_search_line(report), style="dim"),
        *_proof(report),
    ]
    return Group(*lines, *(_details(report) if verbose else ()))


def _swatch(means: Sequence[float]) -> Text:
    red, green, blue = (round(255 * min(1.0, max(0.0, mean))) for mean in means)
    return Text("   ", style=f"on #{red:02x}{green:02x}{blue:02x}")


def _figures(statistics: dict[str, Any]) -> list[str]:
    means = [f"{255 * mean:.1f}" for mean in statistics["means"]]
    clipped = max(statistics["clipped"])
    return [
        *means,
        f"{255 * statistics['luminance']:.1f}",
        f"{clipped:.1%}",
        f"{255 * statistics['blue_excess']:.1f}",
    ]


def _loss_line(report: dict[str, Any]) -> str:
    start, best, polished = (_loss(report["loss"][name]["total"]) for name in ("start", "best", "polished"))
    line = f"loss {start} at the start, {best} at best, {polished} polished"
    asked, minima = report["settings"]["alternative"], report["minima"]
    if asked == 1:
        return line
    return f"{line}; minimum {asked} of {len(minima)}, the lowest has {_loss(minima[0]['loss'])}"


def _loss(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.6g}"


def _search_line(report: dict[str, Any]) -> str:
    search = report["search"]
    name = report["settings"]["optimizer"]["name"]
    starts = "start" if search["starts"] == 1 else "starts"
    return (
        f"{name} on {report['device']}, {search['starts']} {starts}: best at step {search['best_step']} "
        f"of {search['steps']}, {search['turns']} turns, {search['dead_ends']} dead ends, "
        f"{sum(report['seconds'].values()):.2f} s"
    )


def _proof(report: dict[str, Any]) -> list[Text]:
    """What the certificate says, where one was asked for."""
    found = report["certificate"]
    if found is None:
        return []
    proven = "proven" if found["kind"] == "proof" else "none found on a dense grid, not proven"
    verdict = (
        "no allowed gains are better" if found["certified"] else "it is not proven that no gains are better"
    )
    if report["settings"]["alternative"] > 1:
        verdict += " than the lowest minimum"
    how = (
        f"{proven}; {found['boxes']} boxes"
        if found["certified"]
        else f"{found['boxes']} boxes were not enough"
    )
    return [Text(f"{verdict} by more than {found['tolerance']:g} ({how})")]


def _details(report: dict[str, Any]) -> list[Text]:
    polished = report["loss"]["polished"]["terms"]
    terms = ", ".join(f"{name} {_loss(value)}" for name, value in polished.items())
    seconds = ", ".join(f"{stage} {taken:.3f}" for stage, taken in report["seconds"].items())
    return [Text(f"loss by term: {terms}", style="dim"), Text(f"seconds: {seconds}", style="dim")]
