"""Comparison of methods on one photo: the optimizers, plain matching, gray-world and Reinhard's transfer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.ciede2000 import lab_of, mean_delta_e, srgb_of_lab
from colorfix.color.sensor import matching_gains
from colorfix.color.statistics import LUMA
from colorfix.correction.correct import certify_from
from colorfix.learning import OPTIMIZERS, learn
from colorfix.learning.models import FreeGains, limits_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Floats, Statistics
    from colorfix.correction.correct import Correction
    from colorfix.learning import Optimizer, Trace

_DARK = 1e-6
"""Lower bound of means and deviations that are divided by."""


def matched_means(source: Statistics, target: Statistics) -> Floats:
    """Return gains that give each channel the target's mean, but for clipping, shape (3,).

    Args:
        source: the photo's.
        target: the guide's, in the same space.
    """
    return matching_gains(np.maximum(source.means, _DARK), target.means, source.space)


def gray_world(source: Statistics) -> Floats:
    """Return gains that make the mean color gray and keep its luminance: g_c = Y / μ_c, Y = Σ w_c μ_c.

    On average the world is gray (Buchsbaum 1980, A spatial processor model for object colour perception).

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


def reinhard(colors: Floats, source: Floats, target: Floats) -> Floats:
    """Return colors with the target's mean and standard deviation in each channel of CIELAB.

    l' = (l - mean_s) std_t / std_s + mean_t (Reinhard, Ashikhmin, Gooch, Shirley 2001, Color transfer between
    images, Eq. 10 and 11; there in lαβ, here in CIELAB as in most implementations).

    Args:
        colors: sRGB as stored, 0 to 1, shape [..., 3].
        source: the photo's, for its statistics, shape [N, 3].
        target: the guide's, shape [M, 3].
    """
    ours, theirs = lab_of(source), lab_of(target)
    spread = theirs.std(0) / np.maximum(ours.std(0), _DARK)
    return srgb_of_lab((lab_of(colors) - ours.mean(0)) * spread + theirs.mean(0))


@dataclass(frozen=True, eq=False)
class ComparisonEntry:
    """One method and its result.

    Attributes:
        label: name of the method.
        setup: its starts, and whether its result was polished.
        recolor: maps sRGB colors as stored, uint8, shape [N, 4], alpha last.
        loss: its best, in the correction's loss; None if the method has no gains.
        final: loss at the last step.
        gains: in the correction's space, or None.
        seconds: wall time of learning.
        steps: number of loss measurements.
        turns: number of turns.
    """

    label: str
    setup: str
    recolor: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
    loss: float | None = None
    final: float | None = None
    gains: Floats | None = None
    seconds: float | None = None
    steps: int | None = None
    turns: int | None = None

    def delta_e(self, points: NDArray[np.uint8]) -> float:
        """Return the mean CIEDE2000 between colors, shape [N, 4], and their correction."""
        return mean_delta_e(points, self.recolor(points))

    def blue_excess(self, points: NDArray[np.uint8]) -> float:
        """Return by how much blue's mean exceeds both others after the correction, 0 to 255, as stored."""
        red, green, blue = self.recolor(points)[:, :3].astype(float).mean(0)
        return float(max(0.0, blue - max(red, green)))


def optimizer_entries(correction: Correction) -> Iterator[ComparisonEntry]:
    """Yield the correction itself, then each optimizer from no change, with the same λ, δ, γ and steps."""
    yield _own_entry(correction)
    own = correction.settings.optimizer
    yield _optimizer_entry(correction, "hill-adam", replace(own, name="hill-adam", exploration="paper"))
    yield _optimizer_entry(correction, "hill-adam, rays", replace(own, name="hill-adam", exploration="ray"))
    for name in OPTIMIZERS:
        if name != "hill-adam":
            yield _optimizer_entry(correction, name, replace(own, name=name))


def classical_entries(correction: Correction, guide: NDArray[np.uint8]) -> Iterator[ComparisonEntry]:
    """Yield plain matching, gray-world and, if there is a guide photo, Reinhard's transfer.

    Args:
        correction: of the photo.
        guide: the target's colors in sRGB, shape [M, 3]; empty for a target without pixels.
    """
    gains = matched_means(correction.before, correction.guide)
    yield _entry(correction, "plain matching", "one formula", gains)
    yield _entry(correction, "gray-world", "one formula", gray_world(correction.before))
    if len(guide):
        source = correction.visible_points[:, :3] / 255.0

        def recolor(points: NDArray[np.uint8]) -> NDArray[np.uint8]:
            moved = np.rint(255 * reinhard(points[:, :3] / 255.0, source, guide / 255.0)).astype(np.uint8)
            return np.concatenate([moved, points[:, 3:]], axis=-1)

        yield ComparisonEntry("Reinhard", "CIELAB means and deviations of the target", recolor)


def certify_lowest(correction: Correction, entries: list[ComparisonEntry]) -> Certificate:
    """Prove how low the loss can be, from the lowest entry within the limits of gains."""
    low, high = limits = limits_in(float(correction.objective.scene.exponent[0]))
    within = [
        (entry.loss, entry.gains)
        for entry in entries
        if entry.gains is not None
        and entry.loss is not None
        and bool(((entry.gains >= low) & (entry.gains <= high)).all())
    ]
    _, best = min(within, key=itemgetter(0))
    return certify_from(correction.objective, best, limits)[0]


def _own_entry(correction: Correction) -> ComparisonEntry:
    starts = f"{correction.starts} starts" if correction.starts > 1 else "one start"
    gains = np.array(correction.minimum.gains)
    entry = _entry(correction, "colorfix", f"{starts}, ends early, polished", gains)
    return _timed(entry, correction.solution.trace, correction.seconds["learn"])


def _optimizer_entry(correction: Correction, label: str, optimizer: Optimizer) -> ComparisonEntry:
    model = FreeGains(np.ones((1, 3)), limits_in(float(correction.objective.scene.exponent[0])))
    learn(correction.objective, model, optimizer, 1)  # imports and caches do not count as its time
    begun = perf_counter()
    trace = learn(correction.objective, model, optimizer, correction.settings.steps)
    seconds = perf_counter() - begun
    entry = _entry(correction, label, "from no change, best kept", trace.best_points[0])
    return replace(_timed(entry, trace, seconds), final=_finite(trace.losses[-1, 0]))


def _entry(correction: Correction, label: str, setup: str, gains: Floats) -> ComparisonEntry:
    loss = _finite(correction.objective(gains[None])[0])
    change = replace(correction.change, gains=gains)
    return ComparisonEntry(
        label, setup, lambda points: photos.corrected_points(points, change), loss, gains=gains
    )


def _timed(entry: ComparisonEntry, trace: Trace, seconds: float) -> ComparisonEntry:
    return replace(entry, seconds=seconds, steps=len(trace.losses), turns=int(trace.turns[0]))


def _finite(loss: float) -> float | None:
    return float(loss) if np.isfinite(loss) else None
