"""A guard against blue photos."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.basins import basins
from colorfix.regularizers.parameters import ranges

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
@ranges(limit=(0.0, 1.0))
def blue_hinge(gains: Array, scene: Scene, /, *, limit: float = 1 / 3) -> Array:
    """Penalise a mean chromaticity that is bluer than ``limit``.

    max(0, b - limit)², b = g_B μ_B / Σ_c g_c μ_c

    A guard: 0 for any photo that is not blue, so that it cannot say where in the free range it belongs.

                      /
                     /
        ____________/      along b: flat up to the limit, a parabola beyond
                  limit

    Units: b and ``limit`` are shares of blue in the mean, 0 to 1; 1/3 is neutral.
    Source: colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> grey = SimpleNamespace(source_means=np.array([0.5, 0.5, 0.5]))
    >>> blue = np.array([1.0, 1.0, 2.0])
    >>> float(blue_hinge(np.ones(3), grey)), float(blue_hinge(blue, grey, limit=0.25))
    (0.0, 0.0625)
    """
    xp = namespace(gains)
    means = gains * scene.source_means
    excess = means[..., 2] / means.sum(-1) - limit
    excess = xp.where(excess.real > 0, excess, xp.zeros_like(excess))
    return excess * excess
