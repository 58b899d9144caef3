"""What the command shows of one photo: a compact table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.folder import Corrected


def table_of(done: Corrected, *, verbose: bool) -> Group:
    """Return means before, wanted and after with their swatches, gains and losses.

    Args:
        done: a photo.
        verbose: terms of the loss and the time by stage too.
    """
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
