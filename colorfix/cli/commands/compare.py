"""``colorfix compare``: every optimizer, and what others do, on one photo side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from colorfix.cli import learning_options as learn
from colorfix.cli import options
from colorfix.cli.learning_options import correct_one, print_guide
from colorfix.cli.option_groups import Only, grouped
from colorfix.cli.output import info, stdout_for_data
from colorfix.core.atomic import check_writable, publish
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.certificate import Certificate
    from colorfix.correction.comparison import ComparisonEntry
    from colorfix.correction.correct import Correction

_SMALL = (320, 240)
"""Pixels of a picture on the contact sheet at the most."""


class CompareOptions(NamedTuple):
    """The contact sheet and the rows of the table."""

    output: Annotated[
        str | None,
        options.which("--output", "-o", metavar="PATH", help="A contact sheet of all results, .png."),
    ] = None
    methods: Annotated[
        bool, options.which("--methods", help="Add plain matching, gray-world and Reinhard.")
    ] = False
    truth: Annotated[
        str | None,
        options.which(
            "--truth",
            metavar="PATH",
            help="The same photo without the cast: results are measured against it too.",
        ),
    ] = None


@grouped
def compare(
    *,
    photo: learn.OnePhotoOptions,
    results: CompareOptions,
    loss: Annotated[learn.LossOptions, Only("regularizer", "preset", "match", "space", "exposure", "follow")],
    learning: Annotated[learn.LearningOptions, Only("steps", "lr", "delta", "gamma", "seed")],
    pixels: Annotated[options.PixelOptions, Only("highlights", "max_pixels")],
    writing: Annotated[options.WritingOptions, Only("overwrite")],
    output: Annotated[options.OutputOptions, Only("quiet")],
    as_json: Annotated[
        bool,
        options.talk(
            "--json", help="Print the table as one line of JSON, with all gains and what is proven."
        ),
    ] = False,
    _debug: Annotated[options.OutputOptions, Only("debug")],
) -> None:
    """Correct one photo with every optimizer, and show losses, times and color differences side by side.

    All optimizers start at no change and keep the best point that they meet; the first row is the correction
    as 'colorfix correct' makes it, from the starts that it finds, and polished. The gap is how far a loss
    lies above the lowest that gains can have, which is proven once for all rows.

    Example: colorfix compare amber.jpg --target guide.jpg --methods -o sheet.png
    """
    one_thread()
    from colorfix.cli.commands.result_tables import print_json, print_rows
    from colorfix.cli.settings import settings_of
    from colorfix.correction.comparison import certify_lowest

    with stdout_for_data() as data:
        settings = settings_of(loss, learning, pixels)
        if results.output is not None:
            _refuse_sheet(results.output, [*photo, results.truth], overwrite=writing.overwrite)
        correction = correct_one(photo, settings, pixels.max_pixels, results.truth)
        if not output.quiet:
            print_guide(correction)
        truth = None if results.truth is None else _truth(results.truth, correction, pixels.max_pixels)
        entries = _entries(correction, methods=results.methods, progress=not output.quiet)
        certificate = certify_lowest(correction, entries)
        rows = [_row(entry, correction, certificate, truth) for entry in entries]
        if data is not None and as_json:
            print_json(rows, certificate, data)
        elif data is not None:
            print_rows(rows, certificate, data, quiet=output.quiet)
        if results.output is not None:
            publish(_sheet(correction, entries), results.output, overwrite=writing.overwrite)
            if not output.quiet:
                info(results.output)


def _refuse_sheet(path: str, inputs: list[str | None], *, overwrite: bool) -> None:
    """Refuse a contact sheet that cannot be written, before anything is read."""
    if not path.lower().endswith(".png"):
        raise SettingError(f"{path}: a contact sheet ends in .png; rename it")
    check_writable(path, overwrite=overwrite, sources=[name for name in inputs if name is not None])


def _entries(correction: Correction, *, methods: bool, progress: bool) -> list[ComparisonEntry]:
    """Return the result of every optimizer, and with ``methods`` those of other methods."""
    from colorfix.cli.commands.result_tables import ProgressBar
    from colorfix.correction.comparison import classical_entries, optimizer_entries
    from colorfix.learning.options import OPTIMIZERS

    entries = []
    with ProgressBar(visible=progress and sys.stderr.isatty()) as bar:
        for entry in optimizer_entries(correction):
            entries.append(entry)
            bar(entry.label, len(entries) / (len(OPTIMIZERS) + 2))
    if methods:
        entries += classical_entries(correction, _target_colors(correction))
    return entries


def _truth(truth: str, correction: Correction, max_pixels: int) -> NDArray[np.uint8]:
    """Return the truth's colors at the points by which results are judged."""
    from colorfix import photos

    photo = photos.read(truth, max_pixels=max_pixels)
    if photo.pictures[0].size != correction.source.pictures[0].size:
        raise SettingError(f"{truth}: is not of the photo's size; give the same photo without the cast")
    grid: NDArray[np.uint8] = photos.grid(photo)[correction.points[..., 3] > 0]
    return grid


def _target_colors(correction: Correction) -> NDArray[np.uint8]:
    """Return colors of the target in sRGB, shape [M, 3]; none if it is no photo."""
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
    """Return the figures of a result; None where a figure does not apply."""
    from colorfix.color.ciede2000 import mean_delta_e

    points = correction.visible_points
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
    """Return a contact sheet of source, target and every result, as PNG."""
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
