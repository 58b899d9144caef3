"""A picture as Sixel, DEC's graphics for terminals: bands of six rows, a colour at a time."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BAND = 6
_FIRST = 63  # the letter of six pixels without ink; each pixel adds its bit


def sixel(places: NDArray[np.uint8], palette: NDArray[np.uint8]) -> str:
    r"""Return the commands that show a picture at the cursor, colours rounded to hundredths, as DEC has it.

    Args:
        places: of each pixel in the palette, shape [H, W].
        palette: colours, shape [K, 3], K at most 256.

    >>> sixel(np.zeros((1, 2), np.uint8), np.array([[255, 0, 0]], np.uint8))[2:]
    '0;1;0q"1;1;2;1#0;2;100;0;0#0@@$-\x1b\\\n'
    """
    height, width = places.shape
    colours = "".join(
        f"#{k};2;{';'.join(map(str, np.rint(colour / 2.55).astype(int).tolist()))}"
        for k, colour in enumerate(palette)
    )
    bands = (_band(places[top : top + _BAND]) for top in range(0, height, _BAND))
    return f'\x1bP0;1;0q"1;1;{width};{height}{colours}{"".join(bands)}\x1b\\\n'


def _band(places: NDArray[np.uint8]) -> str:
    """Six rows: each colour that is in them, from the left ($), and on to the next band (-)."""
    bits = (1 << np.arange(len(places)))[:, None]
    rows = []
    for colour in np.unique(places):
        letters = _FIRST + ((places == colour) * bits).sum(0)
        rows.append(f"#{colour}{_shortened(bytes(letters.astype(np.uint8)).decode())}$")
    return "".join(rows) + "-"


def _shortened(letters: str) -> str:
    """Runs of a letter as a count and the letter."""
    runs = ((letter, len(list(run))) for letter, run in groupby(letters))
    return "".join(f"!{count}{letter}" if count > 3 else letter * count for letter, count in runs)  # noqa: PLR2004 - where the count is shorter
