"""Penalties that assume that some average of the photo is gray, and two for gains that differ.

Each is a bowl in the plane of log gains, with its bottom where its average becomes gray. The weighted sum of
unbounded ones is one bowl, with its bottom at the weighted mean. A bounded one levels off beyond its reach:
far from everything else it stops pulling, so that votes are counted rather than averaged.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.color.scene import MAX_POWER
from colorfix.optim.arrays import Array, namespace
from colorfix.regularizers.contract import EDGES, basins, needs, ranges

if TYPE_CHECKING:
    from colorfix.color.scene import Scene


@basins(math.inf)
def gain_spread(gains: Array, _scene: Scene, /) -> Array:
    r"""Penalize gains that differ.

    Σ_c (l_c - l̄)², l_c = ln g_c

    A bowl around no change of color, the same at every brightness:

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


@basins(math.inf, no_change=True)
@ranges(width=(0.005, 10.0))
def no_change(gains: Array, scene: Scene, /, *, width: float = 0.045) -> Array:
    r"""Penalize a change of color, a large one hardly more than a small one.

    d² / (d² + w²), d² = Σ_c (l_c - l̄)², l_c = ln g_c

    A narrow well at no change, with a plain around it. A photo whose light is right already has its lowest
    loss there, and one that needs a large change is not held back by it:

        _____________     _____________  1
                     \   /
                      \_/                along one l_c; w = ``width``
                       0

    Its minimum is a basin of its own beside that of the other terms, and learning always starts there too.

    Units: a share, 0 to 1; ``width`` in natural logarithms of gains as on encoded values: one gain changed by
    6 % costs 0.5.
    Source: the robust function is Geman & McClure's, 1985, as in neutral-pixels; the term is colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> gains = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    >>> no_change(gains, SimpleNamespace(exponent=1.0)).round(3).tolist()
    [0.0, 0.994]
    """
    within = (width * scene.exponent) ** 2
    return 1 - within / (spread(namespace(gains).log(gains)) + within)


def spread(logs: Array) -> Array:
    """Return Σ_c (z_c - z̄)² over the last axis, the distance of three logarithms from gray, squared."""
    centered = logs - logs.sum(-1)[..., None] / 3
    return (centered * centered).sum(-1)


REACH = (0.05, math.inf)
"""Range of ``reach``."""


def bounded(logs: Array, scene: Scene, reach: float) -> Array:
    r"""Return the spread q of three logarithms, bounded by s: q / (1 + q/s²), about q near 0, s² far away.

           \             /
        . . \ .       . / . .      s infinite (line), and finite (dots)
             \  .   .  /
              \__._.__/

    Args:
        logs: natural logarithms, shape [..., 3].
        scene: has the exponent of the space.
        reach: s, in natural logarithms as on encoded values; infinite for q itself.
    """
    apart = spread(logs)
    if math.isinf(reach):
        return apart
    most = (reach * scene.exponent) ** 2
    # q/(1 + q/s²) = s² - s⁴/(q + s²), written with q once: bounds over boxes of gains are then tight
    return most - most * most / (apart + most)


@basins("reach")
@ranges(p=(1.0, MAX_POWER), blue=(-1.0, 1.0), reach=REACH)
def shades_of_gray(
    gains: Array, scene: Scene, /, *, p: float = 6.0, blue: float = 0.1, reach: float = math.inf
) -> Array:
    r"""Penalize a Minkowski mean of the corrected photo that is not gray.

    q / (1 + q/s²), q = Σ_c (z_c - z̄)², z_c = ln(g_c e_c), less ``blue`` for c = B, e_c = (mean x_cᵖ)^(1/p)

    p = 1 is gray-world; the larger p, the more bright colors count, up to white-patch:

                    _____
        b |      .'       `.
          |    .'          |       a level line in the plane of a = ln(g_R/g_G), b = ln(g_B/g_G):
          |   /     x     /        an ellipse with axes as 1 to √3, around the gains that
          |  |          .'         make e gray (x), or as much bluer as ``blue`` says
          |   `._____.-'
          +------------------ a

    ``reach`` is s; infinite, the default, it leaves q, whose pull grows with the distance. A finite one lets
    the penalty level off (see :func:`bounded`), so that the color of one bright wall cannot win against all
    else.

    ``blue``: e should be somewhat bluer than gray. Amber light clips red in bright parts and leaves too
    little blue in the others, so that gains which turn e gray leave a photo too warm (docs/quality.md). The
    source has 0.

    Units: natural logarithms, squared; one channel of e off gray by 10 % costs 0.006. ``p`` has none;
    ``blue`` is ln(B/G) as stored: 0.1 is 10 % of blue; so is ``reach``.
    Source: Finlayson & Trezzi, *Shades of Gray and Colour Constancy*, 2004, who found p = 6 best. Bounded, it
    is Geman & McClure's robust function, 1985.

    >>> import numpy as np
    >>> from colorfix.color.scene import Scene
    >>> from colorfix.color.statistics import Statistics
    >>> gray = Statistics(np.ones((3, 256), np.int64))
    >>> shades_of_gray(np.array([[2.0, 2.0, 2.0]]), Scene.of([gray], [gray]), blue=0.0).round(12).tolist()
    [0.0]
    """
    xp = namespace(gains)
    return bounded(xp.log(gains) + _off_gray(scene, p, blue), scene, reach)


def _off_gray(scene: Scene, p: float, blue: float) -> Array:
    """Return logarithms of the source's Minkowski means, that of blue less ``blue``, shape [P, 3]."""
    norms = scene.norms(p)
    xp = namespace(norms)
    logs = xp.log(norms)
    return xp.stack([logs[..., 0], logs[..., 1], logs[..., 2] - blue * scene.exponent], axis=-1)


@basins("reach")
@ranges(reach=REACH)
def gray_world(gains: Array, scene: Scene, /, *, reach: float = math.inf) -> Array:
    r"""Penalize channel means that differ: on average the world is gray.

    q / (1 + q/s²), q = Σ_c (z_c - z̄)², z_c = ln(g_c μ_c)

    Shades of gray with p = 1 and no blue to spare, ``reach`` s as there, infinite by default:

        \           /
         \         /
          \_     _/        along ln g_c, the other two gains as they are: a parabola; at its bottom
            \___/          channel c has the geometric mean of the other two channels

    Units: natural logarithms, squared; one mean off gray by 10 % costs 0.006.
    Source: Buchsbaum, *A spatial processor model for object color perception*, 1980.

    >>> import numpy as np
    >>> from colorfix.color.scene import Scene
    >>> from colorfix.color.statistics import Statistics
    >>> amber = np.zeros((3, 256), np.int64)
    >>> amber[[0, 1, 2], [200, 100, 50]] = 1
    >>> scene = Scene.of([Statistics(amber)], [Statistics(amber)])
    >>> gray_world(np.array([[0.5, 1.0, 2.0]]), scene).round(12).tolist()
    [0.0]
    """
    return shades_of_gray(gains, scene, p=1.0, blue=0.0, reach=reach)


@basins("reach")
@needs(EDGES)
@ranges(reach=REACH)
def gray_edge(gains: Array, scene: Scene, /, *, reach: float = math.inf) -> Array:
    r"""Penalize edges that are colored: on average the differences between neighbors are gray.

    q / (1 + q/s²), q = Σ_c (z_c - z̄)², z_c = ln(g_c e_c), e_c the mean length of the gradient of channel c

    Gradients are taken over a grid of at most 64 by 64 points. A large plain surface, which misleads the
    other two, has no edges:

        .         \   .         /
         .         \ .         /        along ln g_B, for a photo that is half plain blue sky: it pulls
          .         \         /         gray-world (dots) towards a gray sky; gray-edge (line) is
            .     .  \_     _/          lowest where the rest is gray, as if there were no sky
              . .      \___/

    Transparent parts do not count. ``reach`` is s, as in shades of gray, infinite by default. Left out if a
    channel has no edges, or no sample was taken.

    Units: natural logarithms, squared; one channel's edges off gray by 10 % cost 0.006.
    Source: van de Weijer, Gevers & Gijsenij, *Edge-Based Color Constancy*, 2007.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> amber_edges = SimpleNamespace(edges=np.array([[0.2, 0.1, 0.05]]))
    >>> gray_edge(np.array([[0.5, 1.0, 2.0]]), amber_edges).round(12).tolist()
    [0.0]
    """
    xp = namespace(gains)
    edges = scene.edges + (scene.edges == 0)  # any number serves where there are none
    return EDGES.met(scene) * bounded(xp.log(gains) + xp.log(edges), scene, reach)
