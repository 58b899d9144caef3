"""A penalty on brightness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.basins import basins

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
def luminance(gains: Array, scene: Scene, /) -> Array:
    r"""Penalise a change of the mean luminance, as stored.

    ln²(Σ_c w_c g'_c m_c / Σ_c w_c m_c), w = (0.2126, 0.7152, 0.0722)

    m are the means of the stored values and g' = g^(1/γ) what gains do to them, γ = 2.2 in linear light, else
    1. A guide's brightness says nothing of the source's: over measured pairs the truth's luminance lies
    within a few per cent of the source's. A valley along every change of colour that keeps the luminance:

        g_R |\  \  \
            | \  \  \            level lines; on the one through no change (x) the penalty
            |  \  x  \           is 0, and it rises as the square of ln to both sides
            |   \  \  \
            +------------ g_G

    Units: none; a luminance changed by 10 % costs 0.009.
    Source: the weights are ITU-R BT.709's; the term is colorfix's own.

    >>> import numpy as np
    >>> from colorfix.color.scene import Scene
    >>> from colorfix.color.statistics import Statistics
    >>> photo = Statistics(np.ones((3, 256), np.int64))
    >>> float(luminance(np.array([[1.0, 1.0, 1.0]]), Scene.of([photo], [photo]))[0])
    0.0
    """
    xp = namespace(gains)
    stored = xp.exp(xp.log(gains) / scene.exponent)
    luminance = scene.stored_means * scene.luma
    change = xp.log((stored * (luminance / luminance.sum(-1)[..., None])).sum(-1))
    return change * change
