"""Channel histograms as outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from colorfix.colour import Floats

WIDTH: Final = 255
"""Of a histogram: one unit a code."""

HEIGHT: Final = 100
"""Of a histogram: a channel's fullest bin, the two ends apart, which clipping fills."""


def histogram(weights: Floats) -> dict[str, str]:
    """Return the outline of each channel as an SVG path.

    The height of a bin is its share of the fullest one of all three channels between the ends; a fuller end
    is cut off at the top.

    Args:
        weights: share of the pixels at each value, shape (3, 256).

    >>> weights = np.zeros((3, 256))
    >>> weights[:, 1], weights[:, 2] = 0.75, 0.25
    >>> histogram(weights)["red"][:34]
    'M0,100L0,100.00L1,0.00L2,66.67L3,1'
    """
    fullest = float(weights[:, 1:-1].max()) or float(weights.max())
    heights = HEIGHT * (1 - np.minimum(1.0, weights / fullest))
    return {name: _outline(heights[c]) for c, name in enumerate(("red", "green", "blue"))}


def _outline(heights: Floats) -> str:
    bins = "".join(f"L{code},{height:.2f}" for code, height in enumerate(heights))
    return f"M0,{HEIGHT}{bins}L{WIDTH},{HEIGHT}Z"
