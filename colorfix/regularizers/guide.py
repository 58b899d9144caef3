"""A penalty for a guide that shows the same scene."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.contract import TARGET, basins, needs

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
@needs(TARGET)
def same_scene(gains: Array, scene: Scene, /) -> Array:
    r"""Penalize channel means that differ from the guide's, as far as the guide shows the same scene.

    λ Σ_c ln²(g_c μ_c / τ_c), λ the likeness of source and target

    λ is near 1 for the same scene in another light, and 0 for another scene, whose colors are no evidence of
    this one's (see :func:`colorfix.color.scene.likeness`). A bowl around exact matching, or nothing:

        \             /
         \    λ = 1  /
          \_       _/            along ln g_c; the bottom is exact matching, ln(τ_c / μ_c)
        ____\_____/____  λ = 0

    Left out if the target has a channel that is all zero.

    Units: natural logarithms, squared; λ in 0 to 1. One mean off by 10 % costs 0.009 at λ = 1.
    Source: von Kries' rule for the gains; the likeness is colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> twin = SimpleNamespace(
    ...     likeness=np.array([1.0]),
    ...     source_means=np.array([[0.2, 0.4, 0.4]]),
    ...     target_means=np.full((1, 3), 0.4),
    ... )
    >>> same_scene(np.array([[2.0, 1.0, 1.0]]), twin).tolist()
    [0.0]
    """
    xp = namespace(gains)
    wanted = scene.target_means + (scene.target_means == 0)  # a target that lacks a channel has no likeness
    off = xp.log(gains) + namespace(wanted).log(scene.source_means / wanted)
    return scene.likeness * (off * off).sum(-1)
