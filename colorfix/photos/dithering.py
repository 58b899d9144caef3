"""Fine noise that hides the bands of 8 bits: codes that a gain pulls apart leave gaps, seen as steps.

A stored code v stands for anything within half a code of it. Noise of that width before the gain spreads the
codes over the gaps, and rounding up or down at random, in proportion, keeps the mean of what rounding would
cut off. The noise is a tile of fixed numbers: the same photo always gets the same, however it is cut up.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.colour import Floats

TILE = 128
"""Side of the tile of noise, pixels."""


@cache
def _tile() -> Floats:
    """Two numbers in 0 to 1 for each channel of each pixel of the tile, shape [2, TILE, TILE, 3]."""
    return np.random.default_rng(20510).random((2, TILE, TILE, 3))


def noise(left: int, top: int, width: int, height: int) -> tuple[Floats, Floats]:
    """Return two fields of noise, 0 to 1, shape [height, width, 3], for a place in the photo."""
    rows, columns = (top + np.arange(height)) % TILE, (left + np.arange(width)) % TILE
    first, second = _tile()[:, rows[:, None], columns]
    return first, second


def dithered(
    codes: NDArray[np.uint8], change: Callable[[Floats], Floats], left: int, top: int
) -> NDArray[np.uint8]:
    """Return 8-bit values changed with noise before and rounding at random after.

    Args:
        codes: shape [H, W, 3].
        change: of stored values, 0 to 1, shape [..., 3].
        left: column of the first, pixels.
        top: row of the first.
    """
    before, after = noise(left, top, codes.shape[1], codes.shape[0])
    inside = (codes > 0) & (codes < 255)  # noqa: PLR2004 - black and white stay what they are
    spread = codes + np.where(inside, before - 0.5, 0.0)
    return to_eight_bits(change(spread / 255.0), after)


def to_eight_bits(values: Floats, after: Floats) -> NDArray[np.uint8]:
    """Return values, 0 to 1, as 8-bit codes, rounded up with a chance of their fraction."""
    return np.clip(np.floor(255.0 * values + after), 0, 255).astype(np.uint8)
