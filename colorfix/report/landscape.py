"""Landscape: the loss over two gains, the third fixed at its best, with the paths of optimizers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.learning import learn
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.starts import losses_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.correction.correct import Correction
    from colorfix.learning import Minimum, Optimizer

RED, GREEN, BLUE = range(3)

SIDE: Final = 96
"""Points along each axis: 9216 losses, about 20 ms with the default's regularizers, 2 ms with the paper's."""

MARGIN: Final = 0.35
"""Margin on each side, as a share of the distance between minima and no change."""

LEAST_SPAN: Final = 2.0
"""Shortest axis, in natural logarithms of a gain."""

DEEPEST: Final = 1e-3
"""Height of the lowest contour above the lowest minimum, relative to the highest contour."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over two gains, the third fixed at that of the minimum used.

    Attributes:
        channels: of the gains across and up: 0 red, 1 green, 2 blue.
        across: values of the first gain, shape [N], evenly spaced in the logarithm.
        up: values of the second gain, shape [N], over as many logarithms.
        losses: shape [N, N], a row for each of ``up``; NaN for a loss that is not finite.
        third: the gain of the channel that is neither.
        minima: all minima found, lowest first. One with another third gain lies off this plane; its loss is
            lower than the plane's there.
        paths: gains of each step, shape [T, 3], by name; off this plane too, and possibly beyond the axes.
    """

    channels: tuple[int, int]
    across: Floats
    up: Floats
    losses: Floats
    fixed_gain: float
    minima: tuple[Minimum, ...]
    paths: Mapping[str, Floats]

    @property
    def fixed_channel(self) -> int:
        """Channel of the third gain."""
        return RED + GREEN + BLUE - sum(self.channels)

    def beyond(self, gains: Floats) -> NDArray[np.bool_]:
        """Return which gains, shape [T, 3], lie outside the axes, shape [T]."""
        plotted = gains[:, self.channels]
        low, high = np.transpose([(axis[0], axis[-1]) for axis in (self.across, self.up)])
        outside: NDArray[np.bool_] = ((plotted < low) | (plotted > high)).any(-1)
        return outside

    def levels(self, count: int = 14) -> Floats:
        """Return the losses of contours, rising, shape [count]; empty if no loss is finite.

        Their heights above the lowest minimum are a geometric sequence up to the plane's 0.9 quantile, so
        that wells and walls are visible at any scale of the loss.
        """
        finite = self.losses[np.isfinite(self.losses)]
        if not len(finite):
            return np.zeros(0)
        lowest = min([minimum.loss for minimum in self.minima] + [float(finite.min())])
        height = max(float(np.quantile(finite, 0.9)) - lowest, np.finfo(float).tiny)
        levels: Floats = lowest + height * np.geomspace(DEEPEST, 1.0, count)
        return levels


def landscape_of(
    correction: Correction,
    paths: Mapping[str, Floats] | None = None,
    *,
    channels: tuple[int, int] = (RED, BLUE),
    side: int = SIDE,
) -> Landscape:
    """Measure the loss over two gains, over a range with all minima and no change.

    Args:
        correction: of a photo; its minimum fixes the third gain.
        paths: gains of each step, shape [T, 3], by name; the correction's own by default.
        channels: of the gains across and up.
        side: N, points along each axis.

    >>> import colorfix
    >>> amber = np.full((4, 4, 3), (200, 150, 90), np.uint8)
    >>> plane = landscape_of(colorfix.correct(amber, "neutral"), side=8)
    >>> plane.losses.shape, plane.fixed_channel, list(plane.paths), bool(plane.across[0] < 0.5)
    ((8, 8), 1, ['hill-adam'], True)
    """
    if paths is None:
        paths = {correction.settings.optimizer.name: correction.solution.trace.points[:, 0]}
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    across, up = _axes([minimum.gains for minimum in correction.minima], channels, limits, side)
    gains = np.empty((side, side, 3))
    gains[...] = correction.minimum.gains
    gains[..., channels[0]], gains[..., channels[1]] = np.meshgrid(across, up)
    losses = losses_at(correction.objective, gains.reshape(-1, 3)).reshape(side, side)
    return Landscape(
        channels,
        across,
        up,
        np.where(np.isfinite(losses), losses, np.nan),
        correction.minimum.gains[RED + GREEN + BLUE - sum(channels)],
        correction.minima,
        {name: gains[np.isfinite(gains).all(-1)] for name, gains in paths.items()},
    )


def _axes(
    minima: list[tuple[float, float, float]],
    channels: tuple[int, int],
    limits: tuple[float, float],
    side: int,
) -> list[Floats]:
    """Values of two gains around all minima and no change, with margins, within the limits if possible."""
    plotted = np.log([(1.0, 1.0, 1.0), *minima])[:, channels]
    low, high = plotted.min(0), plotted.max(0)
    span = max(LEAST_SPAN, (1 + 2 * MARGIN) * float((high - low).max()))
    span = min(span, float(np.diff(np.log(limits))[0]))
    starts = np.clip((low + high - span) / 2, np.log(limits[0]), np.log(limits[1]) - span)
    return [np.exp(start + np.linspace(0, span, side)) for start in starts]


def paths_of(correction: Correction, optimizers: Mapping[str, Optimizer]) -> dict[str, Floats]:
    """Run each optimizer from no change, for the steps of the correction's settings.

    Args:
        correction: of a photo.
        optimizers: by name of their path.

    Returns:
        The gains of each step, shape [T, 3], by name.
    """
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    start = FreeGains(np.ones((1, 3)), limits)
    return {
        name: learn(correction.objective, start, optimizer, correction.settings.steps).points[:, 0]
        for name, optimizer in optimizers.items()
    }


TICKS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
"""Gains at which an axis may have ticks."""

APART: Final = 0.16
"""Smallest distance between two ticks, in logarithms of a gain."""


def ticks(low: float, high: float) -> list[float]:
    """Return round gains within a range for the ticks of an axis; 1 is one of them.

    Args:
        low: smallest gain of the range, above 0.
        high: largest gain.

    >>> ticks(0.4, 2.5)
    [0.5, 0.7, 1.0, 1.5, 2.0]
    """
    chosen = [1.0]
    for tick in sorted(TICKS, key=lambda gain: abs(math.log(gain))):
        if low <= tick <= high and min(abs(math.log(tick / other)) for other in chosen) > APART:
            chosen.append(tick)
    return sorted(chosen)
