"""Gains to start learning from: minima of the loss on a grid over color, each point at its best exposure.

A loss that may have narrow basins is searched on two fine grids, photo by photo; any other on one coarse
grid, all photos at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.color.scene import Scene
    from colorfix.color.statistics import Floats
    from colorfix.learning.objective import Objective
    from colorfix.optim.arrays import Array

SHEARED: Floats = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
"""Coordinates of color and exposure: (a, b, t) with ln g = (t + a, t, t + b). Penalties depend on color, that
is on ratios of gains; in gains themselves the valleys of a loss run aslant, and the neighbors on a grid miss
them."""

MOST_STARTS = 12
"""Most starts from the fine grids, the lowest ones: twice the basins that a preset makes."""

BATCH, COARSE_BATCH = 256, 512
"""Points measured at once on a fine grid and on the coarse one: all colors of a palette stay in the cache."""


class Grid(NamedTuple):
    """Size of a grid over color and exposure.

    Attributes:
        side: values of each of a and b, the log ratios of red and blue to green.
        depth: values of t, the log gain of green.
        reach: share of all a and b that it covers, centered on no change.
    """

    side: int
    depth: int
    reach: float = 1.0


EVERYWHERE, AMONG_LIGHTS = Grid(25, 5), Grid(41, 5, reach=0.3)
"""The two fine grids: all gains, and closely those that undo a real light, whose ratios lie within e^0.9
(daylight to candles)."""

WIDE = 0.1
"""Basin width, in logarithms of encoded gains, from which the coarse grid is enough: that of the default's
narrowest. Over 220 pairs of photos it leads to the same lowest minima as the fine ones
(docs/hill-adam.md)."""

COLORS = 64
"""Colors of a photo's palette, the most frequent ones, with which the coarse grid is measured."""

SIDE, REACH = 13, 0.3
"""Side and reach of the coarse grid."""

SHIFTS = np.array([-0.5, 0.0, 0.5])
"""Its exposures, natural logarithms, relative to the one that has the target's luminance."""


def starts_of(objective: Objective, limits: tuple[float, float]) -> list[Floats]:
    """Return gains to learn from, shape [S, 3] for each of the objective's P photos; S may differ.

    On the coarse grid these are the points from which the loss rises to all four neighbors, moved to the
    vertices of the parabolas through them; and no change (1, 1, 1) where there is none, or a penalty has a
    basin there, which may be narrower than a cell of the grid.
    """
    photos = len(objective.scene.source_means)
    if objective.width < WIDE:
        return [fine_grid_starts(objective.take(slice(p, p + 1)), limits) for p in range(photos)]
    low, high = np.log(limits)
    ratios = np.linspace(-1, 1, SIDE) * REACH * (high - low)
    losses, shifts = _coarse_losses(objective, ratios, (low, high))
    minima = np.isfinite(losses) & (losses <= _lowest_neighbor(losses, np.inf))
    places = np.argwhere(minima)  # photo, row, column
    places = places[np.lexsort((losses[minima], places[:, 0]))]  # by photo, lowest first
    a, b = (
        ratios[places[:, axis]] + _offset(losses, places, axis) * (ratios[1] - ratios[0]) for axis in (1, 2)
    )
    colors = np.stack([a, b, np.zeros_like(a)], axis=-1) @ SHEARED.T
    exposures = _exposures(objective.scene, colors, places[:, 0]) + shifts[tuple(places.T)]
    gains = np.clip(np.exp(colors + exposures[:, None]), *limits)
    found = np.split(gains, np.searchsorted(places[:, 0], np.arange(1, photos)))
    no_change = np.ones((1, 3))
    if objective.no_change_basin:
        return [np.concatenate([starts, no_change]) for starts in found]
    return [starts if len(starts) else no_change for starts in found]


def fine_grid_starts(objective: Callable[[Array], Array], limits: tuple[float, float]) -> Floats:
    """Return gains to learn one photo from, shape [S, 3]: no change, and the lowest minima of two grids."""
    minima = np.concatenate([grid_minima(objective, limits, grid)[0] for grid in (AMONG_LIGHTS, EVERYWHERE)])
    lowest = np.argsort(losses_at(objective, minima), kind="stable")[:MOST_STARTS]
    return np.concatenate([np.ones((1, 3)), minima[lowest]])


def grid_minima(
    objective: Callable[[Array], Array], limits: tuple[float, float], grid: Grid
) -> tuple[Floats, int]:
    """Return gains from which the loss rises to all four neighbors in color, lowest first.

    Args:
        objective: losses, shape [S, 1], of gains, shape [S, 1, 3].
        limits: lowest and highest gain.
        grid: its size.

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
    lowest, level = _best_exposure(losses, levels, farthest=1)
    # where a grid covers a part of the colors, a loss that falls towards its edge has its minimum outside
    outside = np.inf if grid.reach == 1 else -np.inf
    minima = np.isfinite(lowest) & (lowest <= _lowest_neighbor(lowest, outside))
    points = np.stack([a[..., 0][minima], b[..., 0][minima], level[minima]], axis=-1) @ SHEARED.T
    order = np.argsort(lowest[minima])
    return np.exp(np.clip(points[order], low, high)), int(within.sum())


def losses_at(objective: Callable[[Array], Array], gains: Floats) -> Floats:
    """Return the losses, shape [S], of one photo at gains, shape [S, 3]; infinite where not finite."""
    return _losses(objective, gains[:, None, :], BATCH)[:, 0]


def _losses(objective: Callable[[Array], Array], gains: Floats, batch: int) -> Floats:
    """Return the losses, shape [G, P], at gains, shape [G, P, 3]; infinite where they are not finite."""
    size = max(1, batch // gains.shape[1])
    with np.errstate(all="ignore"):
        batches = [np.asarray(objective(gains[i : i + size])) for i in range(0, len(gains), size)]
    losses = np.concatenate([np.zeros((0, gains.shape[1])), *batches])
    return np.where(np.isfinite(losses), losses, np.inf)


def _coarse_losses(
    objective: Objective, ratios: Floats, limits: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the losses at each color's best exposure, and its shift, both of shape [P, SIDE, SIDE].

    Args:
        objective: losses of P photos.
        ratios: values of each log ratio, of red and of blue to green.
        limits: lowest and highest log gain.
    """
    a, b = (axis.ravel() for axis in np.meshgrid(ratios, ratios, indexing="ij"))
    colors = (np.stack([a, b, np.zeros_like(a)], axis=-1) @ SHEARED.T)[:, None, :]
    middle = colors + _exposures(objective.scene, colors)[..., None]
    coarse = objective.with_colors(COLORS)

    def at(logs: Floats) -> Floats:
        within = ((logs >= limits[0]) & (logs <= limits[1])).all(-1)
        return np.where(within, _losses(coarse, np.exp(logs), COARSE_BATCH), np.inf)

    losses = np.stack([at(middle + shift) for shift in SHIFTS], axis=-1)
    lowest, shifts = (np.reshape(f.T, (-1, SIDE, SIDE)) for f in _best_exposure(losses, SHIFTS, farthest=2))
    return lowest, shifts


def _exposures(scene: Scene, colors: Floats, photos: NDArray[np.intp] | slice = slice(None)) -> Floats:
    """Return the log gain that gives colors the target's luminance, one for all channels; 0 if there is none.

    Args:
        scene: of P photos.
        colors: log gains, shape [..., P, 3], or [S, 3] of the photos given.
        photos: index of each color's photo; all P in order by default.
    """
    wanted = (scene.target_means[photos] * scene.luma).sum(-1)
    with np.errstate(all="ignore"):
        luminance = (np.exp(colors) * (scene.source_means[photos] * scene.luma)).sum(-1)
        exposures: Floats = np.log(wanted / luminance)
    return np.where(np.isfinite(exposures), exposures, 0.0)


def _best_exposure(losses: Floats, levels: Floats, farthest: float) -> tuple[Floats, Floats]:
    """Return the lowest loss along the last axis and its level: of a parabola, or a point.

    Args:
        losses: shape [..., L].
        levels: evenly spaced, shape [L].
        farthest: how far, in steps, the vertex of a parabola may lie from its middle point.
    """
    best = losses.argmin(-1)
    inner = np.clip(best, 1, len(levels) - 2)
    three = [np.take_along_axis(losses, inner[..., None] + step, -1)[..., 0] for step in (-1, 0, 1)]
    steps, bottom, exists = _vertex(three, farthest)
    level = np.where(exists, levels[inner] + steps * (levels[1] - levels[0]), levels[best])
    return np.where(exists, bottom, losses.min(-1)), level


def _offset(losses: Floats, places: NDArray[np.intp], axis: int) -> Floats:
    """Return the steps along an axis from minima of the grid, shape [S, 3], to the parabola's vertex."""
    step = np.eye(3, dtype=np.intp)[axis]
    inner = np.clip(places, (0, 1, 1), (len(losses), SIDE - 2, SIDE - 2))
    steps, _, exists = _vertex([losses[tuple((inner + sign * step).T)] for sign in (-1, 0, 1)], 1)
    return np.where(exists & (inner == places).all(-1), steps, 0.0)


def _vertex(three: Sequence[Floats], farthest: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the vertex of the parabola through three evenly spaced values: steps from the middle, and value.

    The third array is true where it is a minimum, fewer than ``farthest`` steps away.
    """
    before, here, after = three
    with np.errstate(all="ignore"):
        curvature = before - 2 * here + after
        steps = (before - after) / (2 * curvature)
        exists = (curvature > 0) & (np.abs(steps) < farthest)
        return steps, here - (before - after) * steps / 4, exists


def _lowest_neighbor(losses: Floats, outside: float) -> Floats:
    """Return the lowest of each point's four neighbors, shape [..., side, side]."""
    padded = np.pad(losses, [(0, 0)] * (losses.ndim - 2) + [(1, 1)] * 2, constant_values=outside)
    sides = padded[..., :-2, 1:-1], padded[..., 2:, 1:-1], padded[..., 1:-1, :-2], padded[..., 1:-1, 2:]
    lowest: Floats = np.minimum.reduce(sides)
    return lowest
