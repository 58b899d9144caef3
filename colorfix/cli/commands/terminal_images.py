"""Pictures in a terminal: half blocks, Kitty's, iTerm2's and DEC's (Sixel) protocols.

Written here, because textual-image queries the terminal on import, which fails where stdin is a pipe, and has
no iTerm2. The terminal is never queried: the environment names it, and the system knows its size.
"""

from __future__ import annotations

import fcntl
import struct
import termios
from base64 import standard_b64encode
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from rich.color import Color
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from numpy.typing import NDArray

_BAND = 6
_RUN = 3  # equal letters that are no longer than their count
_FIRST = 63  # the letter of six pixels without ink; each pixel adds its bit


def sixel(places: NDArray[np.uint8], palette: NDArray[np.uint8]) -> str:
    r"""Return the commands that show a picture at the cursor, colors rounded to hundredths, as DEC has it.

    Args:
        places: of each pixel in the palette, shape [H, W].
        palette: colors, shape [K, 3], K at most 256.

    >>> sixel(np.zeros((1, 2), np.uint8), np.array([[255, 0, 0]], np.uint8))[2:]
    '0;1;0q"1;1;2;1#0;2;100;0;0#0@@$-\x1b\\\n'
    """
    height, width = places.shape
    colors = "".join(
        f"#{k};2;{';'.join(map(str, np.rint(color / 2.55).astype(int).tolist()))}"
        for k, color in enumerate(palette)
    )
    bands = (_band(places[top : top + _BAND]) for top in range(0, height, _BAND))
    return f'\x1bP0;1;0q"1;1;{width};{height}{colors}{"".join(bands)}\x1b\\\n'


def _band(places: NDArray[np.uint8]) -> str:
    """Return six rows: each of their colors, from the left ($), and on to the next band (-)."""
    bits = (1 << np.arange(len(places)))[:, None]
    rows = []
    for color in np.unique(places):
        letters = _FIRST + ((places == color) * bits).sum(0)
        rows.append(f"#{color}{_shortened(bytes(letters.astype(np.uint8)).decode())}$")
    return "".join(rows) + "-"


def _shortened(letters: str) -> str:
    """Return the letters with runs replaced by a count and the letter."""
    runs = ((letter, len(list(run))) for letter, run in groupby(letters))
    return "".join(f"!{count}{letter}" if count > _RUN else letter * count for letter, count in runs)


UPPER = "▀"


def blocks(pixels: NDArray[np.uint8]) -> Text:
    """Return a picture as lines of text, two pixels a letter; Rich reduces it to the terminal's colors.

    Args:
        pixels: shape [H, W, 3]; of an odd height the last line has no ground.
    """
    text = Text(no_wrap=True, end="")
    for top in range(0, len(pixels), 2):
        pair = pixels[top : top + 2].tolist()
        for column, above in enumerate(pair[0]):
            below = Color.from_rgb(*pair[1][column]) if len(pair) > 1 else None
            text.append(UPPER, Style(color=Color.from_rgb(*above), bgcolor=below))
        text.append("\n")
    return text


def xterm_colors() -> NDArray[np.uint8]:
    """Return the colors that all terminals of 256 share: a cube and a row of grays, shape [240, 3].

    The first 16 are not among them, as people choose those themselves.

    >>> xterm_colors()[[0, 1, 215, 216, 239]].tolist()
    [[0, 0, 0], [0, 0, 95], [255, 255, 255], [8, 8, 8], [238, 238, 238]]
    """
    sides = np.array([0, 95, 135, 175, 215, 255], np.uint8)
    cube = np.stack(np.meshgrid(sides, sides, sides, indexing="ij"), axis=-1).reshape(-1, 3)
    grays = np.arange(8, 239, 10, dtype=np.uint8)
    return np.concatenate([cube, np.repeat(grays[:, None], 3, axis=1)])


Way: TypeAlias = Literal["blocks", "kitty", "iterm", "sixel"]

_PROGRAMS: dict[str, Way] = {"iTerm.app": "iterm", "WezTerm": "iterm", "ghostty": "kitty", "vscode": "blocks"}
_TERMINALS: dict[str, Way] = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "kitty",
    "foot": "sixel",
    "mlterm": "sixel",
}


def way_of(environment: Mapping[str, str]) -> Way:
    """Return the best way by the environment; half blocks if it names none, and in tmux or screen.

    >>> way_of({"TERM": "xterm-kitty"}), way_of({"TERM": "tmux-256color", "TMUX": "x"})
    ('kitty', 'blocks')
    >>> way_of({"TERM": "foot-extra"}), way_of({"TERM": "mlterm-256color"}), way_of({"TERM": "footer"})
    ('sixel', 'sixel', 'blocks')
    """
    if is_inside(environment):
        return "blocks"
    term = environment.get("TERM", "")
    named = next(
        (way for name, way in _TERMINALS.items() if term == name or term.startswith(f"{name}-")), None
    )
    return named or _PROGRAMS.get(environment.get("TERM_PROGRAM", ""), "blocks")


def is_inside(environment: Mapping[str, str]) -> bool:
    """Whether the command runs in tmux or screen."""
    return "TMUX" in environment or environment.get("TERM", "").startswith(("tmux", "screen"))


def iterm(png: bytes) -> str:
    """Return the command that shows a PNG at the cursor, a pixel for a pixel."""
    return f"\x1b]1337;File=inline=1;size={len(png)}:{standard_b64encode(png).decode()}\a\n"


_PIECE = 4096  # bytes of text a command at the most, as the protocol has it


def kitty(png: bytes) -> str:
    """Return the commands that show a PNG (f=100) at the cursor at once (a=T), without an answer (q=2)."""
    text = standard_b64encode(png).decode()
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    commands = []
    for place, piece in enumerate(pieces):
        first = "a=T,f=100,q=2," if place == 0 else ""
        more = int(place + 1 < len(pieces))
        commands.append(f"\x1b_G{first}m={more};{piece}\x1b\\")
    return "".join(commands) + "\n"


_SIZE: Final = struct.Struct("HHHH")  # struct winsize: rows, columns, width and height in pixels

USUAL: Final = (10, 20)
"""Cell size of a VT340 in pixels, if the terminal does not report one."""


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
