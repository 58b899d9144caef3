"""The ray rule as an exploration: one step of many problems."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from colorfix.optim import ray, ray_move, ray_state
from colorfix.optim.arrays import Array, namespace, per_problem
from colorfix.optim.exploration import Exploration, Part

if TYPE_CHECKING:
    from colorfix.optim import phase as phases


def _step(
    parts: list[Part], state: ray_state.Ray, losses: Array, thresholds: phases.Thresholds
) -> tuple[ray_state.Ray, list[tuple[Array, ray_move.Course]]]:
    """Walk straight from the best point over a ridge, descend by secant steps."""
    xp = namespace(losses)
    usable = xp.isfinite(losses)
    moving = [
        (x, xp.where(per_problem(usable, x), g, 0.0), memory, adam.lr)
        for x, g, memory, adam in parts
        if g is not None and adam.lr > 0
    ]
    coordinates = max(1, sum(math.prod(x.shape[1:]) for x, *_ in moving))
    slopes = ray_move.measure(moving, losses)
    state, orders = ray.advance(state, losses, slopes, thresholds, coordinates)
    ways, place = iter(moving), 0
    moved = []
    for x, gradients, memory, adam in parts:
        if gradients is None or adam.lr <= 0:
            moved.append(ray_move.stay(x, memory, orders))
            continue
        drawn = ray_move.draw(x, state.headings, place, coordinates)
        place += math.prod(x.shape[1:])
        moved.append(ray_move.move(*next(ways), orders, drawn))
    return state, moved


RAY = Exploration(ray_state.Ray, ray_move.Course, ray_state.start, ray_move.remember, _step)
