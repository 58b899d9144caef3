"""A penalty that trusts a guide which shows the same scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from colorfix.scene import Scene


def same_scene(gains: Array, scene: Scene, /) -> Array:
    """Penalise channel means that differ from the guide's, as far as the guide shows the same scene.

    λ Σ_c ln²(g_c μ_c / τ_c), λ the likeness of source and target, 0 to 1 (see
    :func:`colorfix.likeness.likeness`): 0 for another scene, whose colours say nothing of this one's, near 1
    for the same scene in another light. A bowl around exact matching, or nothing.

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
    off = xp.log(gains * scene.source_means / scene.target_means)
    return scene.likeness * (off * off).sum(-1)
