"""Fine noise that hides the bands of 8 bits: codes that a gain pulls apart leave gaps, seen as steps.

A stored code v stands for anything within half a code of it. Noise of that width before the gain spreads the
codes over the gaps, and rounding up or down at random, in proportion, keeps the mean of what rounding would
cut off. The noise is a tile of fixed numbers: the same photo always gets the same, however it is cut up.

Both are numbers of 8 bits, so that what a code with its noise becomes stands in a table of 65 536 entries, of
8 bits and 8 more behind the point.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

TILE = 128
"""Side of the tile of noise, pixels."""

_LEVELS = 256
_AT_ONCE = 128  # rows


@cache
def _tile() -> NDArray[np.uint8]:
    """Two numbers for each channel of each pixel of the tile, shape [2, TILE, TILE, 3]."""
    return np.random.default_rng(20510).integers(0, _LEVELS, (2, TILE, TILE, 3), np.uint8)


def noise(left: int, top: int, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return two fields of noise, 0 to 255, shape [height, width, 3], for a place in the photo."""
    rows, columns = (top + np.arange(height)) % TILE, (left + np.arange(width)) % TILE
    first, second = _tile()[:, rows][:, :, columns]
    return first, second


def tables_for_dither(change: Callable[[Floats], Floats]) -> NDArray[np.uint16]:
    """Return 256 times what every code becomes with every level of noise, shape (3, 65536).

    Entry 256 v + n belongs to the code v + (n + 1/2) / 256 - 1/2; black and white stay what they are.

    Args:
        change: of stored values, 0 to 1, shape [..., 3].

    >>> tables_for_dither(lambda stored: stored)[0, [256 * 7, 256 * 7 + 255, 65535]].tolist()
    [1664, 1920, 65280]
    """
    codes = np.arange(256.0)[:, None]
    within = (np.arange(_LEVELS) + 0.5) / _LEVELS - 0.5
    spread = codes + np.where((codes > 0) & (codes < 255), within, 0.0)
    values = change(np.repeat(spread.reshape(-1, 1) / 255.0, 3, axis=1))
    return np.rint(255 * _LEVELS * np.clip(values, 0.0, 1.0)).astype(np.uint16).T


def dithered(codes: NDArray[np.uint8], tables: NDArray[np.uint16], left: int, top: int) -> NDArray[np.uint8]:
    """Return 8-bit values changed, with noise before and rounding at random after.

    Args:
        codes: shape [H, W, 3].
        tables: as :func:`tables_for_dither` gives them.
        left: column of the first, pixels.
        top: row of the first.
    """
    result = np.empty_like(codes)
    for row in range(0, len(codes), _AT_ONCE):
        some = codes[row : row + _AT_ONCE]
        before, after = noise(left, top + row, some.shape[1], some.shape[0])
        entries = some.astype(np.uint16) * _LEVELS + before
        for channel, table in enumerate(tables):
            values = table[entries[..., channel]] + after[..., channel]
            result[row : row + _AT_ONCE, :, channel] = values // _LEVELS
    return result
