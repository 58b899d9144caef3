"""How many pixels a letter has, by what the system knows of the terminal, which is never asked."""

from __future__ import annotations

import fcntl
import struct
import termios
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

_SIZE: Final = struct.Struct("HHHH")  # struct winsize: rows, columns, width and height in pixels

USUAL: Final = (10, 20)
"""A VT340's, for whoever does not say."""


def cell_of(data: TextIO) -> tuple[int, int]:
    """Return width and height of a letter, pixels.

    Args:
        data: stdout, a terminal or not.
    """
    try:
        answer = fcntl.ioctl(data.fileno(), termios.TIOCGWINSZ, bytes(_SIZE.size))
    except OSError:  # no terminal, or no file at all
        return USUAL
    rows, columns, width, height = _SIZE.unpack(answer)
    return (width // columns, height // rows) if rows and columns and width and height else USUAL
