"""Local minima: told apart by their gains."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

APART = 1e-3
"""Distance in log gains below which two minima are one."""


class Minimum(NamedTuple):
    """A local minimum.

    Attributes:
        gains: red, green, blue.
        loss: there.
    """

    gains: tuple[float, float, float]
    loss: float


def distinct(minima: list[Minimum]) -> tuple[Minimum, ...]:
    """Return the minima that lie apart from all lower ones, lowest first."""
    kept: list[Minimum] = []
    for minimum in sorted(minima, key=lambda m: m.loss):
        near = [np.abs(np.log(np.divide(minimum.gains, other.gains))).max() < APART for other in kept]
        if not any(near):
            kept.append(minimum)
    return tuple(kept)
