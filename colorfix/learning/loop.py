"""The learning loop: one model, one optimizer, a number of steps, a trace; and early stopping.

Hill-ADAM on free gains runs on NumPy, without torch; all other learning runs on torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from colorfix.learning.gradient import Gradient, record
from colorfix.learning.models import FreeGains
from colorfix.learning.options import Device
from colorfix.learning.trace import Trace
from colorfix.optim.exploration import exploration_of
from colorfix.optim.phase import Thresholds
from colorfix.optim.rule import Adam, ParameterArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.models import Loss
    from colorfix.learning.network import Model
    from colorfix.learning.options import Optimizer


class NumpyLearner:
    """Hill-ADAM's rule on NumPy arrays.

    Args:
        gradient: the losses with their gradients.
        model: free gains.
        optimizer: Hill-ADAM's settings.
    """

    def __init__(self, gradient: Gradient, model: FreeGains, optimizer: Optimizer) -> None:
        self._model = model
        self._exploration = exploration_of(optimizer.exploration)
        self._thresholds = Thresholds(optimizer.delta, optimizer.gamma, optimizer.floor)
        self._adam = Adam(optimizer.lr)
        self._parameters = model.parameters()
        self._whole = self._measure = gradient
        self._state = self._exploration.start_state(self._parameters)
        self._phase = self._exploration.start_phase(np.zeros(len(self._parameters)))
        self._rows = np.arange(len(self._parameters))
        self._problems = len(self._rows)
        self._record: list[tuple[NDArray[np.intp], tuple[Floats, ...]]] = []

    def step(self) -> Floats:
        """Measure, record and move; return the losses."""
        with np.errstate(all="ignore"):  # the square of a steep gradient may overflow
            losses, gradients = self._measure(self._parameters)
            losses = np.where(np.isfinite(gradients.sum(-1)), losses, np.inf)
            part = ParameterArray(self._parameters, gradients, self._state, self._adam)
            self._phase, ((moved, self._state),) = self._exploration.step(
                [part], self._phase, losses, self._thresholds
            )
        phase = self._phase
        self._record.append(
            (self._rows, (losses, self._parameters, phase.direction, phase.turns, phase.dead_ends))
        )
        self._parameters = moved
        return self._of_all(losses, self._rows)

    def freeze(self, active: NDArray[np.bool_]) -> None:
        """Drop the problems that have ended once they are half of the rest: dropping has its cost too."""
        active = active[self._rows]
        if 2 * np.count_nonzero(active) > len(active):
            return
        self._rows = self._rows[active]
        self._parameters = self._parameters[active]
        self._measure = self._whole.take(self._rows)
        self._state = self._state.take(active)
        self._phase = self._phase.take(active)

    def trace(self, ends: NDArray[np.int64] | None = None) -> Trace:
        """Return the record; the gains are computed from all parameters at once."""
        losses, parameters, directions, turns, dead_ends = (
            np.stack([self._of_all(figures[column], rows) for rows, figures in self._record])
            for column in range(5)
        )
        with np.errstate(all="ignore"):  # parameters may be infinite
            points = self._model.gains(parameters)
        return Trace.of_steps(losses, points, directions < 0, turns, dead_ends, ends)

    def _of_all(self, figures: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return figures of some problems in rows of all, shape [P, ...]; NaN for the frozen ones."""
        if len(rows) == self._problems:
            return figures
        spread = np.full((self._problems, *figures.shape[1:]), np.nan)
        spread[rows] = figures
        return spread


class Learner(Protocol):
    """A model and an optimizer on one kind of array that record every step."""

    def step(self) -> Floats:
        """Measure the losses, record them with their points, move the points; return the losses, [P]."""

    def freeze(self, active: NDArray[np.bool_]) -> None:
        """Stop updating all but the active problems, shape [P]; later losses of the others may be NaN."""

    def trace(self, ends: NDArray[np.int64] | None = None) -> Trace:
        """Return the record of all steps, or of each problem up to its own end, shape [P]."""


def learn(
    objective: Loss,
    model: Model,
    optimizer: Optimizer,
    steps: int,
    *,
    device: Device | None = None,
    stopping: EarlyStopping | None = None,
    gradient: Gradient | None = None,
) -> Trace:
    """Learn the points of P problems at once: gains of photos, or parameters of any other loss.

    Args:
        objective: losses, shape [P], of points, shape [P, D]; its arrays are NumPy's.
        model: produces the points.
        optimizer: its name and settings.
        steps: T, how often the losses are measured.
        device: where to run; by default NumPy if it can, else torch on the CPU.
        stopping: ends problems before that; None for never.
        gradient: the objective's on NumPy, if it has been recorded already.

    Returns:
        Every loss with its point.

    >>> import numpy as np
    >>> from colorfix.color.statistics import Statistics
    >>> from colorfix.learning import Optimizer
    >>> from colorfix.learning.objective import Objective
    >>> from colorfix.color.scene import Scene
    >>> dark, bright = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    >>> dark[:, 100] = bright[:, 150] = 1
    >>> objective = Objective(Scene.of([Statistics(dark)], [Statistics(bright)]))
    >>> trace = learn(objective, FreeGains(np.ones((1, 3))), Optimizer(), 200)
    >>> trace.best_points.round(2).tolist()
    [[1.5, 1.5, 1.5]]
    """
    learner = _learner(objective, model, optimizer, steps, device, gradient)
    for _ in range(steps):
        losses = learner.step()
        if stopping is not None:
            stopping.update(losses)
            if stopping.done:
                break
            learner.freeze(stopping.active)
    return learner.trace(None if stopping is None else stopping.steps)


def torch_needed(model: Model, optimizer: Optimizer) -> bool:
    """Return whether a run of this model with this optimizer needs torch."""
    return not isinstance(model, FreeGains) or optimizer.name != "hill-adam"


def _learner(
    objective: Loss,
    model: Model,
    optimizer: Optimizer,
    steps: int,
    device: Device | None,
    gradient: Gradient | None,
) -> Learner:
    if (
        isinstance(model, FreeGains)
        and not torch_needed(model, optimizer)
        and (device is None or device.kind == "numpy")
    ):
        gradient = gradient or record(objective, model, model.parameters())
        return NumpyLearner(gradient, model, optimizer)
    from colorfix.learning.torch_backend import TorchLearner

    return TorchLearner(objective, model, optimizer, steps, device or Device("torch"))


class EarlyStopping:
    """Early stopping of P problems, each by itself.

    Attributes:
        active: problems that go on, shape [P].
        steps: steps that each was active for, shape [P].

    Args:
        patience: steps without a new best loss after which a problem ends.
        min_delta: least decrease that makes a new best, in units of the loss.

    >>> stopping = EarlyStopping(2, min_delta=0.1)
    >>> for loss in (3.0, 2.0, 1.95, 1.93):
    ...     stopping.update(np.array([loss]))
    >>> stopping.done, stopping.steps.tolist()
    (True, [4])
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        self._patience = patience
        self._min_delta = min_delta
        self._best: Floats | None = None

    def update(self, losses: Floats) -> None:
        """Update with the losses of a step, shape [P]."""
        if self._best is None:
            self._best = np.full(losses.shape, np.inf)
            self._idle = np.zeros(losses.shape, np.int64)
            self.steps = np.zeros(losses.shape, np.int64)
            self.active: NDArray[np.bool_] = self._idle < self._patience
        self.steps += self.active
        new = self.active & (losses < self._best - self._min_delta)
        self._best = np.where(new, losses, self._best)
        self._idle = np.where(new, 0, self._idle + 1)
        self.active = self._idle < self._patience

    @property
    def done(self) -> bool:
        """Whether every problem has ended."""
        return not self.active.any()
