"""A look as a HaldCLUT: a picture of all colours of 8 bits, corrected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.statistics import SRGB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.look import Look

LEVEL = 16
"""A picture of 4096 x 4096 pixels: every one of the 256^3 colours, so that nothing is interpolated."""


def hald_of(look: Look) -> bytes:
    """Return the picture as a PNG, 8 bits a channel: about 300 kB, since it is so regular; never dithered."""
    side, change = LEVEL**3, replace(look, dither=False).change(SRGB)
    return photos.png_of(photos.view(photos.read(identity()), (side, side), change))


def identity() -> NDArray[np.uint8]:
    """Return all colours, red changing fastest, then green, then blue, shape (4096, 4096, 3).

    >>> identity()[16, :2].tolist()
    [[0, 0, 1], [1, 0, 1]]
    """
    codes = np.arange(LEVEL**2, dtype=np.uint8)
    colours = np.empty((*[LEVEL**2] * 3, 3), np.uint8)
    colours[..., 0] = codes
    colours[..., 1] = codes[:, None]
    colours[..., 2] = codes[:, None, None]
    return colours.reshape(LEVEL**3, LEVEL**3, 3)
