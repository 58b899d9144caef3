"""A picture as half blocks: each letter is two pixels, one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    import numpy as np
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
