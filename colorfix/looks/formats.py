"""Export formats of looks by name, as in ``colorfix export --to``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from colorfix.core.errors import UnknownName
from colorfix.looks.exports import (
    cube_text,
    cube_warning,
    ffmpeg_filter,
    gimp_curves,
    hald_png,
    imagemagick_arguments,
    json_tables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.looks.look import Look


@dataclass(frozen=True)
class ExportFormat:
    """A format that other programs read.

    Attributes:
        encode: returns the whole file; raises ``SettingError`` if the format cannot represent the look.
        binary: whether the file is not text.
        warning: returns a sentence about the format's inaccuracy, or None. No format dithers.
    """

    encode: Callable[[Look], bytes]
    binary: bool = False
    warning: Callable[[Look], str | None] = lambda _: None


def _text(encode: Callable[[Look], str]) -> Callable[[Look], bytes]:
    return lambda look: encode(look).encode("ascii")


FORMATS: Final = {
    "cube": ExportFormat(_text(cube_text), warning=cube_warning),
    "hald": ExportFormat(hald_png, binary=True),
    "ffmpeg": ExportFormat(_text(ffmpeg_filter)),
    "imagemagick": ExportFormat(_text(imagemagick_arguments)),
    "gimp": ExportFormat(_text(gimp_curves)),
    "json": ExportFormat(_text(json_tables)),
}


def export_format(name: str) -> ExportFormat:
    """Return the format of a name.

    Raises:
        UnknownName: no format has this name.

    >>> export_format("cub")
    Traceback (most recent call last):
    colorfix.core.errors.UnknownName: no format is called 'cub'; did you mean 'cube'?
    """
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]
