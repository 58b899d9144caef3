"""``colorfix compare``: every optimizer, and what others do, on one photo side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from colorfix.cli import loss_options, options
from colorfix.cli.one_photo import Asked, Guide, Photo, corrected
from colorfix.cli.output import info, stdout_for_data
from colorfix.core import defaults
from colorfix.core.atomic import publish
from colorfix.core.errors import SettingError
from colorfix.core.file_checks import check_writable
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.certificate import Certificate
    from colorfix.correction.comparison import ComparisonEntry
    from colorfix.correction.result import Correction

_SMALL = (320, 240)
"""Pixels of a picture on the contact sheet at the most."""


def compare(
    *,
    source: Photo,
    target: Guide,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="A contact sheet of all results, .png.",
            show_default=False,
            rich_help_panel=options.WHICH,
        ),
    ] = None,
    methods: Annotated[
        bool,
        typer.Option(
            "--methods", help="Add plain matching, gray-world and Reinhard.", rich_help_panel=options.WHICH
        ),
    ] = False,
    truth: Annotated[
        str | None,
        typer.Option(
            "--truth",
            metavar="PATH",
            help="The same photo without the cast: results are measured against it too.",
            show_default=False,
            rich_help_panel=options.WHICH,
        ),
    ] = None,
    regularizer: loss_options.Regularizers = None,
    preset: loss_options.Preset = "default",
    match: loss_options.Match = "mean",
    space: loss_options.Space = "linear",
    exposure: loss_options.Exposure = "keep",
    steps: loss_options.Steps = defaults.STEPS,
    lr: loss_options.Lr = defaults.LR,
    delta: loss_options.Delta = defaults.DELTA,
    gamma: loss_options.Gamma = defaults.GAMMA,
    seed: loss_options.Seed = 0,
    highlights: options.Highlights = "protect",
    max_pixels: options.MaxPixels = defaults.MAX_PIXELS,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the table as one line of JSON, with all gains and what is proven.",
            rich_help_panel=options.TALK,
        ),
    ] = False,
    debug: options.Debug = False,  # noqa: ARG001 - app.run reads it from the command line
) -> None:
    """Correct one photo with every optimizer, and show losses, times and colour differences side by side.

    All optimizers start at no change and keep the best point that they meet; the first row is the correction
    as 'colorfix correct' makes it, from the starts that it finds, and polished. The gap is how far a loss
    lies above the lowest that gains can have, which is proven once for all rows.

    Example: colorfix compare amber.jpg --target guide.jpg --methods -o sheet.png
    """
    one_thread()
    from colorfix.cli.commands.result_tables import Running, print_json, print_rows
    from colorfix.correction.comparison import certify_lowest, classical_entries, optimizer_entries
    from colorfix.learning.options import OPTIMIZERS

    with stdout_for_data() as data:
        asked = Asked(
            regularizer, preset, match, space, exposure, steps, lr, delta, gamma,
            seed=seed, highlights=highlights,
        )  # fmt: skip
        settings = asked.settings()
        if output is not None:
            if not output.lower().endswith(".png"):
                raise SettingError(f"{output}: a contact sheet ends in .png; rename it")
            inputs = [source, target, *([truth] if truth else [])]
            check_writable(output, overwrite=overwrite, sources=inputs)
        correction = corrected(source, target, settings, max_pixels, [truth] if truth else [])
        true_points = None if truth is None else _truth(truth, correction, max_pixels)
        entries = []
        with Running(shown=not quiet and sys.stderr.isatty()) as progress:
            for entry in optimizer_entries(correction):
                entries.append(entry)
                progress(entry.label, len(entries) / (len(OPTIMIZERS) + 2))
        if methods:
            entries += classical_entries(correction, _guide(correction))
        certificate = certify_lowest(correction, entries)
        rows = [_row(entry, correction, certificate, true_points) for entry in entries]
        if data is not None and as_json:
            print_json(rows, certificate, data)
        elif data is not None:
            print_rows(rows, certificate, data, quiet=quiet)
        if output is not None:
            publish(_sheet(correction, entries), output, overwrite=overwrite)
            if not quiet:
                info(output)


def _truth(truth: str, correction: Correction, max_pixels: int) -> NDArray[np.uint8]:
    """The truth's colours at the places by which results are judged."""
    from colorfix import photos

    photo = photos.read(truth, max_pixels=max_pixels)
    if photo.pictures[0].size != correction.source.pictures[0].size:
        raise SettingError(f"{truth}: is not of the photo's size; give the same photo without the cast")
    grid: NDArray[np.uint8] = photos.grid(photo)[correction.points[..., 3] > 0]
    return grid


def _guide(correction: Correction) -> NDArray[np.uint8]:
    """Colours of the target in sRGB, shape [M, 3]; none for one that is no photo."""
    import numpy as np

    from colorfix import photos

    photo = correction.target.photo
    if photo is None:
        return np.zeros((0, 3), np.uint8)
    points = photos.grid(photos.in_srgb(photo))
    guide: NDArray[np.uint8] = points[points[..., 3] > 0][:, :3]
    return guide


def _row(
    entry: ComparisonEntry, correction: Correction, certificate: Certificate, truth: NDArray[np.uint8] | None
) -> dict[str, Any]:
    """What is told of an entry; what does not apply is None."""
    from colorfix.correction.comparison import mean_delta_e, visible_points

    points = visible_points(correction)
    lowest = certificate.loss if not certificate.minima else min(certificate.loss, certificate.minima[0].loss)
    row = {
        "way": entry.label,
        "given": entry.setup,
        "best_loss": entry.loss,
        "gap": None if entry.loss is None else max(0.0, entry.loss - lowest),
        "final_loss": entry.final,
        "steps": entry.steps,
        "turns": entry.turns,
        "seconds": entry.seconds,
        "delta_e": entry.delta_e(points),
        "blue_excess": entry.blue_excess(points),
        "gains": None if entry.gains is None else entry.gains.tolist(),
    }
    if truth is not None:
        row["delta_e_to_truth"] = mean_delta_e(entry.recolor(points), truth)
    return row


def _sheet(correction: Correction, entries: list[ComparisonEntry]) -> bytes:
    """Source, target and every result, labelled."""
    from dataclasses import replace

    from colorfix import photos
    from colorfix.photos import display

    pictures: dict[str, Image] = {"source": photos.view(correction.source, _SMALL)}
    if correction.target.photo is not None:
        pictures["target"] = photos.view(correction.target.photo, _SMALL)
    for entry in entries:
        if entry.gains is not None:
            change = replace(correction.change, gains=entry.gains)
            pictures[entry.label] = photos.view(correction.source, _SMALL, change)
        else:
            pictures[entry.label] = display.recolored_view(correction.source, _SMALL, entry.recolor)
    return display.contact_sheet(pictures)
