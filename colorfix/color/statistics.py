"""Color statistics from histograms, and the tables that apply gains.

Counts have shape (3, 256): the number of pixels at each 8-bit value, red, green, blue. Every statistic of one
channel follows from them, before and after any gain, so that learning never touches pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from colorfix.core.defaults import Space

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64] | NDArray[np.float64]

CODES = np.arange(256) / 255.0
"""The 256 values of an 8-bit channel as stored, 0 to 1."""

KNEE_ENCODED, KNEE_LINEAR = 0.04045, 0.0031308
"""Values at which sRGB's curve changes from a line to a power, as stored and in linear light."""

CHANNELS = ("red", "green", "blue")
"""Names of the channels, in the order of every array."""

LUMA: Floats = np.array([0.2126, 0.7152, 0.0722])
"""Share of red, green and blue in luminance (ITU-R BT.709)."""


def linear_of(encoded: Floats) -> Floats:
    """Decode sRGB: stored values, 0 to 1, to linear light, 0 to 1 (IEC 61966-2-1).

    >>> linear_of(np.array([0.0, 0.5, 1.0])).round(4).tolist()
    [0.0, 0.214, 1.0]
    """
    power = ((np.maximum(encoded, KNEE_ENCODED) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= KNEE_ENCODED, encoded / 12.92, power)


def encoded_of(linear: Floats) -> Floats:
    """Encode sRGB: linear light, 0 to 1, to stored values, 0 to 1; the inverse of :func:`linear_of`.

    >>> encoded_of(linear_of(np.array([0.0, 0.02, 0.5, 1.0]))).round(12).tolist()
    [0.0, 0.02, 0.5, 1.0]
    """
    root = 1.055 * np.maximum(linear, KNEE_LINEAR) ** (1 / 2.4) - 0.055
    return np.where(linear <= KNEE_LINEAR, linear * 12.92, root)


@dataclass(frozen=True, eq=False)
class Curve:
    """Transfer curve from stored values, 0 to 1, to linear light, 0 to 1.

    Attributes:
        tables: linear light at N equal steps of stored values from 0 to 1, never falling, shape [3, N], red,
            green, blue; interpolated linearly, with slope 1 beyond 0 and 1. None means sRGB's formula.

    >>> gamma = Curve(np.tile(np.linspace(0, 1, 1025) ** 2.2, (3, 1)))
    >>> gamma.decoded(np.array([0.5, 0.5, 0.5])).round(3).tolist()
    [0.218, 0.218, 0.218]
    >>> gamma.encoded(gamma.decoded(np.array([0.1, 0.5, 1.5]))).round(6).tolist()
    [0.1, 0.5, 1.5]
    """

    tables: Floats | None = None

    @cached_property
    def light(self) -> Floats:
        """Linear light of the 256 codes, shape [256, 3]."""
        return self.decoded(np.tile(CODES[:, None], 3))

    def decoded(self, stored: Floats) -> Floats:
        """Return linear light; the last axis of the array is red, green, blue."""
        if self.tables is None:
            return linear_of(stored)
        steps = np.linspace(0, 1, self.tables.shape[1])
        channels = [_interpolated(stored[..., c], steps, table) for c, table in enumerate(self.tables)]
        return np.stack(channels, axis=-1)

    def encoded(self, linear: Floats) -> Floats:
        """Return stored values; the inverse of :meth:`decoded`."""
        if self.tables is None:
            return encoded_of(linear)
        steps = np.linspace(0, 1, self.tables.shape[1])
        channels = [_interpolated(linear[..., c], table, steps) for c, table in enumerate(self.tables)]
        return np.stack(channels, axis=-1)


SRGB = Curve()


def _interpolated(values: Floats, at: Floats, known: Floats) -> Floats:
    inside = np.clip(values, 0.0, 1.0)
    curve: Floats = np.interp(inside, at, known) + (values - inside)
    return curve


def interpolated_histogram(values: Floats, weights: Floats) -> Floats:
    """Return a histogram of 256 bins; a value between two codes is split between them, which keeps the mean.

    Args:
        values: shape [N], 0 to 255.
        weights: count of each, shape [N].

    >>> interpolated_histogram(np.array([0.25, 255.0]), np.array([4.0, 1.0]))[[0, 1, 255]].tolist()
    [3.0, 1.0, 1.0]
    """
    below = np.minimum(values.astype(np.int64), 254)
    share = values - below
    lower = np.bincount(below, weights * (1 - share), 256)
    upper = np.bincount(below + 1, weights * share, 256)
    return (lower + upper).astype(np.float64)


def in_srgb_tones(counts: Counts, curve: Curve) -> Counts:
    """Convert a histogram of stored values to those of sRGB's curve, for the same light.

    Args:
        counts: shape (3, 256), of stored values.
        curve: the photo's.
    """
    if curve.tables is None:
        return counts
    tones = 255 * encoded_of(np.clip(curve.light, 0.0, 1.0))
    return np.stack([interpolated_histogram(tones[:, c], counts[c].astype(np.float64)) for c in range(3)])


WHITE = 0.9
"""Stored value, 0 to 1 in sRGB's curve, from which on a pixel is white if its smallest channel reaches it: a
blown lamp, a window, paper in full light. White in the file is no evidence that the light is white."""

FEWEST_COLORED, LEAST_COLORED = 50, 0.01
"""Pixels that are not white, and their share, below which the white ones count too."""

ROUNDING = 1e-9
"""Share of the pixels that differences of histograms may be off by."""


def is_dispensable(white: Counts, counts: Counts) -> bool:
    """Whether a photo has white pixels, and its others are enough to learn from.

    Args:
        white: shape (3, 256), the white pixels.
        counts: shape (3, 256), all pixels.

    >>> paper, ink = np.zeros((2, 3, 256), np.int64)
    >>> paper[:, 250], ink[:, 40] = 9000, 60
    >>> is_dispensable(paper, paper + ink), is_dispensable(paper, paper + 2 * ink)
    (False, True)
    """
    if not white.any():
        return False
    total, colored = counts[0].sum(), counts - white
    enough = colored[0].sum() >= max(FEWEST_COLORED, LEAST_COLORED * total)
    lit = colored[:, 1:].sum(axis=1) > ROUNDING * total
    return bool(enough and lit.all())


def white_codes(curve: Curve) -> Floats:
    """Return the stored value of each channel, 0 to 1, from which on it may be white, shape (3,).

    >>> white_codes(SRGB).round(6).tolist()
    [0.9, 0.9, 0.9]
    """
    return curve.encoded(np.full(3, linear_of(np.array(WHITE))))


@cache
def values_in(space: Space) -> Floats:
    """Return the 256 values of an 8-bit channel in a space, 0 to 1: as stored, or in linear light."""
    return CODES if space == "srgb" else _linear_codes()


@cache
def _linear_codes() -> Floats:
    return linear_of(CODES)


@dataclass(frozen=True)
class Statistics:
    """Color statistics of one photo in one space; arrays are red, green, blue.

    Attributes:
        counts: shape (3, 256), visible pixels at each value, or shares of them.
        space: ``"srgb"`` (values as stored), or ``"linear"`` or ``"sensor"`` (linear light).
        white: share of white pixels that were left out of the counts, 0 to 1.

    >>> black_and_white = np.zeros((3, 256), np.int64)
    >>> black_and_white[:, [0, 255]] = 1
    >>> Statistics(black_and_white).means.tolist(), Statistics(black_and_white).deviations.tolist()
    ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    """

    counts: Counts
    space: Space = "srgb"
    white: float = 0.0

    @cached_property
    def weights(self) -> Floats:
        """Share of the pixels at each value, shape (3, 256); each row sums to 1."""
        shares: Floats = self.counts / self.counts.sum(axis=1, keepdims=True)
        return shares

    @cached_property
    def means(self) -> Floats:
        """Channel means, shape (3,), 0 to 1."""
        return self.weights @ values_in(self.space)

    @cached_property
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
        """Excess of blue's mean over both others, 0 to 1: max(0, B - max(R, G))."""
        red, green, blue = self.means
        return float(max(0.0, blue - max(red, green)))

    @property
    def luminance(self) -> float:
        """Σ w_c μ_c over the channel means, 0 to 1, w as :data:`LUMA`."""
        return float(LUMA @ self.means)


def learned_statistics(
    counts: Counts, white: Counts, curve: Curve, space: Space, *, count_white: bool = False
) -> Statistics:
    """Return the statistics to learn from: of all pixels but the white ones if enough others are left.

    Args:
        counts: of stored values, shape (3, 256).
        white: of the white pixels among them.
        curve: the photo's transfer curve, which sRGB's replaces.
        space: of the statistics.
        count_white: whether the white ones count in any case.
    """
    if count_white or not is_dispensable(white, counts):
        return Statistics(in_srgb_tones(counts, curve), space)
    share = float(white[0].sum() / counts[0].sum())
    return Statistics(in_srgb_tones(np.maximum(counts - white, 0), curve), space, share)


def tables_of(gains: Floats, space: Space = "srgb", curve: Curve = SRGB) -> NDArray[np.uint8]:
    """Return a table of 256 entries for each channel that applies its gain.

    Entry v is round(clip(g · v, 0, 255)) as stored; in linear light v is decoded first and the product
    encoded again. Halves round to even, as NumPy does.

    Args:
        gains: shape (3,), factors, at least 0.
        space: of the product.
        curve: the photo's, for linear light.

    Returns:
        Shape (3, 256), uint8.

    >>> tables_of(np.array([1.0, 0.5, 2.0]))[:, [0, 100, 200]].tolist()
    [[0, 100, 200], [0, 50, 100], [0, 200, 255]]
    """
    return np.rint(_products(gains, space, curve, 255)).astype(np.uint8)


def deep_tables_of(gains: Floats, space: Space = "srgb", curve: Curve = SRGB) -> NDArray[np.uint16]:
    """Return tables as :func:`tables_of` does, for 16 bits: shape (3, 65536), uint16."""
    return np.rint(_products(gains, space, curve, 65535)).astype(np.uint16)


def _products(gains: Floats, space: Space, curve: Curve, top: int) -> Floats:
    """Every code of a channel with its gain applied, 0 to top, shape [3, top + 1]."""
    codes = np.arange(top + 1.0)
    if space == "srgb":  # no division by the top first, which would move halves
        return np.clip(gains[:, None] * codes, 0.0, top)
    light = curve.light if len(codes) == len(CODES) else curve.decoded(np.tile((codes / top)[:, None], 3))
    return np.clip(top * curve.encoded(light * gains), 0.0, top).T


def apply_gains(stored: Floats, gains: Floats, space: Space, curve: Curve = SRGB) -> Floats:
    """Return stored values, nominally 0 to 1, with the gains applied; nothing is clipped.

    Args:
        stored: shape [..., 3].
        gains: shape (3,).
        space: of the product.
        curve: the photo's, for linear light.
    """
    if space == "srgb":
        return stored * gains
    return curve.encoded(curve.decoded(stored) * gains)
