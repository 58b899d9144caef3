"""Where to look for minima: a grid over colour, each point at its best exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

SHEARED: Floats = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
"""Coordinates of colour and exposure: (a, b, t) with ln g = (t + a, t, t + b). Penalties speak of colour,
that is of ratios of gains."""

MOST_STARTS = 12
"""Starts to learn from at the most, the lowest on the grid: twice the basins that a preset makes."""

BATCH = 256
"""Points measured at once: few enough to stay in the processor's cache, colours of a sample and all."""


class Grid(NamedTuple):
    """How many points a grid has.

    Attributes:
        side: values of each of a and b, the log ratios of red and blue to green.
        depth: values of t, the log gain of green.
        reach: share of all of a and b that it covers, around no change.
    """

    side: int
    depth: int
    reach: float = 1.0


EVERYWHERE, AMONG_LIGHTS = Grid(25, 5), Grid(41, 5, reach=0.3)
"""Where a photo's starts are looked for: among all gains, and closely among those that undo a light that
exists, whose ratios lie within e^0.9 (daylight to candles)."""


def measured(objective: Callable[[Array], Array], gains: Floats) -> Floats:
    """Return the losses, shape [S], of gains, shape [S, 3]; infinite where they are not finite."""
    with np.errstate(all="ignore"):
        batches = [
            np.asarray(objective(gains[i : i + BATCH, None, :]))[:, 0] for i in range(0, len(gains), BATCH)
        ]
    losses = np.concatenate([np.zeros(0), *batches])
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
    widest = (high - low) * grid.reach
    ratios, levels = np.linspace(-widest, widest, grid.side), np.linspace(low, high, grid.depth)
    a, b, t = np.meshgrid(ratios, ratios, levels, indexing="ij")
    logs = np.stack([a, b, t], axis=-1) @ SHEARED.T
    within = ((logs >= low) & (logs <= high)).all(-1)
    losses = np.full(within.shape, np.inf)
    losses[within] = measured(objective, np.exp(logs[within]))
    lowest, level = _lowest_along(losses, levels)
    beyond = (
        np.inf if grid.reach == 1 else -np.inf
    )  # what falls towards the edge of a part has its hollow outside
    chosen = np.isfinite(lowest) & (lowest <= _neighbours(lowest, beyond))
    points = np.stack([a[..., 0][chosen], b[..., 0][chosen], level[chosen]], axis=-1) @ SHEARED.T
    order = np.argsort(lowest[chosen])
    return np.exp(np.clip(points[order], low, high)), int(within.sum())


def several_starts(objective: Callable[[Array], Array], limits: tuple[float, float]) -> Floats:
    """Return gains to learn from, shape [S, 3]: no change, and the lowest hollows of two grids.

    A loss with one basin has one or two starts: looking for more costs little where there is nothing.
    """
    found = [starts_on(objective, limits, grid)[0] for grid in (AMONG_LIGHTS, EVERYWHERE)]
    hollows = np.concatenate(found)
    lowest = np.argsort(measured(objective, hollows), kind="stable")[:MOST_STARTS]
    return np.concatenate([np.ones((1, 3)), hollows[lowest]])


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


def _neighbours(values: Floats, beyond: float) -> Floats:
    """The lowest of each value's four neighbours, shape [side, side]."""
    padded = np.pad(values, 1, constant_values=beyond)
    sides = padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]
    lowest: Floats = np.minimum.reduce(sides)
    return lowest
