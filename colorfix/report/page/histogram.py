"""Channel histograms as outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.color.statistics import CHANNELS

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats

CODES_PER_BAR: Final = 4
"""Values a bin: a gain leaves codes out, and a comb hides what lies behind it."""

WIDTH: Final = 256 // CODES_PER_BAR - 1
"""Of a histogram: one unit a bin."""

HEIGHT: Final = 100
"""Of a histogram: a channel's fullest bin, the two ends apart, which clipping fills."""


def histogram(weights: Floats) -> dict[str, str]:
    """Return the outline of each channel as an SVG path.

    The height of a bin is its share of the fullest one of all three channels between the ends; a fuller end
    is cut off at the top.

    Args:
        weights: share of the pixels at each value, shape (3, 256).

    >>> weights = np.zeros((3, 256))
    >>> weights[:, 4:8], weights[:, 8] = 0.15, 0.4
    >>> histogram(weights)["red"][:34]
    'M0,100L0,100.00L1,0.00L2,33.33L3,1'
    """
    shares = weights.reshape(3, -1, CODES_PER_BAR).sum(-1)
    fullest = float(shares[:, 1:-1].max()) or float(shares.max())
    heights = HEIGHT * (1 - np.minimum(1.0, shares / fullest))
    return {name: _outline(heights[c]) for c, name in enumerate(CHANNELS)}


def _outline(heights: Floats) -> str:
    bins = "".join(f"L{place},{height:.2f}" for place, height in enumerate(heights))
    return f"M0,{HEIGHT}{bins}L{WIDTH},{HEIGHT}Z"
