"""Penalties that take some average of the photo for grey.

Each is a bowl in the plane of log gains, with its bottom where that average becomes grey: they differ in
which average, so in where the bottom lies. Weighted together they make one bowl, at the weighted mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.spread import spread

if TYPE_CHECKING:
    from colorfix.scene import Scene


def shades_of_gray(gains: Array, scene: Scene, /, *, p: float = 6.0) -> Array:
    """Penalise a Minkowski mean of the corrected photo that is not grey.

    Σ_c (z_c - z̄)², z_c = ln(g_c e_c), e_c = (mean x_cᵖ)^(1/p) over the source. p = 1 is gray-world, large p
    white-patch; 6 was found best (Finlayson & Trezzi, *Shades of Gray and Colour Constancy*, 2004).

    >>> import numpy as np
    >>> from colorfix.scene import Scene
    >>> from colorfix.colour import Statistics
    >>> grey = Statistics(np.ones((3, 256), np.int64))
    >>> shades_of_gray(np.array([[2.0, 2.0, 2.0]]), Scene.of([grey], [grey])).round(12).tolist()
    [0.0]
    """
    xp = namespace(gains)
    return spread(xp.log(gains) + xp.log(scene.norms(p)))


def gray_world(gains: Array, scene: Scene, /) -> Array:
    """Penalise channel means that differ: on average the world is grey.

    Σ_c (z_c - z̄)², z_c = ln(g_c μ_c) (Buchsbaum 1980): shades of gray with p = 1.
    """
    return shades_of_gray(gains, scene, p=1.0)


def gray_edge(gains: Array, scene: Scene, /) -> Array:
    """Penalise edges that are coloured: on average the differences between neighbours are grey.

    Σ_c (z_c - z̄)², z_c = ln(g_c e_c), e_c the mean length of the gradient of channel c over a grid of 64 by
    64 points (van de Weijer, Gevers & Gijsenij, *Edge-Based Color Constancy*, 2007). A large plain surface,
    which misleads the other two, has no edges. 0 for every gain where the photo has no sample, or where the
    sample has no edge in some channel: it then knows nothing.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> amber_edges = SimpleNamespace(edges=np.array([[0.2, 0.1, 0.05]]))
    >>> gray_edge(np.array([[0.5, 1.0, 2.0]]), amber_edges).round(12).tolist()
    [0.0]
    """
    xp = namespace(gains)
    known = (scene.edges > 0).all(-1)
    edges = xp.where(known[..., None], scene.edges, xp.ones_like(scene.edges))
    return known * spread(xp.log(gains) + xp.log(edges))
