"""Branch and bound: cut up the gains until nothing in them can be lower than what is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from colorfix.certificate.functions import constant
from colorfix.certificate.parts import Part, number
from colorfix.certificate.quadratic import least
from colorfix.learning.starts import measured

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.certificate.boxes import Boxes
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

BATCH = 128
"""Boxes bounded at once: few enough for what is computed to stay in the processor's cache."""

FEWEST = 32
"""Boxes from which a wave is worth its while: the cost of one call is that of about as many boxes."""

TRIALS = 4
"""Points of every wave at which the loss itself is measured."""


@dataclass
class Knowledge:
    """What a search knows so far; it grows as the search goes on.

    Attributes:
        best: the lowest loss measured.
        lower_bound: no box that was dismissed holds a loss below.
        boxes: how many were bounded.
        points: log gains where a box's polynomial has its minimum inside, shape [3] each.
    """

    best: float
    lower_bound: float = np.inf
    boxes: int = 0
    points: list[Floats] = field(default_factory=list)


def search(
    objective: Callable[[Array], Array], boxes: Boxes, known: Knowledge, margin: float, most: int
) -> None:
    """Dismiss every box that cannot hold a loss below the best known by more than the margin.

    What cannot be dismissed is halved, wave by wave. Ends when nothing is left or the budget is spent; then
    the lower bound is that of what is left too.

    Args:
        objective: losses, shape [..., 1], of gains, shape [..., 1, 3]; bounds itself over Taylor numbers.
        boxes: what to cover.
        known: what is known; updated.
        margin: in units of the loss, above 0.
        most: boxes to bound at the most, over all searches that share this knowledge.

    Raises:
        TypeError: the objective cannot be computed on Taylor numbers.
        AttributeError: likewise.
    """
    boxes = boxes.needed()
    while len(boxes):
        bounds, where = _bounds(objective, boxes, known)
        _measure(objective, boxes, bounds, where, known)
        open_ = bounds < known.best - margin
        spent = known.boxes >= most
        settled = bounds if spent else bounds[~open_]
        known.lower_bound = min(known.lower_bound, settled.min(initial=np.inf))
        if spent:
            return
        boxes = boxes.kept(open_)
        for _ in range(1 + (len(boxes) <= FEWEST // 4) + (len(boxes) <= FEWEST // 8)):
            boxes = boxes.halved().needed()


def _bounds(objective: Callable[[Array], Array], boxes: Boxes, known: Knowledge) -> tuple[Floats, Floats]:
    """Lower bounds, shape [B], and where in each box its polynomial is lowest, shape [B, 3]."""
    parts = [
        _bounds_of_batch(objective, boxes.kept(slice(i, i + BATCH)), known)
        for i in range(0, len(boxes), BATCH)
    ]
    known.boxes += len(boxes)
    bounds, where = (np.concatenate(column) for column in zip(*parts, strict=True))
    return bounds, where


def _bounds_of_batch(
    objective: Callable[[Array], Array], boxes: Boxes, known: Knowledge
) -> tuple[Floats, Floats]:
    with np.errstate(all="ignore"):  # where nothing is known numbers are not finite
        losses = constant(objective(boxes.gains()))
        polynomial = losses.polynomial
        slopes, bends = _columns(polynomial.slopes, len(boxes)), _columns(polynomial.bends, len(boxes))
        drop, where = least(np.nan_to_num(slopes), np.nan_to_num(bends))
        rest = np.broadcast_to(number(polynomial.rest), (len(boxes), 1))[:, 0]
        lowest = np.broadcast_to(polynomial.centre, (len(boxes), 1))[:, 0] + drop - rest
        bounds = np.fmax(lowest, losses.reach.low.reshape(-1)) - losses.rounding.reshape(-1)
    inside = (np.abs(where) < 1).all(-1) & (rest <= np.abs(bends).sum(-1))
    known.points.extend(boxes.logs(where)[inside])
    return np.where(np.isnan(bounds), -np.inf, bounds), where


def _columns(parts: tuple[Part, ...], count: int) -> Floats:
    """Coefficients of shape [B, 1] or absent as columns, shape [B, how many]."""
    return np.concatenate([np.broadcast_to(number(part), (count, 1)) for part in parts], axis=-1)


def _measure(
    objective: Callable[[Array], Array], boxes: Boxes, bounds: Floats, where: Floats, known: Knowledge
) -> None:
    """Measure the loss where it may be lowest: the sooner a low loss is known, the fewer boxes stay open."""
    chosen = np.argsort(bounds)[:TRIALS]
    logs = np.clip(boxes.kept(chosen).logs(where[chosen]), boxes.low, boxes.high)
    known.best = min(known.best, float(measured(objective, np.exp(logs)).min()))
