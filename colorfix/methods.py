"""What others do about a cast: plain matching, grey world, Reinhard; to stand beside in a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.ciede2000 import lab_of
from colorfix.color.statistics import LUMA, encoded_of

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats, Statistics

_SRGB_OF_XYZ = np.linalg.inv(
    np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
)
_WHITE = np.linalg.inv(_SRGB_OF_XYZ).sum(axis=1)
_CORNER = 6 / 29

_DARK = 1e-6
"""A mean or a deviation below it is taken for this."""


def matched_means(source: Statistics, target: Statistics) -> Floats:
    """Return gains that give each channel the target's mean, but for clipping: g_c = τ_c / μ_c, shape (3,).

    Args:
        source: the photo's, μ its means.
        target: the guide's, τ its means, in the same space.
    """
    gains: Floats = target.means / np.maximum(source.means, _DARK)
    return gains


def gray_world(source: Statistics) -> Floats:
    """Return gains that make the mean colour grey and keep its luminance: g_c = Y / μ_c, Y = Σ w_c μ_c.

    On average the world is grey (Buchsbaum 1980, A spatial processor model for object colour perception).

    Args:
        source: the photo's statistics, μ its means; w as :data:`colorfix.color.statistics.LUMA`.

    >>> counts = np.zeros((3, 256)); counts[[0, 1, 2], [200, 100, 50]] = 1
    >>> from colorfix.color.statistics import Statistics
    >>> (gray_world(Statistics(counts)) * [200, 100, 50]).round(2).tolist()
    [117.65, 117.65, 117.65]
    """
    means = np.maximum(source.means, _DARK)
    gains: Floats = (LUMA @ means) / means
    return gains


def reinhard(colours: Floats, source: Floats, target: Floats) -> Floats:
    """Return colours with the mean and deviation of the target's in each channel of CIELAB.

    l' = (l - mean_s) std_t / std_s + mean_t (Reinhard, Ashikhmin, Gooch, Shirley 2001, Color transfer between
    images, Eq. 10 and 11; there in lαβ, here in CIELAB as most implementations have it).

    Args:
        colours: sRGB as stored, 0 to 1, shape [..., 3].
        source: the photo's own, from which its statistics are taken, shape [N, 3].
        target: the guide's, shape [M, 3].
    """
    ours, theirs = lab_of(source), lab_of(target)
    spread = theirs.std(0) / np.maximum(ours.std(0), _DARK)
    return srgb_of_lab((lab_of(colours) - ours.mean(0)) * spread + theirs.mean(0))


def srgb_of_lab(lab: Floats) -> Floats:
    """Return the sRGB colours of CIELAB under D65, as stored, clipped to 0 to 1: undoes ``lab_of``.

    >>> srgb_of_lab(lab_of(np.array([0.2, 0.5, 0.9]))).round(6).tolist()
    [0.2, 0.5, 0.9]
    """
    middle = (lab[..., 0] + 16) / 116
    bent = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], axis=-1)
    shares = np.where(bent > _CORNER, bent**3, 3 * _CORNER**2 * (bent - 4 / 29))
    return np.clip(encoded_of(np.maximum((shares * _WHITE) @ _SRGB_OF_XYZ.T, 0.0)), 0.0, 1.0)
