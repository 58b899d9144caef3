"""A look as a HaldCLUT: a picture of all colours of 8 bits, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 16
"""A picture of 4096 x 4096 pixels: every one of the 256^3 colours, so that nothing is interpolated."""


def identity() -> NDArray[np.uint8]:
    """Return all colours, red changing fastest, then green, then blue, shape [4096, 4096, 3]."""
    side = LEVEL**3
    code = np.arange(side * side, dtype=np.uint32)
    colours = np.stack([(code >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)], axis=-1)
    return colours.reshape(side, side, 3)
