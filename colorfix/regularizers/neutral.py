"""A penalty that looks for the grey things in the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.regularizers.basins import basins
from colorfix.regularizers.illuminant import chroma_gains
from colorfix.regularizers.needs import COLOURS, needs
from colorfix.regularizers.parameters import ranges

if TYPE_CHECKING:
    from colorfix.colour import Floats
    from colorfix.optim.arrays import Array
    from colorfix.scene import Scene


@basins("sigma")
@needs(COLOURS)
@ranges(sigma=(0.01, 10.0))
def neutral_pixels(gains: Array, scene: Scene, /, *, sigma: float = 0.1) -> Array:
    r"""Penalise corrections that leave few colours neutral.

    Σ_k ω_k d_k² / (d_k² + σ²), d_k² = ⅔(u² + v² - uv), u = ln(x_R/x_G) + a, v = ln(x_B/x_G) + b

    0 to 1: the share of colours that are not neutral, a colour k counting as neutral when its distance from
    grey, d_k, is well below ``sigma``: how far the three logarithms of the corrected colour spread;
    a = ln(g_R/g_G), b = ln(g_B/g_G). The colours are a palette of the photo, weighted by their luminance,
    less the clipped and the very dark ones (see :class:`colorfix.sample.Sample`).

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
    ...     exponent=1.0, chromas=np.array([[[0.3, -0.6], [2.0, 2.0]]]), shares=np.array([[0.5, 0.5]])
    ... )
    >>> gains = np.exp(np.array([[-0.3, 0.0, 0.6], [0.0, 0.0, 0.0]]))
    >>> neutral_pixels(gains, half_amber).round(2).tolist()
    [0.5, 0.99]
    """
    red, blue = chroma_gains(gains, scene)
    if isinstance(red, np.ndarray) and np.iscomplexobj(red):
        return _along(red, blue, scene, sigma)
    red = red[..., None] + scene.chromas[..., 0]
    blue = blue[..., None] + scene.chromas[..., 1]
    apart = red - blue
    distance = (red * red + blue * blue + apart * apart) / 3
    # d²/(d² + σ²), written with d once: bounds over boxes of gains are then tight
    return (scene.shares * (1 - sigma * sigma / (distance + sigma * sigma))).sum(-1)


def _along(red: Floats, blue: Floats, scene: Scene, sigma: float) -> Floats:
    """Return f(x + ih) = f(x) + ih f'(x) for a complex step in a and b, shape [..., P] each.

    The colours make this the one penalty whose cost is felt, and complex numbers cost ten times as much as
    real ones. Rows of steps from the same point, as gradients are taken, are computed once.
    """
    once = red.ndim > 1 and _alike(red.real) and _alike(blue.real)
    row = slice(0, 1) if once else slice(None)
    chroma_red, chroma_blue, shares = scene.colours
    u = red.real[row][..., None] + chroma_red
    v = blue.real[row][..., None] + chroma_blue
    wide = 1.5 * sigma * sigma
    distance = v - u
    distance *= v
    distance += u * u
    distance += wide
    near = wide / distance  # σ²/(d² + σ²)
    far = shares * near
    share = _total(shares) - _total(far)
    far *= near
    u *= far
    v *= far
    to_red, to_blue = _total(u), _total(v)
    slope = (2 * to_red - to_blue) * red.imag + (2 * to_blue - to_red) * blue.imag
    stepped: Floats = share + 1j * (slope / wide)
    return stepped


def _total(figures: Floats) -> Floats:
    """Sum over the last axis, the same to the last bit whatever zeros follow.

    NumPy sums up to 128 numbers in eight sums that take turns, and halves what is longer.
    """
    total: Floats = figures[..., :128].sum(-1)
    return total + figures[..., 128:].sum(-1) if figures.shape[-1] > 128 else total  # noqa: PLR2004 - see above


def _alike(rows: Floats) -> bool:
    """Whether rows differ by less than the square of a complex step, 1e-200."""
    return bool((np.abs(rows - rows[:1]) < 1e-150).all())  # noqa: PLR2004 - anything far between 0 and a number
