"""Many ways to correct one photo, side by side.

What others do about a cast: plain matching, grey world, Reinhard; to stand beside in a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.certificate import certify
from colorfix.color.ciede2000 import ciede2000, lab_of
from colorfix.color.statistics import LUMA, encoded_of
from colorfix.learning import OPTIMIZERS, Minimum, Optimizer, learn
from colorfix.learning.models import FreeGains, limits_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Floats, Statistics
    from colorfix.correction.result import Correction

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


@dataclass(frozen=True, eq=False)
class ComparisonEntry:
    """One way, and what came of it.

    Attributes:
        label: its row.
        got: what it was given: where it started, and whether it was polished.
        recoloured: what it does to sRGB colours as stored, uint8, shape [N, 4], alpha last.
        loss: the best that it met, as the correction's loss has it; None where it is no gain.
        final: where it ended.
        gains: in the correction's space, or None.
        seconds: wall time of learning.
        steps: how often it measured the loss.
        turns: how often it turned.
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
        """How far it moves colours, shape [N, 4]: their mean CIEDE2000."""
        return mean_delta_e(points, self.recolor(points))

    def blue_excess(self, points: NDArray[np.uint8]) -> float:
        """How far blue's mean lies above both others afterwards, of 255, values as stored."""
        red, green, blue = self.recolor(points)[:, :3].astype(float).mean(0)
        return float(max(0.0, blue - max(red, green)))


def mean_delta_e(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean CIEDE2000 between sRGB colours, uint8, shape [N, 3 or 4]."""
    labs = (lab_of(colours[:, :3] / 255.0) for colours in (one, other))
    return float(ciede2000(*labs).mean())


def visible_points(correction: Correction) -> NDArray[np.uint8]:
    """The points by which entries are judged, shape [N, 4], N at most 4096."""
    return correction.points[correction.points[..., 3] > 0]


def optimizer_entries(correction: Correction) -> Iterator[ComparisonEntry]:
    """Try every optimizer from no change, with the correction's λ, δ, γ and steps, and yield each.

    The correction itself comes first, with what it was given beyond that: several starts and a polish.
    """
    yield _own_entry(correction)
    ways = [(name, replace(correction.settings.optimizer, name=name)) for name in OPTIMIZERS]
    ray = replace(correction.settings.optimizer, name="hill-adam", exploration="ray")
    ways = [(name, replace(way, exploration="paper") if name == "hill-adam" else way) for name, way in ways]
    for label, optimizer in [ways[0], ("hill-adam, rays", ray), *ways[1:]]:
        yield _optimizer_entry(correction, label, optimizer)


def classical_entries(correction: Correction, guide: NDArray[np.uint8]) -> Iterator[ComparisonEntry]:
    """Yield what others do: plain matching, gray-world, Reinhard.

    Args:
        correction: of the photo.
        guide: the target's colours in sRGB, shape [M, 3]; empty for a target that is no photo.
    """
    yield _formula_entry(correction, "plain matching", matched_means(correction.before, correction.guide))
    yield _formula_entry(correction, "gray-world", gray_world(correction.before))
    if len(guide):
        source = visible_points(correction)[:, :3] / 255.0

        def recoloured(points: NDArray[np.uint8]) -> NDArray[np.uint8]:
            moved = np.rint(255 * reinhard(points[:, :3] / 255.0, source, guide / 255.0)).astype(np.uint8)
            return np.concatenate([moved, points[:, 3:]], axis=-1)

        yield ComparisonEntry("Reinhard", "CIELAB means and deviations of the target", recoloured)


def certify_lowest(correction: Correction, entries: list[ComparisonEntry]) -> Certificate:
    """Prove, once for all entries, how low the loss can be: from the lowest of them, or one found lower."""
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    low, high = limits
    within = [
        Minimum(tuple(entry.gains.tolist()), entry.loss)
        for entry in entries
        if entry.gains is not None
        and entry.loss is not None
        and bool(((entry.gains >= low) & (entry.gains <= high)).all())
    ]
    best = min(within, key=lambda minimum: minimum.loss)
    certificate = certify(correction.objective, np.array(best.gains), limits=limits)
    lower = certificate.minima[0]
    if lower.loss < certificate.loss - certificate.tolerance:
        certificate = certify(correction.objective, np.array(lower.gains), limits=limits)
    return certificate


def _own_entry(correction: Correction) -> ComparisonEntry:
    trace = correction.solution.trace
    starts = f"{correction.starts} starts" if correction.starts > 1 else "one start"
    return _entry(
        correction,
        "colorfix",
        f"{starts}, ends early, polished",
        np.array(correction.minimum.gains),
        seconds=correction.seconds["learn"],
        steps=len(trace.losses),
        turns=int(trace.turns[0]),
    )


def _optimizer_entry(correction: Correction, label: str, optimizer: Optimizer) -> ComparisonEntry:
    model = FreeGains(np.ones((1, 3)), limits_in(float(correction.objective.scene.exponent[0])))
    learn(correction.objective, model, optimizer, 1)  # what is imported and built once is not its time
    begun = perf_counter()
    trace = learn(correction.objective, model, optimizer, correction.settings.steps)
    return _entry(
        correction,
        label,
        "from no change, best kept",
        trace.best_points[0],
        seconds=perf_counter() - begun,
        steps=len(trace.losses),
        turns=int(trace.turns[0]),
        final=float(trace.losses[-1, 0]),
    )


def _formula_entry(correction: Correction, label: str, gains: Floats) -> ComparisonEntry:
    return _entry(correction, label, "one formula", gains)


def _entry(
    correction: Correction,
    label: str,
    got: str,
    gains: Floats,
    *,
    seconds: float | None = None,
    steps: int | None = None,
    turns: int | None = None,
    final: float | None = None,
) -> ComparisonEntry:
    loss = float(correction.objective(gains[None])[0])
    change = replace(correction.change, gains=gains)
    return ComparisonEntry(
        label,
        got,
        lambda points: photos.corrected_points(points, change),
        loss if np.isfinite(loss) else None,
        final if final is not None and np.isfinite(final) else None,
        gains,
        seconds,
        steps,
        turns,
    )
