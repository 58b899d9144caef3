"""What a histogram knows of a photo's colour: statistics, and the tables that apply gains.

Counts have shape (3, 256): how many pixels have each 8-bit value, red, green, blue. They hold every
statistic of one channel exactly, before and after any gain, so that learning never touches pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from colorfix.choices import Space

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64] | NDArray[np.float64]

CODES = np.arange(256) / 255.0
"""The 256 values of an 8-bit channel as stored, 0 to 1."""

KNEE_ENCODED, KNEE_LINEAR = 0.04045, 0.0031308
"""Where sRGB's curve changes from a line to a power, as stored and in linear light."""

LUMA: Floats = np.array([0.2126, 0.7152, 0.0722])
"""Share of red, green and blue in luminance (ITU-R BT.709)."""


def linear_of(encoded: Floats) -> Floats:
    """Decode sRGB: stored values, 0 to 1, to linear light, 0 to 1 (IEC 61966-2-1).

    >>> linear_of(np.array([0.0, 0.5, 1.0])).round(4).tolist()
    [0.0, 0.214, 1.0]
    """
    return np.where(encoded <= KNEE_ENCODED, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encoded_of(linear: Floats) -> Floats:
    """Encode sRGB: linear light, 0 to 1, to stored values, 0 to 1; the inverse of :func:`linear_of`.

    >>> encoded_of(linear_of(np.array([0.0, 0.02, 0.5, 1.0]))).round(12).tolist()
    [0.0, 0.02, 0.5, 1.0]
    """
    root = 1.055 * np.maximum(linear, KNEE_LINEAR) ** (1 / 2.4) - 0.055
    return np.where(linear <= KNEE_LINEAR, linear * 12.92, root)


def values_in(space: Space) -> Floats:
    """Return the 256 values of an 8-bit channel in a space, 0 to 1: as stored, or in linear light."""
    return CODES if space == "srgb" else linear_of(CODES)


@dataclass(frozen=True)
class Statistics:
    """The colour of one photo in one space; arrays are red, green, blue.

    Attributes:
        counts: shape (3, 256), visible pixels at each value, or shares of them.
        space: ``"srgb"`` (values as stored) or ``"linear"`` (linear light).

    >>> black_and_white = np.zeros((3, 256), np.int64)
    >>> black_and_white[:, [0, 255]] = 1
    >>> Statistics(black_and_white).means.tolist(), Statistics(black_and_white).deviations.tolist()
    ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    """

    counts: Counts
    space: Space = "srgb"

    @property
    def weights(self) -> Floats:
        """Share of the pixels at each value, shape (3, 256); each row sums to 1."""
        shares: Floats = self.counts / self.counts.sum(axis=1, keepdims=True)
        return shares

    @property
    def means(self) -> Floats:
        """Channel means, shape (3,), 0 to 1."""
        return self.weights @ values_in(self.space)

    @property
    def deviations(self) -> Floats:
        """Standard deviation of each channel, shape (3,), 0 to 0.5."""
        spread = values_in(self.space) - self.means[:, None]
        variances: Floats = (self.weights * spread**2).sum(axis=1)
        return np.sqrt(variances)

    @property
    def clipped(self) -> Floats:
        """Share of the pixels at the top value of each channel, shape (3,), 0 to 1."""
        top: Floats = self.weights[:, 255]
        return top

    @property
    def blue_excess(self) -> float:
        """How far the mean of blue lies above both others, 0 to 1: max(0, B - max(R, G))."""
        red, green, blue = self.means
        return float(max(0.0, blue - max(red, green)))

    @property
    def luminance(self) -> float:
        """Σ w_c μ_c over the channel means, 0 to 1, w as :data:`LUMA`."""
        return float(LUMA @ self.means)


def tables_of(gains: Floats, space: Space = "srgb") -> NDArray[np.uint8]:
    """Return the 256-entry table of each channel that applies its gain.

    Entry v is round(clip(g · v, 0, 255)) as stored; in linear light v is decoded first and the product
    encoded again. Halves round to even, as NumPy does.

    Args:
        gains: shape (3,), factors, at least 0.
        space: where the product is taken.

    Returns:
        Shape (3, 256), uint8.

    >>> tables_of(np.array([1.0, 0.5, 2.0]))[:, [0, 100, 200]].tolist()
    [[0, 100, 200], [0, 50, 100], [0, 200, 255]]
    """
    if space == "srgb":  # not by way of 0 to 1: dividing by 255 first would move halves off their place
        stored = np.clip(gains[:, None] * np.arange(256.0), 0.0, 255.0)
    else:
        stored = 255 * encoded_of(np.clip(gains[:, None] * values_in(space), 0.0, 1.0))
    table: NDArray[np.uint8] = np.rint(stored).astype(np.uint8)
    return table
