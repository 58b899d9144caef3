"""Likeness of a guide: whether it shows the source's scene, and how far its colors and brightness count.

Two photos of a scene have their bright and dark parts in the same places, whatever the light, the camera's
curve and its exposure. So the ranks of a small grid's cells are compared, not their values.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from colorfix.color.statistics import CODES, LUMA, values_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats, Statistics

CELLS: Final = 18
"""Cells of a structure along each side."""

CROPS: Final = (16, 15)
"""Cells a side of one photo that the whole of the other may show: one may be cropped by a sixth."""

WHITE_CELL: Final = 65535
"""Luminance of a white cell; whole numbers, so that a structure can be saved as it is."""

SCENE: Final = (0.5, 0.75)
"""Likenesses from which a guide's colors begin to count, and count fully (docs/guide.md)."""

FRAME: Final = (0.75, 0.92)
"""Likenesses of whole frames from which a guide's brightness begins to count, and counts fully: the exposure
of another crop is no evidence (docs/guide.md)."""

HALF_LIKE: Final = 0.02
"""Likeness of histograms at which a guide's colors count half: that of a distance of 0.035, between those of
the same scene, within 0.03, and of others, beyond 0.04."""

SAME, OTHER = 0.9, 0.1
"""Weights from which a guide is said to show the same scene, and up to which another, before blue counts."""

BLUE: Final = {"structure": (0.28, 6), "histogram": (0.25, 4)}
"""Excess of a guide's blue over red and green, in logarithms, at which it counts 1/e of its likeness, and the
power with which that falls off. Right guides of blue scenes reach 0.25; histograms say less, so they are
stricter."""

TOO_BLUE = 0.5
"""Factor for a guide's blue excess below which it is said to be too blue."""

Basis: TypeAlias = Literal["structure", "histogram"]
"""What a likeness was measured from: grids of both photos, or histograms of green where one has no grid."""

Shown: TypeAlias = Literal["same", "unsure", "other"]
"""The scene that a guide shows, compared with the source's."""


class Likeness(NamedTuple):
    """How far a guide shows the scene of the source.

    Attributes:
        value: 1 for the same scene, down to 0.
        basis: what it was measured from.
        framing: likeness of the whole frames, at most ``value``, which may be of a crop.
        blue_excess: of the guide's bright colors and its edges, in logarithms; see :func:`blue_excess`.

    >>> twin, crop = Likeness(0.98, "structure", 0.98), Likeness(0.8, "structure", 0.4)
    >>> blue = twin._replace(blue_excess=0.5)
    >>> [(round(guide.colors, 2), round(guide.brightness, 2)) for guide in (twin, crop, blue)]
    [(1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    """

    value: float
    basis: Basis
    framing: float
    blue_excess: float = 0.0

    @classmethod
    def of_structures(cls, source: Floats, guide: Floats, blue_excess: float) -> Likeness:
        """Return the likeness of a guide by its structure.

        Args:
            source: shape [18, 18]; see :func:`structure_of`.
            guide: the same.
            blue_excess: of the guide.
        """
        value, framing = structural_likeness(source, guide)
        return cls(value, "structure", framing, blue_excess)

    @classmethod
    def of_histograms(cls, source: Statistics, guide: Statistics, blue_excess: float) -> Likeness:
        """Return the likeness of a guide by its histogram."""
        value = histogram_likeness(source, guide)
        return cls(value, "histogram", value, blue_excess)

    @property
    def colors(self) -> float:
        """How far the guide's colors count, 0 to 1."""
        if self.basis == "histogram":
            return _half_like(self.value * self.neutrality)
        return self.neutrality * _ramp(self.value, *SCENE)

    @property
    def brightness(self) -> float:
        """How far the guide's brightness counts, 0 to 1."""
        return self.neutrality * (self.value if self.basis == "histogram" else _ramp(self.framing, *FRAME))

    @property
    def scene(self) -> Shown:
        """Whether the guide shows the same scene, in whatever light."""
        sameness = self._replace(blue_excess=0.0).colors
        if sameness < OTHER:
            return "other"
        return "same" if sameness >= SAME else "unsure"

    @property
    def is_too_blue(self) -> bool:
        """Whether the guide counts less because it is blue."""
        return self.neutrality < TOO_BLUE

    @property
    def neutrality(self) -> float:
        """Factor for a guide that is too blue, exp(-(e / s)ⁿ) with s and n from :data:`BLUE`, 0 to 1."""
        scale, power = BLUE[self.basis]
        return float(np.exp(-((self.blue_excess / scale) ** power)))


def _half_like(value: float) -> float:
    """Return 0 for 0, a half for :data:`HALF_LIKE` and 1 for 1."""
    return (1 + HALF_LIKE) * value / (HALF_LIKE + value)


def _ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to ``low`` and 1 from ``high``, smooth in between."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def structure_of(points: NDArray[np.uint8]) -> Floats | None:
    """Return the luminance of a photo in 18 by 18 cells, linear, 0 to 65535; None if no point is visible.

    Args:
        points: the photo's grid, shape [H, W, 4], red, green, blue and alpha. Rows and columns on the outside
            without a visible point are left out, as those of a frame.

    >>> points = np.zeros((20, 20, 4), np.uint8)
    >>> points[1:19, 1:19] = 255
    >>> structure_of(points).min()
    np.float64(65535.0)
    """
    visible = points[..., 3] > 0
    if not visible.any():
        return None
    down, across = (_extent(np.flatnonzero(visible.any(axis=axis))) for axis in (1, 0))
    inside = visible[down, across]
    luminance = values_in("linear").take(points[down, across, :3]) @ LUMA
    shares = _cells(inside.astype(np.float64), CELLS)
    cells = _cells(luminance * inside, CELLS) / np.where(shares > 0, shares, 1.0)
    found = np.where(shares > 0, cells, cells[shares > 0].mean())
    whole: Floats = np.rint(WHITE_CELL * found)
    return whole


def _extent(places: NDArray[np.intp]) -> slice:
    return slice(int(places[0]), int(places[-1]) + 1)


def _cells(values: Floats, count: int) -> Floats:
    """Return the means of ``count`` by ``count`` equal parts of an array, shape [H, W]."""
    rows, columns = (_parts(side, count) for side in values.shape)
    means: Floats = rows @ values @ columns.T
    return means


@cache
def _parts(side: int, count: int) -> Floats:
    """Return the share of each of ``side`` values in each of ``count`` means, shape [count, side]."""
    ends = np.arange(count + 1) * side / count
    places = np.arange(side)
    covered = np.minimum(ends[1:, None], places + 1) - np.maximum(ends[:-1, None], places)
    shares: Floats = np.maximum(covered, 0.0) * count / side
    return shares


def structural_likeness(source: Floats, guide: Floats) -> tuple[float, float]:
    """Return the likeness of two structures, 0 to 1: with crops, and of the whole frames.

    The correlation of the gradients of the cells' ranks. With crops it is the greatest of that of the frames,
    and those of one of them with the crops of the other that may show the same.

    Args:
        source: shape [18, 18]; see :func:`structure_of`.
        guide: the same.

    >>> scene = np.random.default_rng(1).uniform(0.0, 65535.0, (18, 18))
    >>> [round(likeness, 6) for likeness in structural_likeness(scene, scene**2 / 65535)]
    [1.0, 1.0]
    >>> max(structural_likeness(scene, scene.T)) < 0.3
    True
    """
    ours, theirs = _gradients(source), _gradients(guide)
    frames = max(0.0, _best_in_crops(ours, theirs))
    parts = (
        (whole, _gradients(_cells(other, n)))
        for whole, other in ((ours, guide), (theirs, source))
        for n in CROPS
    )
    return max(frames, *(_best_in_crops(whole, part) for whole, part in parts)), frames


def _best_in_crops(whole: Floats, part: Floats) -> float:
    """Return the greatest correlation of gradients with the crops, of their size, of larger ones."""
    windows = np.lib.stride_tricks.sliding_window_view(whole, part.shape[1:], axis=(1, 2))
    crops, own = windows.transpose(1, 2, 0, 3, 4).reshape(-1, part.size), part.ravel()
    lengths = np.sqrt((crops * crops).sum(axis=1) * (own @ own))
    return float((crops @ own / np.where(lengths > 0, lengths, np.inf)).max())


def _gradients(cells: Floats) -> Floats:
    """Return the differences of ranks to the cells below and to the right, shape [2, N - 1, N - 1].

    Equal cells have the mean of their ranks.
    """
    values = cells.round(3)
    ordered = np.sort(values, axis=None)
    ranks = 0.5 * (ordered.searchsorted(values, "left") + ordered.searchsorted(values, "right"))
    here = ranks[:-1, :-1]
    return np.array([ranks[1:, :-1] - here, ranks[:-1, 1:] - here])


QUANTILES = (np.arange(50) + 0.5) / 50
"""Quantiles at which two photos are compared."""

DISTANCE_SCALE = 0.025
"""Distance of two photos, relative to their mean, at which likeness falls to 1/e."""


def histogram_likeness(source: Statistics, guide: Statistics) -> float:
    """Return the likeness of two photos of which one has no grid, 0 to 1.

    exp(-(d / 0.025)⁴). d is the mean distance between the quantiles of green in the two photos, each divided
    by their mean; a change of light moves green least. The same scene in another light lies within 0.03,
    another scene beyond 0.04; another rendering of the same scene may lie there too. The likeness is 0 if a
    photo has next to no green or the guide has a channel of zeros.

    >>> from colorfix.color.statistics import Statistics
    >>> amber, truth = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    >>> amber[:, [50, 100]] = truth[:, [55, 110]] = 1
    >>> round(histogram_likeness(Statistics(amber), Statistics(truth)), 3)
    1.0
    >>> truth[:, 200] = 1
    >>> round(histogram_likeness(Statistics(amber), Statistics(truth)), 3)
    0.0
    """
    ours, theirs = (_green_quantiles(photo) for photo in (source, guide))
    comparable = ours.any() and theirs.any() and guide.means.all()
    distance = np.abs(ours / ours.mean() - theirs / theirs.mean()).mean() if comparable else np.inf
    return float(np.exp(-((distance / DISTANCE_SCALE) ** 4)))


def _green_quantiles(photo: Statistics) -> Floats:
    """Quantiles of green as stored, shape [50]."""
    green = np.cumsum(photo.weights[1])
    return CODES[np.searchsorted(green, QUANTILES - 1e-9)]


SIXTH_POWERS = CODES**6
"""Sixth powers of the 256 stored values, for Minkowski means."""


def blue_excess(guide: Statistics, edges: Floats | None = None) -> float:
    """Return the excess of a guide's blue over both other channels, in logarithms as stored; at least 0.

    ln(e_B / max(e_R, e_G)), e the Minkowski means with p = 6 as in shades of gray, or the strength of the
    edges; the smaller of both: a blue wall has no edges, and blue light tints both.

    Args:
        guide: its statistics.
        edges: mean length of each channel's gradient, in values as stored, shape (3,); None if unknown.

    >>> counts = np.zeros((3, 256), np.int64)
    >>> counts[[0, 1, 2], [100, 100, 200]] = 1
    >>> from colorfix.color.statistics import Statistics
    >>> round(blue_excess(Statistics(counts)), 3), blue_excess(Statistics(counts), np.ones(3))
    (0.693, 0.0)
    """
    bright = _excess((guide.weights @ SIXTH_POWERS) ** (1 / 6))
    return bright if edges is None else min(bright, _excess(edges))


def _excess(strengths: Floats) -> float:
    red, green, blue = strengths.tolist()
    return float(max(0.0, np.log(blue / max(red, green)))) if max(red, green) > 0 < blue else 0.0
