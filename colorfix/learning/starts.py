"""Where to look for minima: a grid over colour, each point at its best exposure.

Where to look for minima when no basin is narrow: a coarse grid over colour, many photos at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.scene import Scene
    from colorfix.color.statistics import Floats
    from colorfix.learning.objective import Objective
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


def losses_at(objective: Callable[[Array], Array], gains: Floats) -> Floats:
    """Return the losses, shape [S], of gains, shape [S, 3]; infinite where they are not finite."""
    with np.errstate(all="ignore"):
        batches = [
            np.asarray(objective(gains[i : i + BATCH, None, :]))[:, 0] for i in range(0, len(gains), BATCH)
        ]
    losses = np.concatenate([np.zeros(0), *batches])
    return np.where(np.isfinite(losses), losses, np.inf)


def grid_minima(
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
    losses[within] = losses_at(objective, np.exp(logs[within]))
    lowest, level = _lowest_along(losses, levels)
    beyond = (
        np.inf if grid.reach == 1 else -np.inf
    )  # what falls towards the edge of a part has its hollow outside
    chosen = np.isfinite(lowest) & (lowest <= _neighbours(lowest, beyond))
    points = np.stack([a[..., 0][chosen], b[..., 0][chosen], level[chosen]], axis=-1) @ SHEARED.T
    order = np.argsort(lowest[chosen])
    return np.exp(np.clip(points[order], low, high)), int(within.sum())


def fine_grid_starts(objective: Callable[[Array], Array], limits: tuple[float, float]) -> Floats:
    """Return gains to learn from, shape [S, 3]: no change, and the lowest hollows of two grids.

    A loss with one basin has one or two starts: looking for more costs little where there is nothing.
    """
    found = [grid_minima(objective, limits, grid)[0] for grid in (AMONG_LIGHTS, EVERYWHERE)]
    hollows = np.concatenate(found)
    lowest = np.argsort(losses_at(objective, hollows), kind="stable")[:MOST_STARTS]
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


WIDE = 0.1
"""Width of a basin, in logarithms of encoded gains, from which on no close grid is needed: as wide as the
default's narrowest. Over 220 pairs of photos the coarse grid leads to the same lowest minima as the close
ones (docs/hill-adam.md)."""

COLOURS = 64
"""Colours of a photo's palette, the most frequent ones, with which the grid is measured."""

SIDE, REACH = 9, 0.3
"""Points along each log ratio of gains, and the share of all ratios that they cover: lights that exist."""

SHIFTS = np.array([-0.5, 0.0, 0.5])
"""Exposures at each of them, natural logarithms, around the one that has the target's luminance."""

WIDE_BATCH = 512
"""Points measured at once, of all photos together: what is computed for each colour stays in the cache."""


def starts_of(objective: Objective, limits: tuple[float, float]) -> list[Floats]:
    """Return gains to learn from, shape [S, 3] for each of the objective's P photos; S may differ.

    Where the loss may have narrow basins, those of :func:`fine_grid_starts`. Else the
    points of a coarse grid over colour, each at its best exposure, from which the loss rises to all four
    sides; no change where there is none.
    """
    photos = len(objective.scene.source_means)
    if objective.width < WIDE:
        return [fine_grid_starts(objective.take(slice(p, p + 1)), limits) for p in range(photos)]
    grid = _Grid.of(objective, limits)
    hollow = np.isfinite(grid.losses) & (grid.losses <= _lowest_beside(grid.losses))
    places = np.argwhere(hollow)
    places = places[np.lexsort((grid.losses[hollow], places[:, 0]))]  # by photo, lowest first
    found = np.split(grid.gains(places), np.searchsorted(places[:, 0], np.arange(1, photos)))
    return [gains if len(gains) else np.ones((1, 3)) for gains in found]


class _Grid(NamedTuple):
    """Losses of P photos on a grid over colour, each point at its best exposure.

    Attributes:
        objective: of the photos.
        limits: lowest and highest gain.
        ratios: values of each log ratio, of red and of blue to green, shape [side].
        losses: shape [P, side, side].
        shifts: how far the best exposure lies above that of the target's luminance, the same shape, in
            natural logarithms.
    """

    objective: Objective
    limits: tuple[float, float]
    ratios: Floats
    losses: Floats
    shifts: Floats

    @classmethod
    def of(cls, objective: Objective, limits: tuple[float, float]) -> _Grid:
        """Measure a grid."""
        low, high = np.log(limits)
        ratios = np.linspace(-1, 1, SIDE) * REACH * (high - low)
        a, b = (axis.ravel() for axis in np.meshgrid(ratios, ratios, indexing="ij"))
        colours = np.stack([a, b, np.zeros_like(a)], axis=-1) @ SHEARED.T
        logs = colours[:, None, :] + _exposures(objective.scene, colours[:, None, :])[..., None]
        coarse = objective.with_colors(COLOURS)
        losses = np.stack([_losses(coarse, logs + shift, (low, high)) for shift in SHIFTS])
        lowest, shifts = (np.reshape(f.T, (-1, SIDE, SIDE)) for f in _bottoms(losses))
        return cls(objective, limits, ratios, lowest, shifts)

    def gains(self, places: NDArray[np.intp]) -> Floats:
        """Gains at some of the grid's points, given as photo, row and column, shape [S, 3].

        Each is moved to the bottom of the parabolas through its neighbours.
        """
        spacing = self.ratios[1] - self.ratios[0]
        a, b = (
            self.ratios[places[:, axis]] + spacing * _bottom_along(self.losses, places, axis)
            for axis in (1, 2)
        )
        colours = np.stack([a, b, np.zeros_like(a)], axis=-1) @ SHEARED.T
        exposures = _exposures(self.objective.scene, colours, places[:, 0]) + self.shifts[tuple(places.T)]
        gains: Floats = np.clip(np.exp(colours + exposures[:, None]), *self.limits)
        return gains


def _bottom_along(losses: Floats, places: NDArray[np.intp], axis: int) -> Floats:
    """How far from grid points, in steps along an axis, the parabola through three losses has its bottom."""
    step = np.eye(3, dtype=np.intp)[axis]
    inner = np.clip(places, (0, 1, 1), (len(losses), SIDE - 2, SIDE - 2))
    before, here, after = (losses[tuple((inner + way * step).T)] for way in (-1, 0, 1))
    with np.errstate(all="ignore"):
        steps = (before - after) / (2 * (before - 2 * here + after))
    good = np.isfinite(steps) & (np.abs(steps) < 1) & (inner == places).all(-1)
    bottom: Floats = np.where(good, steps, 0.0)
    return bottom


def _exposures(scene: Scene, colours: Floats, photos: NDArray[np.intp] | slice = slice(None)) -> Floats:
    """Log gains, alike for all channels, that bring colours to the target's light.

    Args:
        scene: of P photos.
        colours: log gains, shape [..., P, 3], or of some photos, [S, 3].
        photos: which, an index each; all of them if it is not said.
    """
    wanted = (scene.target_means[photos] * scene.luma).sum(-1)
    with np.errstate(all="ignore"):
        light = (np.exp(colours) * (scene.source_means[photos] * scene.luma)).sum(-1)
        exposures: Floats = np.log(wanted / light)
    return np.where(np.isfinite(exposures), exposures, 0.0)


def _losses(objective: Objective, logs: Floats, limits: tuple[float, float]) -> Floats:
    """Losses of log gains, shape [G, P, 3]; infinite beyond the limits and where they are not finite."""
    with np.errstate(all="ignore"):
        size = max(1, WIDE_BATCH // logs.shape[1])
        losses = np.concatenate([objective(np.exp(logs[i : i + size])) for i in range(0, len(logs), size)])
    within = ((logs >= limits[0]) & (logs <= limits[1])).all(-1)
    return np.where(within & np.isfinite(losses), losses, np.inf)


def _bottoms(losses: Floats) -> tuple[Floats, Floats]:
    """The lowest losses along the first axis, and at which shift: of a parabola through three, or of them."""
    before, here, after = losses
    with np.errstate(all="ignore"):
        bend = before - 2 * here + after
        steps = (before - after) / (2 * bend)
        bottom = here - (before - after) * steps / 4
        curved = (bend > 0) & (np.abs(steps) < 2)  # noqa: PLR2004 - not farther out than the points reach twice
    best = losses.argmin(axis=0)
    shift = np.where(curved, steps * SHIFTS[2], SHIFTS[best])
    return np.where(curved, bottom, losses.min(axis=0)), shift


def _lowest_beside(losses: Floats) -> Floats:
    """The lowest of each point's four neighbours, shape [P, side, side]; outside the grid there are none."""
    padded = np.pad(losses, ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    sides = padded[:, :-2, 1:-1], padded[:, 2:, 1:-1], padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]
    lowest: Floats = np.minimum.reduce(sides)
    return lowest
