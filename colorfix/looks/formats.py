"""The formats by name: what ``colorfix export --to`` may say.

A look as other programs take it: a format a file, all of them in one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from colorfix.core.errors import UnknownName
from colorfix.looks.filters import filter_of, tables_of, words_of
from colorfix.looks.luts import cube_of, hald_of, settings_of, shortfall_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.looks.look import Look

__all__ = ["FORMATS", "Format", "format_called"]


@dataclass(frozen=True)
class Format:
    """How a look is written for others.

    Attributes:
        written: the whole file. Raises ``SettingError`` where the
            format cannot hold the look.
        binary: whether it is no text, which a terminal could show.
        shortfall: how far the format is from the look, a sentence; None where it is not. No format but
            colorfix's own correction dithers.
    """

    written: Callable[[Look], bytes]
    binary: bool = False
    shortfall: Callable[[Look], str | None] = lambda _: None


def _text(written: Callable[[Look], str]) -> Callable[[Look], bytes]:
    return lambda look: written(look).encode("ascii")


FORMATS: Final = {
    "cube": Format(_text(cube_of), shortfall=shortfall_of),
    "hald": Format(hald_of, binary=True),
    "ffmpeg": Format(_text(filter_of)),
    "imagemagick": Format(_text(words_of)),
    "gimp": Format(_text(settings_of)),
    "json": Format(_text(tables_of)),
}


def format_called(name: str) -> Format:
    """Return a format.

    Raises:
        UnknownName: there is none of this name.

    >>> format_called("cub")
    Traceback (most recent call last):
    colorfix.core.errors.UnknownName: no format is called 'cub'; did you mean 'cube'?
    """
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]
