"""What others do with the same two photos: statistics and formulas written here, from their papers.

Each takes a source, a target and the truth as arrays of uint8 and returns the corrected photo; only the
oracle looks at the truth, and only the first two at the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from skimage.color import lab2rgb, rgb2lab
from skimage.exposure import match_histograms

from benchmarks.common.color import LUMA, to_uint8

if TYPE_CHECKING:
    from benchmarks.common.color import Floats, Pixels


def reinhard(source: Pixels, target: Pixels, _truth: Pixels) -> Pixels:
    """Match mean and deviation of each channel of CIE Lab (Reinhard et al. 2001, there in lαβ)."""
    ours, theirs = rgb2lab(source), rgb2lab(target)
    spread = theirs.std((0, 1)) / np.maximum(ours.std((0, 1)), 1e-6)
    return to_uint8(lab2rgb((ours - ours.mean((0, 1))) * spread + theirs.mean((0, 1))))


def histogram_matching(source: Pixels, target: Pixels, _truth: Pixels) -> Pixels:
    """Give each channel the target's distribution, as scikit-image does."""
    return np.rint(match_histograms(source, target, channel_axis=-1)).astype(np.uint8)


def grey(source: Pixels, p: float) -> Pixels:
    """Make the Minkowski mean with this power grey, luminance kept: 1 is gray-world, 6 shades of gray."""
    values = source / 255
    means = values.mean((0, 1))
    gains = 1 / np.maximum((values**p).mean((0, 1)) ** (1 / p), 1e-6)
    return to_uint8(values * gains * (LUMA @ means) / (LUMA @ (gains * means)))


def gray_world(source: Pixels, _target: Pixels, _truth: Pixels) -> Pixels:
    """On average the world is grey (Buchsbaum 1980)."""
    return grey(source, 1)


def shades_of_gray(source: Pixels, _target: Pixels, _truth: Pixels) -> Pixels:
    """With p = 6 (Finlayson & Trezzi 2004)."""
    return grey(source, 6)


def best_gains(source: Pixels, truth: Pixels) -> Floats:
    """Return the three gains on stored values that come closest to the truth, least squares with clipping."""
    gains = np.arange(0.3, 5.0, 0.005)
    fitted = np.minimum(gains[:, None] * np.arange(256), 255)
    best = []
    for values, wanted in zip(np.moveaxis(source, -1, 0), np.moveaxis(truth, -1, 0), strict=True):
        counts = np.bincount(values.ravel(), minlength=256)
        sums = np.bincount(values.ravel(), weights=wanted.ravel(), minlength=256)
        best.append(gains[np.argmin(fitted**2 @ counts - 2 * fitted @ sums)])
    return np.array(best)


def oracle(source: Pixels, _target: Pixels, truth: Pixels) -> Pixels:
    """Apply the best three gains on stored values."""
    return to_uint8(source / 255 * best_gains(source, truth))
