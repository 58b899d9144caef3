"""Compact table of one corrected photo."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix.color.temperature import Light

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.batch import Corrected


class Line(NamedTuple):
    """A line of text and its style on a terminal.

    Attributes:
        text: the line.
        dim: whether it is dimmed.
        swatch: the color of its first cells, red, green, blue, 0 to 1; or None.
    """

    text: str
    dim: bool = False
    swatch: Sequence[float] | None = None


SWATCH = 3
"""Cells of a swatch."""

_HEADINGS = ("", "", "red", "green", "blue", "luminance", "clipped", "blue excess")


def lines_of(done: Corrected, *, verbose: bool) -> list[Line]:
    """Return the means of source, target and result with their swatches, gains, light and losses.

    Args:
        done: a corrected photo.
        verbose: whether to add the terms of the loss and the time by stage.
    """
    report = done.report
    return [
        Line(f"{done.job.source} -> {done.job.output}"),
        *_means(report),
        Line(f"{Light(**report['light'])}, which the gains turn gray"),
        *_guide(report),
        Line(_loss_line(report)),
        Line(_search_line(report), dim=True),
        *_certificate(report),
        *(_details(report) if verbose else ()),
    ]


def _means(report: dict[str, Any]) -> Iterator[Line]:
    names, statistics = ("before", "target", "after"), report["statistics"]
    rows = [["", name, *_figures(statistics[name])] for name in names]
    rows = [[*_HEADINGS], *rows, ["", "gain", *(f"{gain:.3f}" for gain in report["gains"])]]
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    widths[0] = SWATCH
    swatches = (None, *(statistics[name]["means"] for name in names), None)
    for row, swatch in zip(rows, swatches, strict=True):
        cells = (
            cell.rjust(width) if heading else cell.ljust(width)
            for cell, width, heading in zip(row, widths, _HEADINGS, strict=False)
        )
        yield Line("  ".join(cells), dim=row[1] == "", swatch=swatch)


def _figures(statistics: dict[str, Any]) -> list[str]:
    means = [f"{255 * mean:.1f}" for mean in statistics["means"]]
    clipped = max(statistics["clipped"])
    return [
        *means,
        f"{255 * statistics['luminance']:.1f}",
        f"{clipped:.1%}",
        f"{255 * statistics['blue_excess']:.1f}",
    ]


def _guide(report: dict[str, Any]) -> list[Line]:
    """Return what the guide shows and what was made of it; nothing for the target ``neutral``."""
    from colorfix.report.guide import guide_sentence

    sentence = guide_sentence(report)
    return [] if sentence is None else [Line(sentence)]


def _loss_line(report: dict[str, Any]) -> str:
    start, best, polished = (_loss(report["loss"][name]["total"]) for name in ("start", "best", "polished"))
    line = f"loss {start} at the start, {best} at best, {polished} polished"
    alternative, minima = report["settings"]["alternative"], report["minima"]
    if alternative == 1:
        return line
    return f"{line}; minimum {alternative} of {len(minima)}, the lowest has {_loss(minima[0]['loss'])}"


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


def _certificate(report: dict[str, Any]) -> list[Line]:
    """Return the result of the certificate; nothing without one."""
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
    return [Line(f"{verdict} by more than {found['tolerance']:g} ({how})")]


def _details(report: dict[str, Any]) -> list[Line]:
    polished = report["loss"]["polished"]["terms"]
    terms = ", ".join(f"{name} {_loss(value)}" for name, value in polished.items())
    seconds = ", ".join(f"{stage} {taken:.3f}" for stage, taken in report["seconds"].items())
    return [Line(f"loss by term: {terms}", dim=True), Line(f"seconds: {seconds}", dim=True)]
