"""Gains that an axis names."""

from __future__ import annotations

import math
from typing import Final

TICKS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
"""Gains that an axis may name."""

APART: Final = 0.16
"""Logarithms of a gain between two names on an axis at the least."""


def ticks(low: float, high: float) -> list[float]:
    """Return round gains within a range, far enough apart to be read; 1 is one of them.

    Args:
        low: the least gain of the range, above 0.
        high: the largest one.

    >>> ticks(0.4, 2.5)
    [0.5, 0.7, 1.0, 1.5, 2.0]
    """
    chosen = [1.0]
    for tick in sorted(TICKS, key=lambda gain: abs(math.log(gain))):
        if low <= tick <= high and min(abs(math.log(tick / other)) for other in chosen) > APART:
            chosen.append(tick)
    return sorted(chosen)
