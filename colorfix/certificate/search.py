"""Branch and bound over boxes of gains, with the minimum of second-order polynomials over a box."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from colorfix.certificate.polynomial import PAIRS, Coefficient, Quadratic, or_zero
from colorfix.certificate.taylor import TaylorModel, constant, exp
from colorfix.learning.starts import SHEARED, losses_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

FLAT = 1e-9
"""Curvature, as a share of the polynomial's second-order coefficients, that counts as 0."""


def least(slopes: Floats, bends: Floats) -> tuple[Floats, Floats]:
    """Minimise Σ_i s_i ξ_i + Σ_ij b_ij ξ_i ξ_j over the cube.

    At a minimum the slope along some face is 0 (the inside, 6 sides, 12 edges and 8 corners are faces): all
    27 are solved, clipped to the cube, and compared. The error from a nearly flat direction is less than
    :data:`FLAT` times Σ|b|, which is subtracted.

    Args:
        slopes: shape [B, 3].
        bends: shape [B, 6], in the order of :data:`~colorfix.certificate.polynomial.PAIRS`.

    Returns:
        A lower bound of the values, shape [B], and the points where it is attained but for rounding, [B, 3].

    >>> bound, where = least(np.array([[-1.0, 3.0, 0.0]]), np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]))
    >>> bound.round(6).tolist(), where[0, :2].tolist()
    ([-3.25], [0.5, -1.0])
    """
    curvature = np.empty((len(slopes), 3, 3))
    for bend, (i, j) in zip(bends.T, PAIRS, strict=True):
        curvature[:, i, j] = curvature[:, j, i] = bend * (2 if i == j else 1)
    best = np.full(len(slopes), np.inf)
    where = np.zeros_like(slopes)
    for face in product((0, -1, 1), repeat=3):
        point = _stationary(slopes, curvature, np.array(face, dtype=float))
        along = np.einsum("bij,bj->bi", curvature, point)
        value = ((slopes + along / 2) * point).sum(-1)
        better = value < best
        best = np.where(better, value, best)
        where = np.where(better[:, None], point, where)
    return best - FLAT * np.abs(bends).sum(-1), where


def _stationary(slopes: Floats, curvature: Floats, face: Floats) -> Floats:
    """Return the point of a face where the slope is 0, clipped to the cube; a face is 0 in free unknowns."""
    point = np.broadcast_to(face, slopes.shape).copy()
    free = np.flatnonzero(face == 0)
    if not len(free):
        return point
    pull = -(slopes + curvature @ face)[:, free]
    matrix = curvature[:, free[:, None], free]
    adjugate, determinant = _inverse(matrix)
    with np.errstate(all="ignore"):
        solved = np.einsum("bij,bj->bi", adjugate, pull) / determinant[:, None]
    point[:, free] = np.clip(np.where(np.isfinite(solved), solved, 0.0), -1.0, 1.0)
    return point


def _inverse(matrix: Floats) -> tuple[Floats, Floats]:
    """Return the adjugates and determinants of symmetric matrices, shape [B, n, n], n up to 3."""
    adjugate = np.ones_like(matrix)
    match matrix.shape[-1]:
        case 2:
            adjugate[:, 0, 0], adjugate[:, 1, 1] = matrix[:, 1, 1], matrix[:, 0, 0]
            adjugate[:, 0, 1] = adjugate[:, 1, 0] = -matrix[:, 0, 1]
        case 3:
            for i, j in product(range(3), repeat=2):
                a, b, c, d = (i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3
                adjugate[:, j, i] = matrix[:, a, c] * matrix[:, b, d] - matrix[:, a, d] * matrix[:, b, c]
    determinant: Floats = np.einsum("bi,bi->b", matrix[:, 0], adjugate[:, :, 0])
    return adjugate, determinant


BATCH = 128
"""Boxes bounded at once, so that intermediate arrays stay in the processor's cache."""

FEWEST = 32
"""Boxes that a round should have: a call costs as much as about so many boxes."""

TRIALS = 4
"""Points of every round at which the loss itself is measured."""


@dataclass
class SearchState:
    """The progress of a search, updated in place.

    Attributes:
        best: the lowest loss measured.
        lower_bound: no discarded box contains a lower loss.
        boxes: number of boxes bounded.
        points: log gains, shape [3] each, where a box's polynomial has its minimum inside the box.
    """

    best: float
    lower_bound: float = np.inf
    boxes: int = 0
    points: list[Floats] = field(default_factory=list)


def search(
    objective: Callable[[Array], Array], boxes: Boxes, state: SearchState, margin: float, max_boxes: int
) -> None:
    """Discard every box that cannot contain a loss below the best known by more than the margin.

    The other boxes are halved, round by round, until none is left or the budget is spent; then the lower
    bound includes the boxes left.

    Args:
        objective: losses, shape [..., 1], of gains, shape [..., 1, 3], arrays or Taylor models.
        boxes: the gains to cover.
        state: progress, updated in place.
        margin: in units of the loss, above 0.
        max_boxes: boxes to bound, over all searches that share this state.

    Raises:
        TypeError: the objective cannot be computed on Taylor models.
        AttributeError: the objective calls a function that Taylor models lack.
    """
    boxes = boxes.needed()
    while len(boxes):
        bounds, where = _bounds(objective, boxes, state)
        _measure(objective, boxes, bounds, where, state)
        open_ = bounds < state.best - margin
        spent = state.boxes >= max_boxes
        settled = bounds if spent else bounds[~open_]
        state.lower_bound = min(state.lower_bound, settled.min(initial=np.inf))
        if spent:
            return
        boxes = boxes.take(open_)
        for _ in range(1 + (len(boxes) <= FEWEST // 4) + (len(boxes) <= FEWEST // 8)):
            boxes = boxes.halved().needed()


def _bounds(objective: Callable[[Array], Array], boxes: Boxes, state: SearchState) -> tuple[Floats, Floats]:
    """Return lower bounds, shape [B], and where each box's polynomial is lowest, shape [B, 3]."""
    parts = [
        _bounds_of_batch(objective, boxes.take(slice(i, i + BATCH)), state)
        for i in range(0, len(boxes), BATCH)
    ]
    state.boxes += len(boxes)
    bounds, where = (np.concatenate(column) for column in zip(*parts, strict=True))
    return bounds, where


def _bounds_of_batch(
    objective: Callable[[Array], Array], boxes: Boxes, state: SearchState
) -> tuple[Floats, Floats]:
    with np.errstate(all="ignore"):  # bounds of unknown values are not finite
        losses = constant(objective(boxes.gains()))
        polynomial = losses.quadratic
        slopes, bends = _columns(polynomial.slopes, len(boxes)), _columns(polynomial.bends, len(boxes))
        drop, where = least(np.nan_to_num(slopes), np.nan_to_num(bends))
        rest = np.broadcast_to(or_zero(polynomial.remainder), (len(boxes), 1))[:, 0]
        lowest = np.broadcast_to(polynomial.center, (len(boxes), 1))[:, 0] + drop - rest
        bounds = np.fmax(lowest, losses.unrounded.low.reshape(-1)) - losses.rounding.reshape(-1)
    inside = (np.abs(where) < 1).all(-1) & (rest <= np.abs(bends).sum(-1))
    state.points.extend(boxes.logs(where)[inside])
    return np.where(np.isnan(bounds), -np.inf, bounds), where


def _columns(parts: tuple[Coefficient, ...], count: int) -> Floats:
    """Return coefficients, each of shape [B, 1] or None, as columns of one array."""
    return np.concatenate([np.broadcast_to(or_zero(part), (count, 1)) for part in parts], axis=-1)


def _measure(
    objective: Callable[[Array], Array], boxes: Boxes, bounds: Floats, where: Floats, state: SearchState
) -> None:
    """Measure the loss at the most promising points: a low loss found early discards more boxes."""
    chosen = np.argsort(bounds)[:TRIALS]
    logs = np.clip(boxes.take(chosen).logs(where[chosen]), boxes.low, boxes.high)
    state.best = min(state.best, float(losses_at(objective, np.exp(logs)).min()))


LAYER = 0.1
"""Thickness of the layers along the limits, in log gains."""

STRAIGHT: Floats = np.eye(3)
"""Coordinates of the layers, the log gains themselves, so that a box can end at a limit."""

STRETCH: Floats = np.array([1.0, 1.0, 0.5])
"""Relative weight of the axes (a, b, t) when boxes are halved: most penalties do not depend on t."""


@dataclass(frozen=True)
class Boxes:
    """Boxes x = center + radius · ξ, ξ in [-1, 1]³, of coordinates in which ln g = matrix · x.

    Attributes:
        matrix: shape [3, 3].
        centers: shape [B, 3].
        radii: shape [B, 3].
        low: lowest log gain to cover.
        high: highest log gain to cover.
    """

    matrix: Floats
    centers: Floats
    radii: Floats
    low: float
    high: float

    @classmethod
    def within(cls, limits: tuple[float, float]) -> tuple[Boxes, Boxes]:
        """Return boxes that together cover all gains within limits: layers along the limits, and the inside.

        Straight boxes end at the limits, so that a minimum at a limit is a corner of some box. Sheared boxes
        may extend beyond the gains that they cover, into the layers.
        """
        low, high = (float(np.log(limit)) for limit in limits)
        layer = min(LAYER, (high - low) / 4)
        middle, half = (low + high) / 2, (high - low) / 2
        centers, radii = np.full((6, 3), middle), np.full((6, 3), half)
        for side, end in enumerate((low + layer / 2, high - layer / 2)):
            for axis in range(3):
                centers[3 * side + axis, axis], radii[3 * side + axis, axis] = end, layer / 2
        inside = np.array([[0.0, 0.0, middle]]), np.array([[2 * half, 2 * half, half]])
        return (
            cls(STRAIGHT, centers, radii, low, high),
            cls(SHEARED, *inside, low + layer, high - layer),
        )

    def __len__(self) -> int:
        return len(self.centers)

    def logs(self, where: Floats) -> Floats:
        """Return the log gains, shape [B, 3], at ξ of shape [B, 3]."""
        points: Floats = (self.centers + self.radii * where) @ self.matrix.T
        return points

    def gains(self) -> TaylorModel:
        """Return the gains over the boxes as Taylor models, shape [B, 1, 3]."""
        logs = (self.centers @ self.matrix.T)[:, None, :]
        slopes = tuple((self.radii[:, i, None] * self.matrix[:, i])[:, None, :] for i in range(3))
        polynomial = Quadratic(logs, slopes)
        return exp(TaylorModel(polynomial, None, np.abs(logs) + polynomial.deviation_bound, 6))

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Boxes:
        """Return the boxes that a mask, a slice or indices select."""
        return replace(self, centers=self.centers[which], radii=self.radii[which])

    def needed(self) -> Boxes:
        """Return the boxes that contain any gains to cover."""
        logs, reach = self.logs(np.zeros(3)), self.radii @ np.abs(self.matrix).T
        touching = (logs + reach >= self.low) & (logs - reach <= self.high)
        return self.take(np.asarray(touching.all(-1)))

    def halved(self) -> Boxes:
        """Return the halves of every box, divided across its longest side."""
        stretch = STRETCH if self.matrix is SHEARED else np.ones(3)
        longest = np.eye(3)[(self.radii * stretch).argmax(-1)]
        radii = self.radii * (1 - longest / 2)
        shift = radii * longest
        return replace(
            self,
            centers=np.concatenate([self.centers - shift, self.centers + shift]),
            radii=np.concatenate([radii, radii]),
        )
