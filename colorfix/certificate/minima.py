"""Local minima of a loss, from many starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.minima import Minimum, distinct
from colorfix.learning.polish import polish
from colorfix.learning.starts import measured
from colorfix.models import FreeGains

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

    Measure = Callable[[Callable[[Array], Array], Floats], tuple[Floats, Floats]]
    """Takes a function and points, shape [P, 3]; returns values and gradients."""

LEVEL = 1e-5
"""Longest slope, per radian, at which a point is a minimum."""

STARTS = 48
"""Starts to polish at the most: the lowest."""

OFF_LIMITS = 1.5
"""Angles of free gains to start within, radians: at the limits themselves every slope is 0."""


def minima_from(
    objective: Callable[[Array], Array], starts: Floats, limits: tuple[float, float], measure: Measure
) -> tuple[Minimum, ...]:
    """Polish starts, shape [S, 3], and return the distinct minima that they lead to, lowest first."""
    model = FreeGains(starts, limits)

    def loss(angles: Array) -> Array:
        return objective(model.gains(angles)[..., None, :])[..., 0]

    with np.errstate(all="ignore"):
        angles = np.clip(model.parameters(), -OFF_LIMITS, OFF_LIMITS)
        angles = polish(lambda points, _: measure(loss, points), angles, tolerance=LEVEL / 100)
        _, slopes = measure(loss, angles)
    losses = measured(objective, gains := model.gains(angles))
    still = np.asarray((np.abs(slopes) <= LEVEL).all(-1))
    still[losses.argmin()] = True  # where a loss has a crease its minimum has no level ground
    gains, losses = gains[still], losses[still]
    order = np.argsort(losses)
    return distinct([Minimum(tuple(gains[i].tolist()), float(losses[i])) for i in order])


def thinned(points: Floats, step: float) -> Floats:
    """Return one of all points, shape [S, 3], in each cell of a grid of log gains: the first."""
    _, first = np.unique(np.round(np.log(points) / step), axis=0, return_index=True)
    return points[np.sort(first)]


def central_differences(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient by differences: for penalties that know no complex step."""
    shifts = 1e-5 * np.eye(points.shape[-1])
    slopes = [(function(points + shift) - function(points - shift)) / 2e-5 for shift in shifts]
    return function(points), np.stack(slopes, axis=-1)
