"""The built-in penalties, a function each, and the table of their names.

Symbols: g the gains, μ the source's channel means, l = ln g, z̄ the mean of z over the three channels.
Every function takes gains of shape [..., 3] and a scene, and returns penalties of shape [...], without unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from colorfix.regularizers.contract import Regularizer
    from colorfix.scene import Scene


def double_wells(gains: Array, _scene: Scene, /) -> Array:
    """Penalise as the paper's second experiment does: two wells in blue, two in red.

    ((g_B - 2.1)² - 1)² + 0.3 g_B + 2 + ((g_R + 0.5)² - 1)²: near g_B = 1.1 (realistic) and 3.1 (blue), near
    g_R = 0.5. The constant 2 is the authors' and moves no minimum. It knows nothing of the photo.
    Source: section 7.2 and the authors' published script.

    >>> import numpy as np
    >>> round(float(double_wells(np.array([0.5, 1.0, 1.1]), None)), 6)
    2.33
    """
    red, blue = gains[..., 0], gains[..., 2]
    blue_well = (blue - 2.1) ** 2 - 1
    red_well = (red + 0.5) ** 2 - 1
    return blue_well * blue_well + 0.3 * blue + 2 + red_well * red_well


def blue_hinge(gains: Array, scene: Scene, /, *, limit: float = 1 / 3) -> Array:
    """Penalise a mean chromaticity that is bluer than ``limit``.

    max(0, b - limit)², b = g_B μ_B / Σ_c g_c μ_c, 0 to 1; 1/3 is neutral. A guard: 0 for any photo that is
    not blue.

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


def luminance(gains: Array, scene: Scene, /) -> Array:
    """Penalise a change of the mean luminance.

    ln²(Σ_c w_c g_c μ_c / Σ_c w_c μ_c), w = (0.2126, 0.7152, 0.0722). A guide's brightness says nothing of the
    source's: over measured pairs the truth's luminance lies within a few per cent of the source's.

    >>> import numpy as np
    >>> from colorfix.scene import Scene
    >>> from colorfix.colour import Statistics
    >>> photo = Statistics(np.ones((3, 256), np.int64))
    >>> float(luminance(np.array([[1.0, 1.0, 1.0]]), Scene.of([photo], [photo]))[0])
    0.0
    """
    xp = namespace(gains)
    change = xp.log((gains * scene.source_means * scene.luma).sum(-1) / scene.source_luminance)
    return change * change


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
    return _spread(xp.log(gains) + xp.log(scene.norms(p)))


def gray_world(gains: Array, scene: Scene, /) -> Array:
    """Penalise channel means that differ: on average the world is grey.

    Σ_c (z_c - z̄)², z_c = ln(g_c μ_c) (Buchsbaum 1980): shades of gray with p = 1.
    """
    return shades_of_gray(gains, scene, p=1.0)


def gain_spread(gains: Array, _scene: Scene, /) -> Array:
    """Penalise gains that differ: a prior for corrections that do little to colour.

    Σ_c (l_c - l̄)², l = ln g.

    >>> import numpy as np
    >>> round(float(gain_spread(np.array([np.e, 1.0, 1.0]), None)), 6)
    0.666667
    """
    return _spread(namespace(gains).log(gains))


def _spread(logs: Array) -> Array:
    """Σ_c (z_c - z̄)² over the last axis."""
    centred = logs - logs.sum(-1)[..., None] / 3
    return (centred * centred).sum(-1)


BUILT_IN: dict[str, Regularizer] = {
    "blue-hinge": blue_hinge,
    "double-wells": double_wells,
    "gain-spread": gain_spread,
    "gray-world": gray_world,
    "luminance": luminance,
    "shades-of-gray": shades_of_gray,
}
"""Every built-in regularizer by the name that ``-R`` takes."""
