"""``colorfix export``: gains that were kept, as other programs take them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from colorfix.cli import options
from colorfix.cli.output import info, stdout_for_data
from colorfix.core import defaults  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.core.atomic import publish
from colorfix.core.file_checks import PIPE, check_writable
from colorfix.core.imports import one_thread

_DITHER = "the look dithers, which no other program can; its export does not"


def export(
    look: options.Look,
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="cube, hald, ffmpeg, imagemagick, gimp or json.",
            show_default=False,
            rich_help_panel=options.WRITING,
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The file to write; - for stdout.",
            rich_help_panel=options.WRITING,
        ),
    ] = "-",
    highlights: Annotated[
        defaults.Highlights | None,
        typer.Option(
            "--highlights",
            help="Instead of the look's: what is blown out stays white, or clips.",
            show_default=False,
            rich_help_panel=options.PIXELS,
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - app.run reads it from the command line
) -> None:
    """Write the gains that 'colorfix correct --save-gains' kept for another program.

    cube: a LUT for Resolve, OBS and ffmpeg.
    hald: a HaldCLUT for G'MIC, RawTherapee and darktable.
    ffmpeg: a filter for -vf.
    imagemagick: words for its command line.
    gimp: a preset of the Curves tool.
    json: tables for a program of your own.

    Example: colorfix export look.json --to hald -o look.png
    """
    one_thread()
    from colorfix.looks import look as looks
    from colorfix.looks.formats import export_format

    with stdout_for_data():
        chosen = export_format(to)
        kept = looks.read_look(look)
        kept = replace(kept, highlights=highlights or kept.highlights)
        if output != PIPE or chosen.binary:
            check_writable(output, overwrite=overwrite, sources=[look], example="look.png")
        publish(chosen.encode(kept), output, overwrite=overwrite)
        if quiet:
            return
        for line in (chosen.warning(kept), _DITHER if kept.dither else None):
            if line is not None:
                info(f"warning: {line}")
        if output != PIPE:
            info(output)
