"""Scene: statistics of sources and targets, from which losses are computed; likeness of a guide."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.sample import EXPONENTS, PooledSample, Sample
from colorfix.color.statistics import CODES, LUMA, Statistics, values_in
from colorfix.core.errors import SettingError
from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.color.statistics import Floats

QUANTILES = (np.arange(50) + 0.5) / 50
"""Quantiles at which two photos are compared."""

DISTANCE_SCALE = 0.025
"""Distance of two photos, relative to their mean, at which likeness falls to 1/e."""

SIXTH_POWERS = CODES**6
"""Sixth powers of the 256 stored values, for Minkowski means."""

BLUE_SCALE = 0.25
"""Excess of a guide's bright blue over red and green, in logarithms, at which likeness falls to 1/e."""


def likeness(source: Statistics, target: Statistics) -> float:
    """Return the likeness of a guide, from 1 for the same scene in a neutral light down to 0.

    exp(-(d / 0.025)⁴ - (e / 0.25)⁴). d is the mean distance between the quantiles of green in the two photos,
    each divided by their mean; a change of light moves green least. The same scene in another light lies
    within 0.03, another scene beyond 0.04. e is the blue excess of the guide's bright colors, at least 0:
    ln(e_B / max(e_R, e_G)), Minkowski means with p = 6 as in shades of gray. The likeness is 0 if a photo has
    next to no green or the guide has a channel of zeros.

    >>> from colorfix.color.statistics import Statistics
    >>> amber, truth = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    >>> amber[:, [50, 100]] = truth[:, [55, 110]] = 1
    >>> round(likeness(Statistics(amber), Statistics(truth)), 3)
    1.0
    >>> truth[:, 200] = 1
    >>> round(likeness(Statistics(amber), Statistics(truth)), 3)
    0.0
    """
    ours, theirs = (_green_quantiles(photo) for photo in (source, target))
    comparable = ours.any() and theirs.any() and target.means.all()
    distance = np.abs(ours / ours.mean() - theirs / theirs.mean()).mean() if comparable else np.inf
    return float(np.exp(-((distance / DISTANCE_SCALE) ** 4) - (_blueness(target) / BLUE_SCALE) ** 4))


def _green_quantiles(photo: Statistics) -> Floats:
    """Quantiles of green as stored, shape [50]."""
    green = np.cumsum(photo.weights[1])
    return CODES[np.searchsorted(green, QUANTILES - 1e-9)]


def _blueness(photo: Statistics) -> float:
    """Excess of blue over the other channels in the photo's bright colors, in logarithms; at least 0."""
    red, green, blue = (photo.weights @ SIXTH_POWERS) ** (1 / 6)
    return float(max(0.0, np.log(blue / max(red, green)))) if max(red, green) > 0 < blue else 0.0


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
    "target_deviations",
    "weights",
    "chromas",
    "shares",
    "edges",
    "likeness",
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
            :attr:`colorfix.color.sample.Sample.palette`.
        shares: share of each color of the palette, shape [P, K]; all 0 without a sample.
        edges: mean length of the source's gradients, shape [P, 3]; 0 without a sample.
        likeness: of each target, shape [P], 0 to 1; see :func:`colorfix.color.scene.likeness`.

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
    _norms: dict[float, Array] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        sources: Sequence[Statistics],
        targets: Sequence[Statistics],
        samples: Sequence[Sample | PooledSample] | None = None,
    ) -> Scene:
        """Return the scene of P sources and their P targets, all in one space, as NumPy arrays.

        Args:
            sources: statistics of the photos to correct.
            targets: statistics of their guides.
            samples: of the sources; without them, penalties on palettes and edges are 0.
        """
        samples = samples or [Sample(np.zeros((0, 0, 4), np.uint8), photo.space) for photo in sources]
        palettes = [sample.palette for sample in samples]
        return cls(
            source_means=np.stack([source.means for source in sources]),
            source_deviations=np.stack([source.deviations for source in sources]),
            stored_means=np.stack([source.weights @ CODES for source in sources]),
            target_means=np.stack([target.means for target in targets]),
            target_deviations=np.stack([target.deviations for target in targets]),
            weights=np.stack([source.weights for source in sources]),
            values=values_in(sources[0].space),
            luma=LUMA,
            exponent=np.full(1, EXPONENTS[sources[0].space]),
            chromas=np.stack([chromas for chromas, _ in palettes]),
            shares=np.stack([shares for _, shares in palettes]),
            edges=np.stack([sample.edges for sample in samples]),
            likeness=np.array([likeness(*pair) for pair in zip(sources, targets, strict=True)]),
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

    def with_source_luminance(self) -> Scene:
        """Return the scene with each target scaled to its source's luminance: only its color guides."""
        xp = namespace(self.source_means)
        factor = xp.reshape(self.source_luminance / (self.target_means * self.luma).sum(-1), (-1, 1))
        return replace(
            self, target_means=self.target_means * factor, target_deviations=self.target_deviations * factor
        )
