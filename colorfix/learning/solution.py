"""Solve: choose a device, learn, keep the best, polish it, and list the local minima found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from colorfix.learning.gradient import record
from colorfix.learning.loop import EarlyStopping, learn, torch_needed
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.options import choose_device
from colorfix.photos.gpu_pixels import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import DeviceName
    from colorfix.learning.network import Network
    from colorfix.learning.objective import Objective
    from colorfix.learning.options import Device, Optimizer
    from colorfix.learning.trace import Trace

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


class Solution(NamedTuple):
    """The gains that learning found for P problems.

    Attributes:
        gains: the polished best, shape [P, 3].
        losses: at those gains, shape [P].
        trace: record of the run.
        first: index of the first of these problems in the trace.
    """

    gains: Floats
    losses: Floats
    trace: Trace
    first: int = 0

    def best_in(self, minimum: Minimum) -> int:
        """Return the problem with the lowest loss of those that ended in a minimum, or of all if none did."""
        apart = np.abs(np.log(self.gains / np.array(minimum.gains))).max(-1)
        losses = np.where(np.isfinite(self.losses), self.losses, np.inf)
        return int(np.lexsort((losses, apart >= APART))[0])

    @property
    def minima(self) -> tuple[Minimum, ...]:
        """The distinct minima in which these problems, the starts of one photo, ended; lowest first."""
        found = zip(self.gains.tolist(), self.losses.tolist(), strict=True)
        return distinct([Minimum(tuple(gains), loss) for gains, loss in found if np.isfinite(loss)])

    def among(self, rows: slice) -> Solution:
        """Return the solution of some problems, such as the starts of one photo, with the whole trace."""
        return Solution(self.gains[rows], self.losses[rows], self.trace, rows.start)

    def of(self, problem: int) -> Solution:
        """Return the solution of one problem, as a batch of one."""
        one = slice(problem, problem + 1)
        return Solution(self.gains[one], self.losses[one], self.trace.of(self.first + problem))


def solve(
    objective: Objective,
    model: FreeGains | Network,
    optimizer: Optimizer,
    steps: int,
    *,
    device: Device,
    patience: int | None = None,
) -> Solution:
    """Learn, then polish the best gains to the bottom of their basin, within the gains' limits.

    All runs that end in one basin end at the same point of it, whichever step δ stopped them at.

    Args:
        objective: losses of P problems; its scene's arrays are NumPy's.
        model: produces the gains.
        optimizer: its name and settings.
        steps: how often the losses are measured.
        device: where to learn; polishing runs on NumPy.
        patience: steps without a new best, lower by δ, after which a problem ends; None for never.
    """
    stopping = None if patience is None else EarlyStopping(patience, optimizer.delta)
    gradient = record(objective, model, model.parameters()) if isinstance(model, FreeGains) else None
    trace = learn(objective, model, optimizer, steps, device=device, stopping=stopping, gradient=gradient)
    limits = limits_in(float(objective.scene.exponent[0]))
    free = model if isinstance(model, FreeGains) else FreeGains(np.ones((len(trace.turns), 3)), limits)
    measured = np.isfinite(trace.best_losses)[:, None]
    angles = free.angles(np.where(measured, trace.best_points, 1.0))
    gradient = gradient or record(objective, free, angles)
    angles = polish(lambda points, rows: gradient.take(rows)(points), angles)
    gains = free.gains(angles)
    return Solution(gains, objective(gains), trace)


def solve_with_fallback(
    objective: Objective,
    make_model: Callable[[], FreeGains | Network],
    optimizer: Optimizer,
    steps: int,
    *,
    device: DeviceName,
    patience: int | None = None,
) -> tuple[Solution, Device, tuple[str, ...]]:
    """Choose a device and :func:`solve` on it; if a GPU runs out of memory, solve on the CPU.

    Args:
        objective: as for :func:`solve`.
        make_model: returns an untrained model; called once for each device that is tried.
        optimizer: as for :func:`solve`.
        steps: as for :func:`solve`.
        device: as the user named it.
        patience: as for :func:`solve`.

    Returns:
        The solution, the device that it was learned on, and warnings, a sentence each.

    Raises:
        SettingError: the device is not there.
    """
    model = make_model()
    choose = partial(
        choose_device,
        problems=len(objective.scene.source_means),
        torch_needed=torch_needed(model, optimizer),
    )
    chosen = choose(device)
    try:
        return solve(objective, model, optimizer, steps, device=chosen, patience=patience), chosen, ()
    except RuntimeError as error:
        if chosen.name == "cpu" or not is_out_of_memory(error):
            raise
    cpu = choose("cpu")
    solution = solve(objective, make_model(), optimizer, steps, device=cpu, patience=patience)
    return solution, cpu, ("learned on the CPU, as the GPU is out of memory",)
