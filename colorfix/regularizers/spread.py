"""A prior for corrections that do little to colour, and the measure that the grey penalties share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.basins import basins

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
def gain_spread(gains: Array, _scene: Scene, /) -> Array:
    r"""Penalise gains that differ.

    Σ_c (l_c - l̄)², l_c = ln g_c

    A bowl around no change of colour, the same at every brightness:

        \           /
         \         /
          \_     _/        along one l_c, the other two 0: ⅔ l_c²
            \___/
              0

    Units: natural logarithms of gains, squared; one gain doubled costs 0.32.
    Source: the spread of :func:`gray_world` with no photo in it; colorfix's own.

    >>> import numpy as np
    >>> round(float(gain_spread(np.array([np.e, 1.0, 1.0]), None)), 6)
    0.666667
    """
    return spread(namespace(gains).log(gains))


def spread(logs: Array) -> Array:
    """Return Σ_c (z_c - z̄)² over the last axis: how far three logarithms are from grey."""
    centred = logs - logs.sum(-1)[..., None] / 3
    return (centred * centred).sum(-1)
