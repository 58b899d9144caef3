"""Scene: statistics of sources and targets, from which losses are computed.

A sample of a photo's pixels (its palette of colors and the strength of its edges) serves penalties that need
whole colors.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.color.likeness import histogram_likeness
from colorfix.color.sensor import SENSOR, UNMIXED, matching_gains
from colorfix.color.statistics import CODES, LUMA, WHITE, Statistics, values_in
from colorfix.core.errors import SettingError
from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import Space

PALETTE_SIZE = 256
"""Entries of a palette, the same for all photos so that they can be stacked; unused entries have share 0."""

CELL = 0.1
"""Side of a palette cell in log chromaticity: half of a visible difference."""

DARKEST, LEAST, BRIGHTEST = 0.08, 0.015, 0.98
"""Stored values, 0 to 1. A color counts if its largest value lies between the first and the last and its
smallest above the second: darker colors are noise and brighter ones are clipped; neither keeps its hue."""

EXPONENTS: dict[Space, float] = {"srgb": 1.0, "linear": 2.2, "sensor": 2.2}
"""Divisor that turns log gains in a space into about those on encoded values."""


@dataclass(frozen=True)
class Sample:
    """Regular grid of a photo's pixels, in one space.

    Attributes:
        pixels: uint8, shape [H, W, 4], red, green, blue and alpha; see ``photos.grid``.
        space: of logarithms and differences.
        count_white: whether white pixels count.

    >>> pixels = np.full((2, 2, 4), 255, np.uint8)
    >>> pixels[..., :3] = [200, 100, 50]
    >>> chromas, shares = Sample(pixels).palette
    >>> chromas[0].round(3).tolist(), shares[:2].tolist()
    ([0.693, -0.693], [1.0, 0.0])
    """

    pixels: NDArray[np.uint8]
    space: Space = "srgb"
    count_white: bool = True

    @cached_property
    def counted(self) -> NDArray[np.uint8]:
        """The pixels, shape [H, W, 4], alpha 0 where they do not count."""
        return self.pixels if self.count_white else without_white(self.pixels)

    @property
    def palette(self) -> tuple[Floats, Floats]:
        """The photo's colors without brightness, clustered in cells of :data:`CELL`.

        Returns:
            Log chromaticities (ln x_R/x_G, ln x_B/x_G) divided by the space's exponent, shape [256, 2], and
            the share of each in the total luminance, shape [256]. The shares sum to 1, or to 0 if no color
            counts.
        """
        colors = self._counted_colors
        red, green, blue = _log_codes(self.space).take(colors)
        chromas = np.stack([red - green, blue - green])
        cells = np.rint(chromas / CELL).astype(np.intp)
        cells -= cells.min(axis=1, initial=0)[:, None]
        keys = cells[0] * (cells[1].max(initial=0) + 1) + cells[1]
        luminance = LUMA @ CODES.take(colors)
        found = np.bincount(keys, luminance).astype(np.float64)
        used = np.flatnonzero(found)
        shares = found[used]
        centres = [np.bincount(keys, luminance * chroma)[used] / shares for chroma in chromas]
        return fixed_palette(np.stack(centres, axis=1), shares)

    @property
    def edges(self) -> Floats:
        """Mean length of each channel's gradient, shape (3,).

        Over the visible points of the grid with a visible neighbor below and one to the right; 0 if there is
        none.
        """
        values, visible = values_in(self.space).take(self.counted), self.counted[..., 3] > 0
        here = values[:-1, :-1]
        squares = (values[1:, :-1] - here) ** 2 + (values[:-1, 1:] - here) ** 2
        seen = (visible[:-1, :-1] & visible[1:, :-1] & visible[:-1, 1:]).ravel()
        total = seen.astype(np.float64) @ np.sqrt(squares).reshape(-1, 4)
        means: Floats = total[:3] / max(int(seen.sum()), 1)
        return means

    @property
    def _counted_colors(self) -> NDArray[np.uint8]:
        """Colors of the points that count, shape [3, N]."""
        red, green, blue, alpha = channels = np.ascontiguousarray(self.counted.reshape(-1, 4).T)
        largest = np.maximum(np.maximum(red, green), blue)
        smallest = np.minimum(np.minimum(red, green), blue)
        counting = (alpha > 0) & ((CODES > DARKEST) & (CODES < BRIGHTEST)).take(largest)
        return channels[:3].compress(counting & (CODES > LEAST).take(smallest), axis=1)


def without_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a grid's pixels, white ones made transparent so that they do not count.

    Args:
        pixels: uint8, shape [H, W, 4], tones of sRGB's curve.

    >>> lamp = np.array([[[255, 240, 230, 255], [255, 240, 229, 255]]], np.uint8)
    >>> without_white(lamp)[..., 3].tolist()
    [[0, 255]]
    """
    colored = pixels.copy()
    colored[pixels[..., :3].min(axis=-1) >= WHITE * 255, 3] = 0
    return colored


class PooledSample(NamedTuple):
    """Palette and edges of many photos together.

    Attributes:
        palette: see :attr:`Sample.palette`.
        edges: see :attr:`Sample.edges`.
    """

    palette: tuple[Floats, Floats]
    edges: Floats


@cache
def _log_codes(space: Space) -> Floats:
    """Logarithm of each code in a space over the space's exponent, shape [256]; code 0 counts as 1."""
    logs: Floats = np.log(np.maximum(values_in(space), values_in(space)[1])) / EXPONENTS[space]
    return logs


def fixed_palette(chromas: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Return the :data:`PALETTE_SIZE` colors of the largest shares, padded with zeros; shares sum to 1."""
    heaviest = np.argsort(-shares, kind="stable")[:PALETTE_SIZE]
    padded_chromas, padded_shares = np.zeros((PALETTE_SIZE, 2)), np.zeros(PALETTE_SIZE)
    padded_chromas[: len(heaviest)] = chromas[heaviest]
    padded_shares[: len(heaviest)] = shares[heaviest]
    return padded_chromas, padded_shares / (padded_shares.sum() or 1.0)


DARKEST_MEAN = 1e-9
"""Least mean luminance of a photo, for its logarithm; a black photo is refused before learning."""

SUMMED_AT_ONCE = 128
"""Numbers that NumPy sums in one block, before it sums pairwise."""

MAX_POWER = 80
"""The largest p of a Minkowski mean: the darkest value above black, 1/3295 in linear light, to the power of
80 does not underflow in float64, nor does its share among 2^64 pixels."""


PER_PROBLEM = (
    "source_means",
    "source_deviations",
    "stored_means",
    "target_means",
    "plain_target_means",
    "target_deviations",
    "weights",
    "chromas",
    "shares",
    "edges",
    "likeness",
    "brightening",
    "matching",
)
"""Fields of a scene with a row for each problem."""


@dataclass(frozen=True)
class Scene:
    """Sources and targets of P problems; arrays of one kind, channels red, green, blue.

    All values lie in 0 to 1, sRGB-encoded or linear light as the statistics were taken.

    Attributes:
        source_means: μ, shape [P, 3].
        source_deviations: σ, shape [P, 3].
        stored_means: means of the source's values as stored, whatever the space, shape [P, 3].
        target_means: τ, shape [P, 3].
        target_deviations: shape [P, 3].
        weights: share of the source's pixels at each value, shape [P, 3, 256].
        values: the 256 values of a channel, shape [256].
        luma: share of each channel in luminance, shape [3].
        exponent: divisor that turns log gains into about those on encoded values, shape [1]: 1, or 2.2 in
            linear light.
        chromas: log chromaticities of the source's palette, shape [P, K, 2]; see
            :attr:`colorfix.color.scene.Sample.palette`.
        shares: share of each color of the palette, shape [P, K]; all 0 without a sample.
        edges: mean length of the source's gradients, shape [P, 3]; 0 without a sample.
        likeness: how far each target counts as the same scene, shape [P], 0 to 1; see
            :attr:`colorfix.color.likeness.Likeness.colors`.
        brightening: natural logarithm of each target's luminance over the source's, of values as stored,
            shape [P]; 0 where the source's is kept.
        matching: factor of the match term, shape [P], 0 to 1.
        plain_target_means: means that plain gains reach with the gains that reach τ, shape [P, 3]: τ itself,
            but in the sensor's space.
        mixing: the sensor's matrix M, shape [3, 3]; of no rows where gains are plain.
        unmixing: its inverse.

    >>> counts = np.zeros((3, 256), np.int64)
    >>> counts[:, 51] = 1
    >>> scene = Scene.of([Statistics(counts)], [Statistics(counts)])
    >>> scene.source_means.round(3).tolist(), scene.norms(6.0).round(3).tolist()
    ([[0.2, 0.2, 0.2]], [[0.2, 0.2, 0.2]])
    """

    source_means: Array
    source_deviations: Array
    stored_means: Array
    target_means: Array
    target_deviations: Array
    weights: Array
    values: Array
    luma: Array
    exponent: Array = field(default_factory=lambda: np.ones(1))
    chromas: Array = field(default_factory=lambda: np.zeros((1, 1, 2)))
    shares: Array = field(default_factory=lambda: np.zeros((1, 1)))
    edges: Array = field(default_factory=lambda: np.zeros((1, 3)))
    likeness: Array = field(default_factory=lambda: np.zeros(1))
    brightening: Array = field(default_factory=lambda: np.zeros(1))
    matching: Array = field(default_factory=lambda: np.ones(1))
    plain_target_means: Array = field(default_factory=lambda: np.zeros((1, 3)))
    mixing: Array = field(default_factory=lambda: np.zeros((0, 3)))
    unmixing: Array = field(default_factory=lambda: np.zeros((0, 3)))
    _norms: dict[float, Array] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        sources: Sequence[Statistics],
        targets: Sequence[Statistics],
        samples: Sequence[Sample | PooledSample] | None = None,
        likeness: Array | None = None,
    ) -> Scene:
        """Return the scene of P sources and their P targets, all in one space, as NumPy arrays.

        Args:
            sources: statistics of the photos to correct.
            targets: statistics of their guides.
            samples: of the sources; without them, penalties on palettes and edges are 0.
            likeness: how far each target counts as the same scene, shape [P]; by default by the histograms.
        """
        if likeness is None:
            likeness = np.array([histogram_likeness(*pair) for pair in zip(sources, targets, strict=True)])
        samples = samples or [Sample(np.zeros((0, 0, 4), np.uint8), photo.space) for photo in sources]
        palettes = [sample.palette for sample in samples]
        stored = [[photo.weights @ CODES for photo in role] for role in (sources, targets)]
        luminances = np.maximum((np.array(stored) * LUMA).sum(-1), DARKEST_MEAN)
        return cls(
            source_means=np.stack([source.means for source in sources]),
            source_deviations=np.stack([source.deviations for source in sources]),
            stored_means=np.stack(stored[0]),
            target_means=np.stack([target.means for target in targets]),
            plain_target_means=np.stack([target.means for target in targets]),
            target_deviations=np.stack([target.deviations for target in targets]),
            weights=np.stack([source.weights for source in sources]),
            values=values_in(sources[0].space),
            luma=LUMA,
            exponent=np.full(1, EXPONENTS[sources[0].space]),
            chromas=np.stack([chromas for chromas, _ in palettes]),
            shares=np.stack([shares for _, shares in palettes]),
            edges=np.stack([sample.edges for sample in samples]),
            likeness=likeness,
            brightening=np.log(luminances[1] / luminances[0]),
            matching=np.ones(len(sources)),
        )

    @property
    def source_luminance(self) -> Array:
        """Luminance of the source's means, shape [P]."""
        return (self.source_means * self.luma).sum(-1)

    @cached_property
    def colors(self) -> tuple[Array, Array, Array]:
        """Palettes without unused colors: both log chromaticities and the shares, each of shape [P, K].

        Sums over colors must not depend on K. NumPy sums up to 128 numbers in eight interleaved sums, and
        longer arrays pairwise, so K is a multiple of 8, or the whole palette.
        """
        most = int((self.shares > 0).sum(-1).max()) + 7 & ~7
        used = slice(most if most <= SUMMED_AT_ONCE else None)
        copied = partial(namespace(self.shares).asarray, copy=True)
        chromas = self.chromas[:, used]
        return copied(chromas[..., 0]), copied(chromas[..., 1]), copied(self.shares[:, used])

    def norms(self, p: float) -> Array:
        """Minkowski means of the source's channels, e_c = (mean x_cᵖ)^(1/p), shape [P, 3]; cached.

        1 gives the mean (gray-world), 6 shades of gray, large p the maximum (white patch).

        Raises:
            SettingError: p is outside 1 to 80, beyond which powers of dark values underflow.
        """
        if not 1 <= p <= MAX_POWER:
            raise SettingError(f"p must lie in 1 to {MAX_POWER}, got {p}")
        if p not in self._norms:
            self._norms[p] = (self.weights * self.values**p).sum(-1) ** (1 / p)
        return self._norms[p]

    def map_arrays(self, function: Callable[[Array], Array]) -> Scene:
        """Return the scene with a function applied to every array, such as a copy to a device."""
        arrays = {f.name: function(getattr(self, f.name)) for f in fields(self) if not f.name.startswith("_")}
        return replace(self, **arrays, _norms={})

    def take(self, rows: Array) -> Scene:
        """Return the scene of some of its problems, by index; one may be taken several times."""

        def of(figures: Array) -> Array:
            return figures if len(figures) == 1 else figures[rows]

        taken = {name: of(getattr(self, name)) for name in PER_PROBLEM}
        return replace(self, **taken, _norms={p: of(norms) for p, norms in self._norms.items()})

    def corrected_means(self, gains: Array) -> Array:
        """Return the means of the corrected photo but for clipping, shape [P, 3].

        g μ for plain gains; M⁻¹ (Mμ / (M (1/g))) in the sensor's space (:mod:`colorfix.color.sensor`).

        Args:
            gains: g, shape [P, 3].
        """
        if not len(self.mixing):
            return gains * self.source_means
        xp = namespace(gains)
        inverse = 1.0 / gains
        scaled = namespace(self.mixing).stack(
            [(self.source_means * row).sum(-1) for row in self.mixing], axis=-1
        )
        scaled = scaled / xp.stack([(inverse * row).sum(-1) for row in self.mixing], axis=-1)
        return xp.stack([(scaled * row).sum(-1) for row in self.unmixing], axis=-1)

    def in_sensor_space(self, limit: float) -> Scene:
        """Return the scene for gains in the sensor's space.

        Args:
            limit: the highest gain. A target that gains below it cannot reach there stays as it is.
        """
        gains = matching_gains(self.source_means, self.target_means, "sensor")
        reachable = (gains < limit).all(axis=-1, keepdims=True)
        return replace(
            self,
            plain_target_means=np.where(reachable, gains * self.source_means, self.target_means),
            mixing=SENSOR,
            unmixing=UNMIXED,
        )

    def with_source_luminance(self, followed: Array | float = 0.0) -> Scene:
        """Return the scene with each target scaled to its source's luminance: only its color guides.

        Args:
            followed: how far the target's own luminance counts, in logarithms, 0 to 1, shape [P] or for all.
        """
        xp = namespace(self.source_means)
        ratio = self.source_luminance / (self.target_means * self.luma).sum(-1)
        factor = xp.reshape(ratio ** (1.0 - followed), (-1, 1))
        return replace(
            self,
            target_means=self.target_means * factor,
            plain_target_means=self.plain_target_means * factor,
            target_deviations=self.target_deviations * factor,
            brightening=self.brightening * followed,
        )
