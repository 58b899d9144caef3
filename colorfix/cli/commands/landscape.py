"""``colorfix landscape``: the loss over two gains as a picture, with the paths that optimizers take on it."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colorfix.cli import learning_options as learn
from colorfix.cli import options
from colorfix.cli.learning_options import correct_one, print_guide
from colorfix.cli.option_groups import Only, grouped
from colorfix.cli.output import info, stdout_for_data
from colorfix.core.atomic import check_writable, publish
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix.correction.correct import Correction
    from colorfix.report.landscape import Landscape

_SPACES = {"linear": "linear light", "srgb": "values as stored", "sensor": "sensor space"}


@grouped
def landscape(
    *,
    photo: learn.OnePhotoOptions,
    picture: Annotated[
        str | None,
        options.which("--output", "-o", metavar="PATH", help="The picture: .png, .svg or .pdf."),
    ] = None,
    loss: Annotated[learn.LossOptions, Only("regularizer", "preset", "match", "space", "exposure", "follow")],
    learning: Annotated[learn.LearningOptions, Only("exploration", "steps", "lr", "delta", "gamma")],
    pixels: Annotated[options.PixelOptions, Only("max_pixels")],
    writing: Annotated[options.WritingOptions, Only("overwrite")],
    output: Annotated[options.OutputOptions, Only("quiet")],
    as_json: Annotated[
        bool, options.talk("--json", help="Print what is drawn, as JSON on stdout; -o is then not needed.")
    ] = False,
    _debug: Annotated[options.OutputOptions, Only("debug")],
) -> None:
    """Draw the loss over the gains of red and blue, with its minima and two optimizers' paths.

    Green stays at its best. Adam and Hill-ADAM walk from the same start, no change. Contours are closer
    together where the loss is low; the number beside a minimum is its loss.

    Example: colorfix landscape amber.jpg --target guide.jpg -o landscape.png
    """
    one_thread()
    from colorfix.cli.settings import settings_of
    from colorfix.learning.options import Optimizer
    from colorfix.report.landscape import landscape_of, paths_of

    with stdout_for_data() as data:
        settings = settings_of(loss, learning, pixels)
        _refuse(picture, [*photo], overwrite=writing.overwrite, as_json=as_json)
        correction = correct_one(photo, settings, pixels.max_pixels)
        if not output.quiet:
            print_guide(correction)
        hill_adam = "Hill-ADAM" if learning.exploration == "paper" else "Hill-ADAM, rays"
        optimizers = {"Adam": Optimizer("adam", learning.lr), hill_adam: settings.optimizer}
        plane = landscape_of(correction, paths_of(correction, optimizers))
        if picture is not None:
            _draw(plane, correction, _title(correction, loss), picture, overwrite=writing.overwrite)
            if not output.quiet:
                info(picture)
        if as_json and data is not None:
            typer.echo(_json(plane), file=data)


def _refuse(output: str | None, inputs: list[str], *, overwrite: bool, as_json: bool) -> None:
    """Refuse a picture that cannot be drawn or written, before anything is read."""
    from colorfix.core.figures import SUFFIXES, require_matplotlib

    if output is None:
        if not as_json:
            raise SettingError("nowhere to draw: name a picture with -o, or print its numbers with --json")
        return
    if Path(output).suffix.lower() not in SUFFIXES:
        raise SettingError(f"{output}: a picture ends in {', '.join(SUFFIXES)}; choose one of them")
    require_matplotlib("print the numbers with --json")
    check_writable(output, overwrite=overwrite, sources=inputs)


def _title(correction: Correction, loss: learn.LossOptions) -> str:
    """Return the names of the photos, each with its folder, and the regularizers as options."""
    from colorfix.core.text import printable

    names = (correction.source.name, correction.target.name)
    photo, guide = (printable(str(Path(*Path(name).parts[-2:]))) for name in names)
    added = "".join(f" -R {regularizer}" for regularizer in loss.regularizer or ())
    return f"Loss of {photo}, guided by {guide}; --preset {loss.preset}{added}"


def _draw(plane: Landscape, correction: Correction, title: str, output: str, *, overwrite: bool) -> None:
    from colorfix.core.figures import render_figure
    from colorfix.report.landscape_picture import picture

    figure = render_figure(lambda: picture(plane, title, _SPACES[correction.settings.space]), output)
    publish(figure, output, overwrite=overwrite)


def _json(plane: Landscape) -> str:
    """Return the landscape as one line of JSON; a loss that is not finite is null."""
    from colorfix.color.statistics import CHANNELS

    losses = [[loss if isfinite(loss) else None for loss in row] for row in plane.losses.tolist()]
    return json.dumps(
        {
            "format": "colorfix/landscape/1",
            "across": {"gain": CHANNELS[plane.channels[0]], "values": plane.across.tolist()},
            "up": {"gain": CHANNELS[plane.channels[1]], "values": plane.up.tolist()},
            "held": {"gain": CHANNELS[plane.fixed_channel], "value": plane.fixed_gain},
            "losses": losses,
            "minima": [{"loss": minimum.loss, "gains": list(minimum.gains)} for minimum in plane.minima],
            "paths": {name: gains.tolist() for name, gains in plane.paths.items()},
        },
        allow_nan=False,
    )
