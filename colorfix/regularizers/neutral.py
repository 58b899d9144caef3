"""A penalty that looks for the grey things in the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.regularizers.basins import basins
from colorfix.regularizers.illuminant import chroma_gains
from colorfix.regularizers.needs import COLOURS, needs
from colorfix.regularizers.parameters import ranges

if TYPE_CHECKING:
    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array


@basins("sigma")
@needs(COLOURS)
@ranges(sigma=(0.01, 10.0))
def neutral_pixels(gains: Array, scene: Scene, /, *, sigma: float = 0.1) -> Array:
    r"""Penalise corrections that leave few colours neutral.

    Σ_k ω_k d_k² / (d_k² + σ²), d_k² = ⅔(u² + v² - uv), u = ln(x_R/x_G) + a, v = ln(x_B/x_G) + b

    0 to 1: the share of colours that are not neutral, a colour k counting as neutral when its distance from
    grey, d_k, is well below ``sigma``: how far the three logarithms of the corrected colour spread;
    a = ln(g_R/g_G), b = ln(g_B/g_G). The colours are a palette of the photo, weighted by their luminance,
    less the clipped and the very dark ones (see :class:`colorfix.color.sample.Sample`).

    A robust gray-world: what is strongly coloured adds its share and does not pull. Its price are several
    basins, one for each large surface that could be grey; below a ``sigma`` of 0.05 they trap a local search:

        ___      ______      ___
           \  __/      \    /        along one direction of the plane of log gains
            \/          \  /
          a wall         \/  the grey things

    Left out where every colour is clipped or nearly black in some channel, or no sample was taken.

    Units: a share, 0 to 1; ``sigma`` in natural logarithms, 0.1 a cast of about 10 %.
    Source: the robust function is Geman & McClure's, 1985.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> half_amber = SimpleNamespace(
    ...     exponent=1.0,
    ...     colours=(np.array([[0.3, 2.0]]), np.array([[-0.6, 2.0]]), np.array([[0.5, 0.5]])),
    ... )
    >>> gains = np.exp(np.array([[-0.3, 0.0, 0.6], [0.0, 0.0, 0.0]]))
    >>> neutral_pixels(gains, half_amber).round(2).tolist()
    [0.5, 0.99]
    """
    red, blue = chroma_gains(gains, scene)
    chroma_red, chroma_blue, shares = scene.colours
    red = red[..., None] + chroma_red
    blue = blue[..., None] + chroma_blue
    apart = red - blue
    wide = 3 * sigma * sigma
    # d²/(d² + σ²) = 1 - σ²/(d² + σ²), written with d once: bounds over boxes of gains are then tight
    near = wide / (red * red + blue * blue + apart * apart + wide)
    return shares.sum(-1) - (near * shares).sum(-1)
