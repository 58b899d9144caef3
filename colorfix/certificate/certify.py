"""Whether the reported gains are the best that the limits allow.

Local minima of a loss, from many starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from colorfix.certificate.search import Boxes, SearchState, search
from colorfix.certificate.taylor import constant
from colorfix.learning.gradient import value_and_gradient
from colorfix.learning.minima import Minimum, distinct, polish
from colorfix.learning.models import LIMITS, FreeGains
from colorfix.learning.starts import Grid, grid_minima, losses_at

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
    losses = losses_at(objective, gains := model.gains(angles))
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


TOLERANCE = 1e-6
"""How much lower a loss may be elsewhere, in units of the loss."""

MOST_BOXES = 20_000
"""Boxes to bound at the most, in some ten seconds; the built-in penalties take hundreds to thousands."""

COARSE, DENSE = Grid(81, 7), Grid(121, 15)
"""Where minima are looked for beside a proof, and where there is none."""

THIN = 0.02
"""Distance in log gains at which two starts are one."""


@dataclass(frozen=True)
class Certificate:
    """What is known of all gains within the limits, beside the reported ones.

    Attributes:
        certified: no gains within the limits have a loss below the reported one by more than the tolerance:
            proven, or (kind ``"grid"``) none were found.
        kind: ``"proof"`` (bounds over boxes that cover all gains) or ``"grid"`` (a dense grid and a polish of
            its local minima, for penalties that have no bounds).
        tolerance: in units of the loss.
        loss: the reported one.
        lower_bound: no gains within the limits have a lower loss; None where nothing is proven.
        boxes: how many were bounded, or how many points the grid has.
        minima: local minima found on the way, lowest first: not always all there are.
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
    max_boxes: int = MOST_BOXES,
) -> Certificate:
    """Prove that no gains within the limits are better than these, or find better ones.

    Args:
        objective: losses, shape [..., 1], of gains, shape [..., 1, 3], on NumPy: one problem.
        gains: the reported ones, three.
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
    answer = _proof if _has_bounds(objective, limits) else _grid
    return answer(objective, reported, tolerance, limits, max_boxes)


def _has_bounds(objective: Callable[[Array], Array], limits: tuple[float, float]) -> bool:
    """Whether the objective can be computed over a box: all of it is arithmetic and the array's namespace."""
    box = Boxes.within(limits)[1]
    try:
        with np.errstate(all="ignore"):
            constant(objective(box.gains()))
    except (
        TypeError,
        AttributeError,
        RuntimeError,
    ):  # RuntimeError: torch's, of what it cannot make a tensor
        return False
    return True


@np.errstate(all="ignore")  # where weights are huge nothing is known, and that is the answer
def _proof(
    objective: Callable[[Array], Array],
    reported: Floats,
    tolerance: float,
    limits: tuple[float, float],
    most: int,
) -> Certificate:
    loss = float(losses_at(objective, reported)[0])
    starts, _ = grid_minima(objective, limits, COARSE)
    minima = minima_from(objective, np.concatenate([reported, starts[:STARTS]]), limits, value_and_gradient)
    known = SearchState(min([loss, *(minimum.loss for minimum in minima)]))
    for boxes in Boxes.within(limits):
        search(objective, boxes, known, tolerance / 2, most)
    return Certificate(
        certified=bool(loss - known.lower_bound <= tolerance),
        kind="proof",
        tolerance=tolerance,
        loss=loss,
        lower_bound=float(known.lower_bound) if np.isfinite(known.lower_bound) else None,
        boxes=known.boxes,
        minima=distinct([*minima, *_on_the_way(objective, known, limits)]),
    )


def _on_the_way(
    objective: Callable[[Array], Array], known: SearchState, limits: tuple[float, float]
) -> tuple[Minimum, ...]:
    """Minima near the points that the search came by."""
    if not known.points:
        return ()
    points = thinned(np.clip(np.exp(known.points), *limits), THIN)
    lowest = points[np.argsort(losses_at(objective, points))[:STARTS]]
    return minima_from(objective, lowest, limits, value_and_gradient)


def _grid(
    objective: Callable[[Array], Array],
    reported: Floats,
    tolerance: float,
    limits: tuple[float, float],
    _most: int,
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
