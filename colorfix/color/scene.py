"""What a correction is judged by: the statistics of sources and targets, for many problems at once.

Whether a guide shows the same scene as the photo that it is to guide, in a light worth having.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
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
"""Shares of the pixels at which two photos are compared."""

DISTANCE_SCALE = 0.025
"""Distance of two photos at which they are hardly alike (1/e), as a share of their mean."""

SIXTH_POWERS = CODES**6
"""Of the 256 stored values, for Minkowski means."""

BLUE_SCALE = 0.25
"""How far the bright blue of a guide may lie above its red and green, in logarithms, before it is hardly
trusted (1/e)."""


def likeness(source: Statistics, target: Statistics) -> float:
    """Return how far a guide deserves to be followed, 1 for the same scene in a neutral light, down to 0.

    exp(-(d / 0.025)⁴ - (e / 0.25)⁴). d is how differently green is distributed in the two photos once their
    means agree: the mean distance between the stored values that the same share of the pixels stays below,
    divided by the mean. Green is what a change of light moves least. The same scene in another light lies
    within 0.03, another scene beyond 0.04. e is how blue the guide's own bright colours are, 0 if they are
    not: ln(e_B / max(e_R, e_G)), Minkowski means with p = 6 as in shades of gray. A photo with next to no
    green is like no other, and a guide with a channel of zeros deserves nothing.

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
    """The stored value of green that each share of the pixels stays below, shape [50]."""
    green = np.cumsum(photo.weights[1])
    return CODES[np.searchsorted(green, QUANTILES - 1e-9)]


def _blueness(photo: Statistics) -> float:
    """How far blue lies above the other channels in the photo's bright colours, in logarithms; at least 0."""
    red, green, blue = (photo.weights @ SIXTH_POWERS) ** (1 / 6)
    return float(max(0.0, np.log(blue / max(red, green)))) if max(red, green) > 0 < blue else 0.0


SUMMED_AT_ONCE = 128
"""Numbers that NumPy sums without halving them first."""

MAX_POWER = 80
"""The largest p of a Minkowski mean: the darkest value but black, 1/3295 in linear light, to the power of 80
is still a number in float64, its share among 2^64 pixels too."""


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
"""Fields of a scene that have a row a problem."""


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
        exponent: by which logarithms of gains are divided to be about those of gains on encoded values,
            shape [1]: 1, or 2.2 in linear light.
        chromas: colours of the source without their brightness, shape [P, K, 2]; see
            :class:`colorfix.color.sample.Sample`.
        shares: share of each of those in the source, shape [P, K]; all 0 where there is no sample.
        edges: mean length of the source's gradients, shape [P, 3]; 0 where there is no sample.
        likeness: how far each target deserves to be followed, shape [P], 0 to 1; see
            :func:`colorfix.color.scene.likeness`.

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
    _colors: tuple[Array, Array, Array] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        sources: Sequence[Statistics],
        targets: Sequence[Statistics],
        samples: Sequence[Sample | PooledSample] | None = None,
    ) -> Scene:
        """Stack the statistics of P sources and their P targets, all in one space, as NumPy arrays.

        Args:
            sources: of the photos to correct.
            targets: of their guides.
            samples: of the sources; without them, penalties on joint colours and on edges are 0.
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

    @property
    def colors(self) -> tuple[Array, Array, Array]:
        """Both log chromaticities and the shares, shape [P, K], K no more than any photo has; kept.

        Sums over colours must not depend on K: NumPy takes up to 128 numbers in eight sums by turns, and
        halves what is longer. So K is a multiple of 8, or all there are.
        """
        if self._colors is None:
            most = int((self.shares > 0).sum(-1).max()) + 7 & ~7
            kept = slice(most if most <= SUMMED_AT_ONCE else None)
            xp = namespace(self.shares)
            own = (self.chromas[:, kept, 0], self.chromas[:, kept, 1], self.shares[:, kept])
            object.__setattr__(self, "_colors", tuple(xp.asarray(part, copy=True) for part in own))
        return self._colors  # type: ignore[return-value] # set above

    def norms(self, p: float) -> Array:
        """Minkowski means of the source's channels, e_c = (mean x_cᵖ)^(1/p), shape [P, 3].

        1 gives the mean (gray-world), 6 shades of gray, large p the maximum (white patch). Computed once a
        scene: gains don't change it.

        Raises:
            SettingError: p outside 1 to 80, beyond which the powers of dark values vanish.
        """
        if not 1 <= p <= MAX_POWER:
            raise SettingError(f"p must lie in 1 to {MAX_POWER}, got {p}")
        if p not in self._norms:
            self._norms[p] = (self.weights * self.values**p).sum(-1) ** (1 / p)
        return self._norms[p]

    def map_arrays(self, function: Callable[[Array], Array]) -> Scene:
        """Return the scene with every array passed through a function: to a device, to another kind."""
        arrays = {f.name: function(getattr(self, f.name)) for f in fields(self) if not f.name.startswith("_")}
        return replace(self, **arrays, _norms={}, _colors=None)

    def take(self, rows: Array) -> Scene:
        """Return the scene of some of its problems, a row each; one may be taken several times.

        What has one row for all of them stays as it is.
        """

        def of(figures: Array) -> Array:
            return figures if len(figures) == 1 else figures[rows]

        taken = {name: of(getattr(self, name)) for name in PER_PROBLEM}
        return replace(self, **taken, _colors=None, _norms={p: of(norms) for p, norms in self._norms.items()})

    def with_source_luminance(self) -> Scene:
        """Return the scene with each target brought to its source's luminance: only its colour guides."""
        xp = namespace(self.source_means)
        factor = self.source_luminance / (self.target_means * self.luma).sum(-1)
        factor = xp.reshape(factor, (-1, 1))
        return replace(
            self, target_means=self.target_means * factor, target_deviations=self.target_deviations * factor
        )
