"""The loss over two gains, at the best third: what learning walked through, for people to look at.

Numbers only; a picture or a page draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.learning import Minimum, learn
from colorfix.learning.starts import measured
from colorfix.models import FreeGains, limits_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.colour import Floats
    from colorfix.correction import Correction
    from colorfix.learning import Optimizer

RED, GREEN, BLUE = range(3)

SIDE: Final = 96
"""Points along each axis: 9216 losses, about 20 ms with the default's regularizers, 2 ms with the paper's."""

MARGIN: Final = 0.08
"""Share of what is shown that is added on each side of it."""

LEAST_SPAN: Final = 1.0
"""Natural logarithms of a gain that an axis shows at the least, so that a short path has surroundings."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over two gains, the third held where the lowest minimum has it.

    Attributes:
        channels: which gains lie across and up: 0 red, 1 green, 2 blue.
        across: their values, shape [N], rising evenly in the logarithm; draw them on a logarithmic axis.
        up: likewise, shape [N].
        losses: shape [N, N], row by row from the lowest gain up; NaN where the loss is not finite.
        third: the gain of the channel that is neither.
        minima: all that were found, lowest first; with another third gain they lie off this plane, and their
            loss is lower than the plane's there.
        paths: gains of each step, shape [T, 3], by name; likewise.
    """

    channels: tuple[int, int]
    across: Floats
    up: Floats
    losses: Floats
    third: float
    minima: tuple[Minimum, ...]
    paths: Mapping[str, Floats]

    @property
    def held(self) -> int:
        """The channel of the third gain."""
        return RED + GREEN + BLUE - sum(self.channels)

    def levels(self, count: int = 14) -> Floats:
        """Return losses to draw contours at, rising, shape [count]: close together near the lowest.

        Each has its share of the plane below it, from a hundredth to nearly all, so that wells show as well
        as walls, whatever the loss's scale.
        """
        finite = self.losses[np.isfinite(self.losses)]
        if not len(finite):
            return np.zeros(0)
        shares = np.geomspace(0.005, 0.97, count)
        levels: Floats = np.unique(np.quantile(finite, shares))
        return levels


def landscape_of(
    correction: Correction,
    paths: Mapping[str, Floats] | None = None,
    *,
    channels: tuple[int, int] = (RED, BLUE),
    side: int = SIDE,
) -> Landscape:
    """Measure the loss over two gains, wide enough to show minima, paths and no change.

    Args:
        correction: of a photo; of its minima the one that was used holds the third gain.
        paths: gains of each step, shape [T, 3], by name; the correction's own by default.
        channels: which gains lie across and up.
        side: N, points along each axis.

    >>> import colorfix
    >>> amber = np.full((4, 4, 3), (200, 150, 90), np.uint8)
    >>> plane = landscape_of(colorfix.correct(amber, "neutral"), side=8)
    >>> plane.losses.shape, plane.held, list(plane.paths), bool(plane.across[0] < 0.5)
    ((8, 8), 1, ['hill-adam'], True)
    """
    if paths is None:
        paths = {correction.settings.optimizer.name: correction.solution.trace.points[:, 0]}
    walked = {name: gains[np.isfinite(gains).all(-1)] for name, gains in paths.items()}
    minima = np.array([minimum.gains for minimum in correction.minima])
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    shown = np.concatenate([np.ones((1, 3)), minima, *walked.values()])
    across, up = (_axis(shown[:, channel], limits, side) for channel in channels)
    gains = np.empty((side, side, 3))
    gains[...] = correction.minimum.gains
    gains[..., channels[0]], gains[..., channels[1]] = np.meshgrid(across, up)
    losses = measured(correction.objective, gains.reshape(-1, 3)).reshape(side, side)
    third = correction.minimum.gains[RED + GREEN + BLUE - sum(channels)]
    return Landscape(
        channels, across, up, np.where(np.isfinite(losses), losses, np.nan), third, correction.minima, walked
    )


def paths_of(correction: Correction, optimizers: Mapping[str, Optimizer]) -> dict[str, Floats]:
    """Walk on a correction's loss from no change with other optimizers, as far as its settings say.

    Args:
        correction: of a photo.
        optimizers: by the name that their path is to have.

    Returns:
        The gains of each step, shape [T, 3], by name.
    """
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    start = FreeGains(np.ones((1, 3)), limits)
    return {
        name: learn(correction.objective, start, optimizer, correction.settings.steps).points[:, 0]
        for name, optimizer in optimizers.items()
    }


def _axis(shown: Floats, limits: tuple[float, float], side: int) -> Floats:
    """Values of a gain that hold what is shown, with margins, within the limits."""
    low, high = np.log(shown.min()), np.log(shown.max())
    wider = max(MARGIN * (high - low), (LEAST_SPAN - (high - low)) / 2)
    low, high = np.clip([low - wider, high + wider], *np.log(limits))
    axis: Floats = np.exp(np.linspace(low, high, side))
    return axis
