"""The formats by name: what ``colorfix export --to`` may say.

A look as other programs take it: a format a file, all of them in one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from colorfix.core.errors import UnknownName
from colorfix.looks.filters import ffmpeg_filter, imagemagick_arguments, json_tables
from colorfix.looks.luts import cube_text, cube_warning, gimp_curves, hald_png

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.looks.look import Look

__all__ = ["FORMATS", "ExportFormat", "export_format"]


@dataclass(frozen=True)
class ExportFormat:
    """How a look is written for others.

    Attributes:
        written: the whole file. Raises ``SettingError`` where the
            format cannot hold the look.
        binary: whether it is no text, which a terminal could show.
        shortfall: how far the format is from the look, a sentence; None where it is not. No format but
            colorfix's own correction dithers.
    """

    encode: Callable[[Look], bytes]
    binary: bool = False
    warning: Callable[[Look], str | None] = lambda _: None


def _text(written: Callable[[Look], str]) -> Callable[[Look], bytes]:
    return lambda look: written(look).encode("ascii")


FORMATS: Final = {
    "cube": ExportFormat(_text(cube_text), warning=cube_warning),
    "hald": ExportFormat(hald_png, binary=True),
    "ffmpeg": ExportFormat(_text(ffmpeg_filter)),
    "imagemagick": ExportFormat(_text(imagemagick_arguments)),
    "gimp": ExportFormat(_text(gimp_curves)),
    "json": ExportFormat(_text(json_tables)),
}


def export_format(name: str) -> ExportFormat:
    """Return a format.

    Raises:
        UnknownName: there is none of this name.

    >>> export_format("cub")
    Traceback (most recent call last):
    colorfix.core.errors.UnknownName: no format is called 'cub'; did you mean 'cube'?
    """
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]
