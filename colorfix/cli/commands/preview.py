"""``colorfix preview``: before and after in the terminal; nothing is written."""

from __future__ import annotations

import os
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from colorfix.cli import learning_options as learn
from colorfix.cli import options
from colorfix.cli.learning_options import correct_one, print_guide
from colorfix.cli.option_groups import Only, grouped
from colorfix.cli.output import stdout_for_data
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from typing import TextIO

    from PIL.Image import Image

    from colorfix.cli.commands.terminal_images import Way
    from colorfix.correction.correct import Correction

As: TypeAlias = Literal["auto", "blocks", "kitty", "iterm", "sixel"]

_SPACE, _LINES = 2, 4
"""Letters between before and after; lines below them that stay free."""


@grouped
def preview(
    *,
    photo: learn.OnePhotoOptions,
    drawn_as: Annotated[
        As,
        options.talk(
            "--as",
            help="Half blocks, or pictures by Kitty's, iTerm2's or DEC's protocol; auto goes by the "
            "terminal's name.",
        ),
    ] = "auto",
    loss: learn.LossOptions,
    learning: Annotated[learn.LearningOptions, Only("exploration", "steps", "lr", "delta", "gamma")],
    pixels: Annotated[options.PixelOptions, Only("warmer", "cooler", "highlights", "max_pixels")],
    _debug: Annotated[options.OutputOptions, Only("debug")],
) -> None:
    """Draw a photo before and after its correction in the terminal, side by side; write nothing.

    Example: colorfix preview amber.jpg --target guide.jpg
    """
    one_thread()
    from colorfix.cli.settings import settings_of

    with stdout_for_data() as data:
        way = _way(drawn_as, data)
        correction = correct_one(photo, settings_of(loss, learning, pixels), pixels.max_pixels)
        print_guide(correction)
        if data is not None:
            _draw(correction, way, data)


def _way(drawn_as: As, data: TextIO | None) -> Way:
    """Return how to draw; refuse a terminal that would show nothing."""
    from colorfix.cli.commands.terminal_images import is_inside, way_of

    if drawn_as != "auto":
        if drawn_as in {"kitty", "iterm"} and is_inside(os.environ):
            raise SettingError(f"tmux and screen pass no {drawn_as} pictures on; use --as blocks")
        return drawn_as
    if data is None or not data.isatty():
        raise SettingError(
            "a preview is drawn in a terminal and stdout is none; say --as blocks, or write the photo with "
            "'colorfix correct'"
        )
    way = way_of(os.environ)
    if way == "blocks":
        _refuse_without_color(data)
    return way


def _refuse_without_color(data: TextIO) -> None:
    """Refuse a terminal without color."""
    from rich.console import Console

    console = Console(file=data)
    if console.no_color:
        raise SettingError("NO_COLOR is set and a preview is nothing but color; unset it or say --as blocks")
    if console.color_system is None:
        term = os.environ.get("TERM", "")
        raise SettingError(
            f"a terminal with TERM={term} has no colors; set the right TERM or say --as blocks"
        )


def _draw(correction: Correction, way: Way, data: TextIO) -> None:
    from rich.console import Console

    from colorfix import photos
    from colorfix.cli.commands.terminal_images import cell_of
    from colorfix.photos import display

    columns, rows = get_terminal_size()
    across, down = (columns - _SPACE) // 2, max(2, rows - _LINES)
    cell = (1, 2) if way == "blocks" else cell_of(data)
    most = max(1, across * cell[0]), down * cell[1]
    both = display.side_by_side(*photos.views(correction.source, most, correction.change), _SPACE * cell[0])
    if way == "blocks":
        _print_blocks(both, data, columns)
    else:
        data.write(_pictured(both, way))
    console = Console(file=data, highlight=False, width=columns)
    console.print(_caption(correction), soft_wrap=True)


def _caption(correction: Correction) -> str:
    gains = " ".join(f"{gain:.3f}" for gain in correction.gains)
    strength = correction.settings.strength
    part = "" if strength == 1 else f" (strength {strength:g})"
    return f"before | after: gains {gains}{part}, loss {correction.minimum.loss:.6g}"


def _print_blocks(both: Image, data: TextIO, columns: int) -> None:
    import numpy as np
    from rich.console import Console

    from colorfix.cli.commands.terminal_images import blocks, xterm_colors
    from colorfix.photos import display

    console = Console(file=data, width=columns)
    if console.color_system is None or console.no_color:  # forced by --as
        known = Console(file=data, force_terminal=True).color_system if data.isatty() else None
        console = Console(
            file=data,
            width=columns,
            force_terminal=True,
            color_system="256" if known == "256" else "truecolor",
            no_color=False,
        )
    if console.color_system == "256":
        both = display.dither_to_palette(both, xterm_colors())
    console.print(blocks(np.asarray(both)), soft_wrap=True)


def _pictured(both: Image, way: Way) -> str:
    from colorfix.cli.commands.terminal_images import iterm, kitty, sixel
    from colorfix.photos import display

    if way == "sixel":
        return sixel(*display.quantized(both))
    return (kitty if way == "kitty" else iterm)(display.png_of(both))
