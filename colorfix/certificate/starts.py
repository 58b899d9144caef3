"""Where to look for minima: a grid over colour, each point at its best exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.certificate.boxes import SHEARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.colour import Floats
    from colorfix.optim.arrays import Array

BATCH = 256
"""Points measured at once: few enough to stay in the processor's cache, colours of a sample and all."""


class Grid(NamedTuple):
    """How many points a grid has.

    Attributes:
        side: values of each of a and b, the log ratios of red and blue to green.
        depth: values of t, the log gain of green.
    """

    side: int
    depth: int


def measured(objective: Callable[[Array], Array], gains: Floats) -> Floats:
    """Return the losses, shape [S], of gains, shape [S, 3]; infinite where they are not finite."""
    with np.errstate(all="ignore"):
        batches = [
            np.asarray(objective(gains[i : i + BATCH, None, :]))[:, 0] for i in range(0, len(gains), BATCH)
        ]
    losses = np.concatenate(batches)
    return np.where(np.isfinite(losses), losses, np.inf)


def starts_on(
    objective: Callable[[Array], Array], limits: tuple[float, float], grid: Grid
) -> tuple[Floats, int]:
    """Return gains from which the loss rises towards all four neighbours in colour, lowest first.

    In gains the valleys of a loss run aslant and a grid's neighbours look past them, so the grid is one of
    colour, and each of its points takes the exposure that suits it best: the lowest of a parabola through the
    three best values along t.

    Returns:
        Gains, shape [S, 3], and how many points were measured.
    """
    low, high = np.log(limits)
    ratios, levels = np.linspace(low - high, high - low, grid.side), np.linspace(low, high, grid.depth)
    a, b, t = np.meshgrid(ratios, ratios, levels, indexing="ij")
    logs = np.stack([a, b, t], axis=-1) @ SHEARED.T
    within = ((logs >= low) & (logs <= high)).all(-1)
    losses = np.full(within.shape, np.inf)
    losses[within] = measured(objective, np.exp(logs[within]))
    lowest, level = _lowest_along(losses, levels)
    chosen = np.isfinite(lowest) & (lowest <= _neighbours(lowest))
    points = np.stack([a[..., 0][chosen], b[..., 0][chosen], level[chosen]], axis=-1) @ SHEARED.T
    order = np.argsort(lowest[chosen])
    return np.exp(np.clip(points[order], low, high)), int(within.sum())


def _lowest_along(losses: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Lowest loss along the last axis, shape [side, side], and where: of a parabola, or of the points."""
    best = losses.argmin(-1)
    inner = np.clip(best, 1, len(levels) - 2)
    before, here, after = (
        np.take_along_axis(losses, inner[..., None] + step, -1)[..., 0] for step in (-1, 0, 1)
    )
    with np.errstate(all="ignore"):
        bend = before - 2 * here + after
        shift = (before - after) / (2 * bend)
        bottom = here - (before - after) * shift / 4
        curved = (bend > 0) & (np.abs(shift) < 1)
    level = np.where(curved, levels[inner] + shift * (levels[1] - levels[0]), levels[best])
    return np.where(curved, bottom, losses.min(-1)), level


def _neighbours(values: Floats) -> Floats:
    """The lowest of each value's four neighbours, shape [side, side]."""
    padded = np.pad(values, 1, constant_values=np.inf)
    sides = padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]
    lowest: Floats = np.minimum.reduce(sides)
    return lowest
