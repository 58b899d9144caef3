"""Penalties on brightness, clipping, blue photos and distance from a same-scene guide; the paper's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.contract import TARGET, basins, needs, ranges

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
def luminance(gains: Array, scene: Scene, /) -> Array:
    r"""Penalize a mean luminance, as stored, other than the source's, or the guide's if that is followed.

    (ln(Σ_c w_c g'_c m_c / Σ_c w_c m_c) - b)², w = (0.2126, 0.7152, 0.0722)

    m are the means of the stored values and g' = g^(1/γ) what gains do to them, γ = 2.2 in linear light, else
    1. b is 0 where the source's luminance is kept: another scene's brightness is no evidence, and over
    measured pairs the true luminance lies within a few per cent of the source's. Where the guide's is
    followed (``--exposure``), b is the logarithm of its luminance over the source's, or a share of it. A
    valley along every change of color that keeps the luminance:

        g_R |\  \  \
            | \  \  \            level lines; on the one through no change (x) the penalty
            |  \  x  \           is 0 for b = 0, and it rises as the square of ln to both sides
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
    change = xp.log((stored * (luminance / luminance.sum(-1)[..., None])).sum(-1)) - scene.brightening
    return change * change


def clipping(gains: Array, scene: Scene, /) -> Array:
    """Penalize values pushed beyond white.

    mean_p Σ_c max(0, g_c x_pc - 1)², over the pixels x_p

    The part of each channel that is cut off, squared. Exact, from the histograms; 0 and flat until something
    clips, then ever steeper. It takes 256 values a channel, so it is the slowest built-in penalty.

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


@basins(math.inf)
@ranges(limit=(0.0, 1.0))
def blue_hinge(gains: Array, scene: Scene, /, *, limit: float = 1 / 3) -> Array:
    """Penalize a mean chromaticity that is bluer than ``limit``.

    max(0, b - limit)², b = g_B μ_B / Σ_c g_c μ_c

    A guard: 0 for any photo that is not blue, so that it has no preference among those.

                      /
                     /
        ____________/      along b: flat up to the limit, a parabola beyond
                  limit

    Units: b and ``limit`` are shares of blue in the mean, 0 to 1; 1/3 is neutral.
    Source: colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> gray = SimpleNamespace(source_means=np.array([0.5, 0.5, 0.5]))
    >>> blue = np.array([1.0, 1.0, 2.0])
    >>> float(blue_hinge(np.ones(3), gray)), float(blue_hinge(blue, gray, limit=0.25))
    (0.0, 0.0625)
    """
    xp = namespace(gains)
    means = gains * scene.source_means
    excess = means[..., 2] / means.sum(-1) - limit
    excess = xp.where(excess.real > 0, excess, xp.zeros_like(excess))
    return excess * excess


def double_wells(gains: Array, _scene: Scene, /) -> Array:
    r"""Penalize as the paper's second experiment does: two wells in blue, two in red.

    ((g_B - 2.1)² - 1)² + 0.3 g_B + 2 + ((g_R + 0.5)² - 1)²

    Wells lie near g_B = 1.1 (realistic) and 3.1 (blue), and near g_R = 0.5. The constant 2 is the authors'
    and moves no minimum. It does not depend on the photo, and green is free.

    Along g_B, and along g_R, which for positive gains has one well only:

        \      _     /         \        /
         \    / \   /           \      /
          \  /   \_/             \    /
           \/    3.1              \__/
          1.1                     0.5

    Units: factors, to the fourth power; no change costs 3.9 and the realistic wells 2.3.
    Source: section 7.2 of the paper and the authors' published script.

    >>> import numpy as np
    >>> round(float(double_wells(np.array([0.5, 1.0, 1.1]), None)), 6)
    2.33
    """
    red, blue = gains[..., 0], gains[..., 2]
    blue_well = (blue - 2.1) ** 2 - 1
    red_well = (red + 0.5) ** 2 - 1
    return blue_well * blue_well + 0.3 * blue + 2 + red_well * red_well


@basins(math.inf)
@needs(TARGET)
def same_scene(gains: Array, scene: Scene, /) -> Array:
    r"""Penalize channel means that differ from the guide's, as far as the guide shows the same scene.

    0.02 λ / (1.02 - λ) · Σ_c ln²(g_c μ_c / τ_c), λ from the likeness of source and target

    λ is 1 for the same scene in another light, and 0 for another scene, whose colors are no evidence of this
    one's (see :class:`colorfix.color.likeness.Likeness`); or it is what ``--follow`` says. The factor is
    1 at λ = 1, 0.019 at λ = 0.5 and 0 at λ = 0, so that with the default's weight, 1000, λ is about the share
    of the way from the other penalties' gains to the guide's. A bowl around exact matching, or nothing:

        \             /
         \    λ = 1  /
          \_       _/            along ln g_c; the bottom is exact matching, ln(τ_c / μ_c)
        ____\_____/____  λ = 0

    Left out if the target has a channel that is all zero. In the sensor's space τ stands for the means that
    lead plain gains to the gains of exact matching there.

    Units: natural logarithms, squared; λ in 0 to 1. One mean off by 10 % costs 0.009 at λ = 1.
    Source: von Kries' rule for the gains; the likeness is colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> twin = SimpleNamespace(
    ...     likeness=np.array([1.0]),
    ...     source_means=np.array([[0.2, 0.4, 0.4]]),
    ...     target_means=np.full((1, 3), 0.4),
    ...     plain_target_means=np.full((1, 3), 0.4),
    ... )
    >>> same_scene(np.array([[2.0, 1.0, 1.0]]), twin).tolist()
    [0.0]
    """
    xp = namespace(gains)
    wanted = scene.plain_target_means + (
        scene.plain_target_means == 0
    )  # any number serves where there is none
    off = xp.log(gains) + namespace(wanted).log(scene.source_means / wanted)
    pull = TARGET.met(scene) * (0.02 * scene.likeness / (1.02 - scene.likeness))
    return pull * (off * off).sum(-1)
