"""A penalty on what is lost at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


def clipping(gains: Array, scene: Scene, /) -> Array:
    """Penalise values pushed beyond white.

    mean_p Σ_c max(0, g_c x_pc - 1)², over the pixels x_p

    How much of each channel is cut off, squared. Exact, from the histograms; 0 and flat as long as nothing
    clips, then ever steeper. Steps with 256 values a channel, so the dearest of the built-in penalties.

                         /
                        /
        _______________/       along one gain, m the brightest value of its channel
                      1/m

    Units: x in 0 to 1; 0.01 is a tenth of white cut off every pixel of one channel.
    Source: colorfix's own.

    >>> import numpy as np
    >>> from colorfix.color.scene import Scene
    >>> from colorfix.color.statistics import Statistics
    >>> half = np.zeros((3, 256), np.int64)
    >>> half[:, 51] = 1  # 0.2
    >>> clipping(np.array([[5.0, 5.0, 7.5]]), Scene.of([Statistics(half)], [Statistics(half)])).tolist()
    [0.25]
    """
    xp = namespace(gains)
    beyond = gains[..., None] * scene.values - 1
    beyond = xp.where(beyond.real > 0, beyond, xp.zeros_like(beyond))
    return (beyond * beyond * scene.weights).sum(-1).sum(-1)
