"""Penalties on the light that a correction implies: gains (g_R, g_G, g_B) undo a light of color 1/g.

All are functions of a = ln(g_R/g_G) and b = ln(g_B/g_G), as gains on sRGB-encoded values; logarithms of
gains in linear light are divided by 2.2 first. No change (daylight, D65) is (0, 0), illuminant A is
(-0.365, 0.575): warmer lights lie to the upper left, greenish ones to the right of the curve.

      b |  * 2500 K
        |    * A, 2856 K
        |      *  3200 K
        |          *  F11, 4000 K
        |               *  D50
      0 |__________________* D65
       -0.45      a        0

The last penalty looks for neutral colors in the photo.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim.arrays import Array, log_sum_exp, namespace
from colorfix.regularizers.contract import COLORS, basins, needs, ranges

if TYPE_CHECKING:
    from colorfix.color.scene import Scene

LIGHTS: dict[str, tuple[float, float]] = {
    "2500 K": (-0.4493, 0.7763),
    "A": (-0.3652, 0.5748),
    "3200 K": (-0.3011, 0.4446),
    "F11": (-0.1924, 0.2517),
    "D50": (-0.0848, 0.1369),
    "D65": (0.0, 0.0),
}
"""(a, b) of the gains that turn each light into D65."""


def chroma_gains(gains: Array, scene: Scene) -> tuple[Array, Array]:
    """Return (a, b), each of shape [...]: the effect of gains on color, without brightness."""
    logs = namespace(gains).log(gains) / scene.exponent
    return logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]


@basins(math.inf)
def tint(gains: Array, scene: Scene, /) -> Array:
    """Penalize a light that is greener or more purple than any black body.

    (r / 0.1)², r = b - (1.3167 a² - 1.2606 a - 0.0506), a = ln(g_R/g_G), b = ln(g_B/g_G)

    r is the distance in b from a parabola through the Planckian locus of 2400 to 6700 K. A valley along it:

        0.6 | 1 * 1
            |    1 * 1                 0 on the locus (*), 1 where b is 0.1 off, 4 where it is 0.2 off;
          b |       1 * 1              to the right lights are greener, to the left more purple
            |          1 *  1
          0 |______________1__*__1
           -0.45      a         0

    Units: tenths of a natural logarithm, squared. Over measured pairs of real photos the light lies within
    0.01 of the locus (Duv, CIE 1960), which is about 1 here.
    Source: the locus is Planck's law in sRGB, gains as on encoded values; the term is colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> illuminant_a = np.exp(np.array([[-0.3652, 0.0, 0.5748]]))
    >>> tint(illuminant_a, SimpleNamespace(exponent=1.0)).round(3).tolist()
    [0.011]
    """
    a, b = chroma_gains(gains, scene)
    off = (b - (1.3167 * a * a - 1.2606 * a - 0.0506)) / 0.1
    return off * off


@basins(math.inf)
@ranges(mired=(50.0, 1000.0))
def temperature(gains: Array, scene: Scene, /, *, mired: float = 333.0) -> Array:
    """Penalize a light that is warmer or cooler than expected.

    ((a - (0.2352 - 0.001712 m)) / 0.1)², a = ln(g_R/g_G), m the light expected, in mired

    A valley across the locus, so that together with :func:`tint` it is a bowl around one light:

        0.6 | 1   0   1
            | 1   0   1                0 where the light is as warm as expected, 1 where it is 58 mired
          b | 1   0   1                warmer (left) or cooler (right)
            | 1   0   1
          0 |_1___0___1_________
           -0.45      a         0

    Units: ``mired`` is the reciprocal of the color temperature, 10⁶/K: 350 is illuminant A, 333 a black body
    of 3000 K, as household lamps are.
    Source: a line through Planck's law in sRGB, gains as on encoded values; the term is colorfix's own.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> illuminant_a = np.exp(np.array([[-0.3652, 0.0, 0.5748]]))
    >>> temperature(illuminant_a, SimpleNamespace(exponent=1.0), mired=350.0).round(3).tolist()
    [0.0]
    """
    a, _ = chroma_gains(gains, scene)
    off = (a - (0.2352 - 0.001712 * mired)) / 0.1
    return off * off


@ranges(sigma=(0.001, 10.0))
def illuminants(gains: Array, scene: Scene, /, *, sigma: float = 0.03) -> Array:
    r"""Penalize a light that is none of six standard ones: 2500 K, A, 3200 K, F11, D50 and D65.

    -ln Σ_k exp(-((a - a_k)² + (b - b_k)²) / 2σ²), a = ln(g_R/g_G), b = ln(g_B/g_G)

    A well at each of the six lights, about 0 at its bottom, and half the squared distance to the nearest
    one in units of ``sigma`` elsewhere. The presets of a camera's white balance as a landscape; the one
    built-in penalty made to have many basins:

        \          _        _
         \   _    / \      /         along the locus
          \_/ \__/   \____/
        2500 K  A   F11   D65

    Units: ``sigma``, a well's width, in natural logarithms.
    Source: the lights are CIE's (A, F11, D50, D65) and Planck's law; the term is a mixture of Gaussians'
    logarithm.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> no_change_and_beyond = np.exp(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, -0.03]]))
    >>> illuminants(no_change_and_beyond, SimpleNamespace(exponent=1.0)).round(3).tolist()
    [-0.0, 0.5]
    """
    xp = namespace(gains)
    a, b = chroma_gains(gains, scene)
    distances = xp.stack([(a - x) ** 2 + (b - y) ** 2 for x, y in LIGHTS.values()], axis=-1) / (2 * sigma**2)
    return -log_sum_exp(-distances)


@basins("sigma")
@needs(COLORS)
@ranges(sigma=(0.01, 10.0))
def neutral_pixels(gains: Array, scene: Scene, /, *, sigma: float = 0.1) -> Array:
    r"""Penalize corrections that leave few colors neutral.

    Σ_k ω_k d_k² / (d_k² + σ²), d_k² = ⅔(u² + v² - uv), u = ln(x_R/x_G) + a, v = ln(x_B/x_G) + b

    0 to 1: the share of colors that are not neutral, a color k counting as neutral when its distance from
    gray, d_k, is well below ``sigma``: how far the three logarithms of the corrected color spread;
    a = ln(g_R/g_G), b = ln(g_B/g_G). The colors are a palette of the photo, weighted by their luminance,
    less the clipped and the very dark ones (see :class:`colorfix.color.scene.Sample`).

    A robust gray-world: strong colors add their share and do not pull. The price is several basins, one for
    each large surface that could be gray; below a ``sigma`` of 0.05 they trap a local search:

        ___      ______      ___
           \  __/      \    /        along one direction of the plane of log gains
            \/          \  /
          a wall         \/  neutral surfaces

    Left out if every color is clipped or nearly black in some channel, or no sample was taken.

    Units: a share, 0 to 1; ``sigma`` in natural logarithms, 0.1 a cast of about 10 %.
    Source: the robust function is Geman & McClure's, 1985.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> half_amber = SimpleNamespace(
    ...     exponent=1.0,
    ...     colors=(np.array([[0.3, 2.0]]), np.array([[-0.6, 2.0]]), np.array([[0.5, 0.5]])),
    ... )
    >>> gains = np.exp(np.array([[-0.3, 0.0, 0.6], [0.0, 0.0, 0.0]]))
    >>> neutral_pixels(gains, half_amber).round(2).tolist()
    [0.5, 0.99]
    """
    red, blue = chroma_gains(gains, scene)
    chroma_red, chroma_blue, shares = scene.colors
    red = red[..., None] + chroma_red
    blue = blue[..., None] + chroma_blue
    apart = red - blue
    wide = 3 * sigma * sigma
    # d²/(d² + σ²) = 1 - σ²/(d² + σ²), written with d once: bounds over boxes of gains are then tight
    near = wide / (red * red + blue * blue + apart * apart + wide)
    return shares.sum(-1) - (near * shares).sum(-1)
