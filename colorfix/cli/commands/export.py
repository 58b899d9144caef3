"""``colorfix export``: the gains of a look in the formats of other programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from colorfix.cli import options
from colorfix.cli.option_groups import Only, grouped
from colorfix.cli.output import info, stdout_for_data
from colorfix.core import defaults
from colorfix.core.atomic import PIPE, check_writable, publish
from colorfix.core.imports import one_thread

_DITHER = "the look dithers, which no other program can; its export does not"


@grouped
def export(
    *,
    look: options.Look,
    to: Annotated[
        str,
        options.writing(
            "--to",
            metavar="FORMAT",
            help="cube, hald, ffmpeg, imagemagick, gimp or json.",
            show_default=False,
        ),
    ],
    path: Annotated[
        str, options.writing("--output", "-o", metavar="PATH", help="The file to write; - for stdout.")
    ] = PIPE,
    highlights: Annotated[
        defaults.Highlights | None,
        options.pixels(
            "--highlights", help="Instead of the look's: what is blown out stays white, or clips."
        ),
    ] = None,
    writing: Annotated[options.WritingOptions, Only("overwrite")],
    output: Annotated[options.OutputOptions, Only("quiet", "debug")],
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
        exported = looks.read_look(look)
        exported = replace(exported, highlights=highlights or exported.highlights)
        if path != PIPE or chosen.binary:
            check_writable(path, overwrite=writing.overwrite, sources=[look], example="look.png")
        publish(chosen.encode(exported), path, overwrite=writing.overwrite)
        if output.quiet:
            return
        for line in (chosen.warning(exported), _DITHER if exported.dither else None):
            if line is not None:
                info(f"warning: {line}")
        if path != PIPE:
            info(path)
