"""The parade: for each channel, how the values are spread in every column of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS: Final = 400
"""Rows of the picture that are looked at, at about even distances, at the least where it has as many."""

COLUMNS: Final = 200
"""Columns of a channel."""

CODES_PER_ROW: Final = 2
"""Values a row: a gain leaves codes out, which would be black lines."""

GAP: Final = 10
"""Columns between two channels."""

_INKS = np.array([(255, 110, 100), (110, 235, 130), (120, 170, 255)])  # light enough on black to tell apart
_DARK = 14.0  # the scope's ground
_SHADES = 24  # of a channel, so that the PNG stays small


def spread(pixels: NDArray[np.uint8], channel: int, columns: int) -> NDArray[np.int64]:
    """Return how often each value occurs in each column of a picture, shape (256, columns), 0 the first row.

    >>> spread(np.array([[(0, 0, 0), (9, 0, 0)]], np.uint8), 0, 2)[[0, 9]].tolist()
    [[1, 0], [0, 1]]
    """
    width = pixels.shape[1]
    column = np.arange(width) * columns // width
    flat = pixels[..., channel].astype(np.int64) * columns + column
    return np.bincount(flat.ravel(), minlength=256 * columns).reshape(256, columns)


def parade(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of red, green and blue side by side, value 255 on top, shape (128, W, 3)."""
    columns = min(COLUMNS, pixels.shape[1])
    pixels = pixels[:: max(1, len(pixels) // ROWS)]
    ground = np.full((256 // CODES_PER_ROW, GAP, 3), _DARK, np.uint8)
    panels = [_panel(spread(pixels, channel, columns), ink) for channel, ink in enumerate(_INKS)]
    return np.concatenate([panels[0], ground, panels[1], ground, panels[2]], axis=1)


def _panel(counts: NDArray[np.int64], ink: NDArray[np.int64]) -> NDArray[np.uint8]:
    rows = counts.reshape(-1, CODES_PER_ROW, counts.shape[1]).sum(axis=1)
    shares = rows / rows.sum(axis=0, keepdims=True)
    light = np.minimum(1.0, (shares / 0.05) ** 0.5)  # 5 % of a column at one value is as bright as it gets
    light = np.rint(light * _SHADES)[::-1, :, None] / _SHADES
    panel: NDArray[np.uint8] = np.rint(_DARK + light * (ink - _DARK)).astype(np.uint8)
    return panel
