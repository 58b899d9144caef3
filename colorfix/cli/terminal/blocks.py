"""A picture as half blocks: each letter is two pixels, one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.color import Color
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPPER = "▀"


def blocks(pixels: NDArray[np.uint8]) -> Text:
    """Return a picture as lines of text, which Rich brings to the colours that the terminal has.

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


def xterm_colours() -> NDArray[np.uint8]:
    """Return the colours that all terminals of 256 share: a cube and a row of greys, shape [240, 3].

    The first 16 are not among them, as people choose those themselves.

    >>> xterm_colours()[[0, 1, 215, 216, 239]].tolist()
    [[0, 0, 0], [0, 0, 95], [255, 255, 255], [8, 8, 8], [238, 238, 238]]
    """
    sides = np.array([0, 95, 135, 175, 215, 255], np.uint8)
    cube = np.stack(np.meshgrid(sides, sides, sides, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.arange(8, 239, 10, dtype=np.uint8)
    return np.concatenate([cube, np.repeat(greys[:, None], 3, axis=1)])
