"""Certify that reported gains are a global minimum within limits, and list the local minima found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from colorfix.certificate.search import Boxes, SearchState, search
from colorfix.certificate.taylor import constant
from colorfix.learning.gradient import value_and_gradient
from colorfix.learning.models import LIMITS, FreeGains
from colorfix.learning.solution import Minimum, distinct, polish
from colorfix.learning.starts import Grid, grid_minima, losses_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

    Differentiate = Callable[[Callable[[Array], Array], Floats], tuple[Floats, Floats]]
    """Function of a function and points, shape [P, 3], that returns values and gradients."""

LEVEL = 1e-5
"""Largest slope, per radian, at a minimum."""

STARTS = 48
"""Most starts that are polished: the lowest."""

OFF_LIMITS = 1.5
"""Largest angle of a start, radians: at the limits themselves every slope is 0."""


def minima_from(
    objective: Callable[[Array], Array],
    starts: Floats,
    limits: tuple[float, float],
    differentiate: Differentiate,
) -> tuple[Minimum, ...]:
    """Polish starts, shape [S, 3], and return the distinct minima that they lead to, lowest first."""
    model = FreeGains(starts, limits)

    def loss(angles: Array) -> Array:
        return objective(model.gains(angles)[..., None, :])[..., 0]

    with np.errstate(all="ignore"):
        angles = np.clip(model.parameters(), -OFF_LIMITS, OFF_LIMITS)
        angles = polish(lambda points, _: differentiate(loss, points), angles, tolerance=LEVEL / 100)
        _, slopes = differentiate(loss, angles)
    losses = losses_at(objective, gains := model.gains(angles))
    still = np.asarray((np.abs(slopes) <= LEVEL).all(-1))
    still[losses.argmin()] = True  # at a crease of the loss the slope of a minimum is not 0
    gains, losses = gains[still], losses[still]
    order = np.argsort(losses)
    return distinct([Minimum(tuple(gains[i].tolist()), float(losses[i])) for i in order])


def thinned(points: Floats, step: float) -> Floats:
    """Return the first of the points, shape [S, 3], in each cell of a grid of log gains."""
    _, first = np.unique(np.round(np.log(points) / step), axis=0, return_index=True)
    return points[np.sort(first)]


def central_differences(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient by differences, for penalties that take no complex numbers."""
    shifts = 1e-5 * np.eye(points.shape[-1])
    slopes = [(function(points + shift) - function(points - shift)) / 2e-5 for shift in shifts]
    return function(points), np.stack(slopes, axis=-1)


TOLERANCE = 1e-6
"""By how much a loss elsewhere may be lower, in units of the loss."""

MAX_BOXES = 20_000
"""Most boxes to bound, some ten seconds; the built-in penalties take hundreds to thousands."""

COARSE, DENSE = Grid(81, 7), Grid(121, 15)
"""Grids on which minima are searched beside a proof, and without one."""

THIN = 0.02
"""Size of the cells of :func:`thinned`."""


@dataclass(frozen=True)
class Certificate:
    """Evidence that no gains within the limits are better than the reported ones.

    Attributes:
        certified: no gains within the limits have a loss below the reported one by more than the tolerance:
            proven, or (kind ``"grid"``) none were found.
        kind: ``"proof"`` (bounds over boxes that cover all gains) or ``"grid"`` (a dense grid and a polish of
            its local minima, for penalties without bounds).
        tolerance: in units of the loss.
        loss: that of the reported gains.
        lower_bound: no gains within the limits have a lower loss; None without a proof.
        boxes: number of boxes bounded, or points of the grid.
        minima: local minima found, lowest first; there may be more.
    """

    certified: bool
    kind: Literal["proof", "grid"]
    tolerance: float
    loss: float
    lower_bound: float | None
    boxes: int
    minima: tuple[Minimum, ...]


def certify(
    objective: Callable[[Array], Array],
    gains: Floats,
    *,
    tolerance: float = TOLERANCE,
    limits: tuple[float, float] = LIMITS,
    max_boxes: int = MAX_BOXES,
) -> Certificate:
    """Prove that no gains within the limits are better than the reported ones, or find better ones.

    Args:
        objective: losses, shape [..., 1], of gains, shape [..., 1, 3], on NumPy: one problem.
        gains: the three reported gains.
        tolerance: in units of the loss, above 0.
        limits: lowest and highest gain.
        max_boxes: boxes to bound before the search gives up.

    >>> well = lambda gains: ((gains * gains - 2.0) ** 2).sum(-1)
    >>> certificate = certify(well, np.full(3, np.sqrt(2.0)))
    >>> certificate.certified, certificate.kind, len(certificate.minima)
    (True, 'proof', 1)
    >>> certify(well, np.full(3, 1.5)).certified
    False
    """
    reported = np.asarray(gains, dtype=np.float64).reshape(1, 3)
    if _has_bounds(objective, limits):
        return _proof(objective, reported, tolerance, limits, max_boxes)
    return _grid(objective, reported, tolerance, limits)


def _has_bounds(objective: Callable[[Array], Array], limits: tuple[float, float]) -> bool:
    """Return whether the objective can be computed on Taylor models."""
    box = Boxes.within(limits)[1]
    try:
        with np.errstate(all="ignore"):
            constant(objective(box.gains()))
    except (TypeError, AttributeError, RuntimeError):  # RuntimeError: torch cannot make a tensor of a box
        return False
    return True


@np.errstate(all="ignore")  # with huge weights bounds are not finite, and nothing is certified
def _proof(
    objective: Callable[[Array], Array],
    reported: Floats,
    tolerance: float,
    limits: tuple[float, float],
    max_boxes: int,
) -> Certificate:
    loss = float(losses_at(objective, reported)[0])
    starts, _ = grid_minima(objective, limits, COARSE)
    minima = minima_from(objective, np.concatenate([reported, starts[:STARTS]]), limits, value_and_gradient)
    state = SearchState(min([loss, *(minimum.loss for minimum in minima)]))
    for boxes in Boxes.within(limits):
        search(objective, boxes, state, tolerance / 2, max_boxes)
    return Certificate(
        certified=bool(loss - state.lower_bound <= tolerance),
        kind="proof",
        tolerance=tolerance,
        loss=loss,
        lower_bound=float(state.lower_bound) if np.isfinite(state.lower_bound) else None,
        boxes=state.boxes,
        minima=distinct([*minima, *_minima_near(state.points, objective, limits)]),
    )


def _minima_near(
    logs: list[Floats], objective: Callable[[Array], Array], limits: tuple[float, float]
) -> tuple[Minimum, ...]:
    """Return the minima that points of the search, log gains, lead to."""
    if not logs:
        return ()
    points = thinned(np.clip(np.exp(logs), *limits), THIN)
    lowest = points[np.argsort(losses_at(objective, points))[:STARTS]]
    return minima_from(objective, lowest, limits, value_and_gradient)


def _grid(
    objective: Callable[[Array], Array],
    reported: Floats,
    tolerance: float,
    limits: tuple[float, float],
) -> Certificate:
    loss = float(losses_at(objective, reported)[0])
    starts, points = grid_minima(objective, limits, DENSE)
    minima = minima_from(objective, np.concatenate([reported, starts[:STARTS]]), limits, central_differences)
    lowest = min((minimum.loss for minimum in minima), default=loss)
    return Certificate(
        certified=loss - lowest <= tolerance,
        kind="grid",
        tolerance=tolerance,
        loss=loss,
        lower_bound=None,
        boxes=points,
        minima=minima,
    )
