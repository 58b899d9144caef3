"""Dither against banding in 8 bits: a gain above 1 leaves gaps between codes, visible as steps.

A stored code v represents values within half a code of it. Noise of that width, added before the gain, fills
the gaps, and random rounding in proportion to the fraction preserves the mean. The noise is a tile of fixed
numbers: the same photo always gets the same noise, also in strips.

Both noises have 8 bits, so a table of 65 536 entries maps a code and its noise to 8 bits and 8 more after the
binary point.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

    Changed = Callable[[NDArray[np.uint16]], NDArray[np.uint16]]

TILE = 128
"""Side of the tile of noise, pixels."""

_LEVELS = 256
_AT_ONCE = 128  # rows


@cache
def _tile() -> NDArray[np.uint8]:
    """Return two random numbers per channel of each pixel of the tile, shape [2, TILE, TILE, 3]."""
    return np.random.default_rng(20510).integers(0, _LEVELS, (2, TILE, TILE, 3), np.uint8)


def noise(left: int, top: int, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return two fields of noise, 0 to 255, shape [height, width, 3], for a position in the photo."""
    rows, columns = (top + np.arange(height)) % TILE, (left + np.arange(width)) % TILE
    first, second = _tile()[:, rows][:, :, columns]
    return first, second


def noisy_values() -> Floats:
    """Return every code with every level of noise as a stored value, 0 to 1, shape [65536].

    Entry 256 v + n is the code v + (n + 1/2) / 256 - 1/2; black and white get no noise.
    """
    codes = np.arange(256.0)[:, None]
    within = (np.arange(_LEVELS) + 0.5) / _LEVELS - 0.5
    spread = codes + np.where((codes > 0) & (codes < 255), within, 0.0)
    values: Floats = spread.reshape(-1) / 255.0
    return values


def tables_for_dither(change: Callable[[Floats], Floats]) -> NDArray[np.uint16]:
    """Return 256 times the changed value of every code with every level of noise, shape (3, 65536).

    Args:
        change: a function of stored values, 0 to 1, shape [..., 3].

    >>> tables_for_dither(lambda stored: stored)[0, [256 * 7, 256 * 7 + 255, 65535]].tolist()
    [1664, 1920, 65280]
    """
    values = change(np.repeat(noisy_values()[:, None], 3, axis=1))
    return np.rint(255 * _LEVELS * np.clip(values, 0.0, 1.0)).astype(np.uint16).T


def looked_up(tables: NDArray[np.uint16]) -> Changed:
    """Return the change of :func:`dithered` by tables from :func:`tables_for_dither`."""
    return lambda entries: np.stack([row[entries[..., c]] for c, row in enumerate(tables)], axis=-1)


def dithered(codes: NDArray[np.uint8], changed: Changed, left: int, top: int) -> NDArray[np.uint8]:
    """Return 8-bit values changed, with noise added before and random rounding after.

    Args:
        codes: shape [H, W, 3].
        changed: returns 256 times the new value of entries: 256 times a code, plus its noise, shape [..., 3].
        left: column of the first in the photo.
        top: row of the first.
    """
    result = np.empty_like(codes)
    for row in range(0, len(codes), _AT_ONCE):
        some = codes[row : row + _AT_ONCE]
        before, after = noise(left, top + row, some.shape[1], some.shape[0])
        values = changed(some.astype(np.uint16) * _LEVELS + before)
        result[row : row + _AT_ONCE] = (values + after) // _LEVELS
    return result
