"""Local minima: polished from points near them, and distinguished by their gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

APART = 1e-3
"""Distance in log gains below which two minima are one."""


class Minimum(NamedTuple):
    """A local minimum: its gains, red, green, blue, and its loss."""

    gains: tuple[float, float, float]
    loss: float


def distinct(minima: list[Minimum]) -> tuple[Minimum, ...]:
    """Return the minima that lie apart from all lower ones, lowest first."""
    apart: list[Minimum] = []
    for minimum in sorted(minima, key=lambda m: m.loss):
        near = [np.abs(np.log(np.divide(minimum.gains, other.gains))).max() < APART for other in apart]
        if not any(near):
            apart.append(minimum)
    return tuple(apart)


class Measure(Protocol):
    """Losses of some problems, with their gradients."""

    def __call__(self, points: Floats, rows: NDArray[np.intp], /) -> tuple[Floats, Floats]:
        """Return losses, shape [..., R], and gradients, shape [..., R, D], of points, shape [..., R, D]."""


SPACING = 1e-5
"""Distance at which gradients are compared for curvature, in units of the parameters."""

REACH = 0.1
"""Longest step, in units of the parameters, so that a point stays in its basin."""

LEAST_DAMPING, MOST_DAMPING = 1e-9, 1e6
"""Range of λ: from nearly Newton's step to one so short that the round is the last."""

ROUNDING = 1e-14
"""Share of a loss by which two evaluations of one point may differ."""


@np.errstate(all="ignore")  # steps to losses that are not finite are rejected
def polish(
    measure: Measure,
    points: Floats,
    *,
    rounds: int = 60,
    tolerance: float = 1e-10,
) -> Floats:
    """Descend from each point to the bottom of its basin by damped Newton steps (Levenberg & Marquardt).

    Each round solves (H + λI) d = -∇L with λ just large enough for the matrix to be positive, shortens d to
    :data:`REACH`, and keeps the step only where the loss falls; where it does not, λ grows tenfold.

    Args:
        measure: losses and gradients of some of the problems.
        points: where to start, shape [P, D].
        rounds: most Newton steps.
        tolerance: length of gradient below which a problem ends.

    Returns:
        Points, shape [P, D], with losses no higher than at the start but for rounding.

    >>> bowl = lambda x, _: (((x - 3) ** 4 + (x - 3) ** 2).sum(-1), 4 * (x - 3) ** 3 + 2 * (x - 3))
    >>> polish(bowl, np.array([[3.3, 2.8]])).round(9).tolist()
    [[3.0, 3.0]]
    """
    problems = np.arange(len(points))
    losses, gradients = measure(points, problems)
    points, damping = points.copy(), np.full(len(points), LEAST_DAMPING)
    for _ in range(rounds):
        rows = problems[(_length(gradients) > tolerance) & (damping <= MOST_DAMPING)]
        if not len(rows):
            break
        step = _newton_step(_curvature(measure, points[rows], rows), gradients[rows], damping[rows])
        trial = points[rows] + step
        trial_losses, trial_gradients = measure(trial, rows)
        # at the bottom losses differ by rounding alone, and the flatter point is the nearer one
        level = np.abs(trial_losses - losses[rows]) <= ROUNDING * (1 + np.abs(losses[rows]))
        flatter = _length(trial_gradients) < _length(gradients[rows])
        better = (trial_losses < losses[rows]) | (level & flatter)
        taken = rows[better]
        points[taken], losses[taken], gradients[taken] = (
            figures[better] for figures in (trial, trial_losses, trial_gradients)
        )
        damping[rows] = np.where(
            better, np.maximum(damping[rows] / 10, LEAST_DAMPING), np.maximum(damping[rows] * 10, 1e-6)
        )
    return points


def _length(vectors: Floats) -> Floats:
    """Return the Euclidean length of each row, shape [P]."""
    squares: Floats = (vectors * vectors).sum(-1)
    return np.sqrt(squares)


def _curvature(measure: Measure, points: Floats, rows: NDArray[np.intp]) -> Floats:
    """Return the second derivatives, shape [R, D, D], from central differences of gradients."""
    shifts = SPACING * np.eye(points.shape[-1])[:, None, :]
    _, gradients = measure(np.concatenate([points + shifts, points - shifts]), rows)
    above, below = np.split(gradients, 2)
    hessian = np.moveaxis((above - below) / (2 * SPACING), 0, 1)
    symmetric: Floats = (hessian + hessian.transpose(0, 2, 1)) / 2
    return symmetric


def _newton_step(curvature: Floats, gradients: Floats, damping: Floats) -> Floats:
    """Solve for d, shape [P, D], along the eigenvectors of the curvature; 0 where anything is not finite."""
    known = np.isfinite(curvature.sum(axis=(1, 2)) + gradients.sum(axis=1))[:, None]
    bends, axes = np.linalg.eigh(np.where(known[..., None], curvature, 0.0))
    along = np.einsum("pda,pd->pa", axes, np.where(known, gradients, 0.0))
    stiffness = np.maximum(np.abs(bends), 1e-12) + damping[:, None]
    step = -np.einsum("pda,pa->pd", axes, along / stiffness)
    length = np.linalg.norm(step, axis=-1, keepdims=True)
    shortened: Floats = step * np.minimum(1.0, REACH / np.maximum(length, 1e-300))
    return shortened
