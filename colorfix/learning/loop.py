"""The only loop: one model, one optimizer, a number of steps, a trace.

When to stop looking: nothing new has been found for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from colorfix.learning.gradient import Gradient, record
from colorfix.learning.models import FreeGains
from colorfix.learning.numpy_backend import NumpyLearner
from colorfix.learning.options import Device

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.models import Loss
    from colorfix.learning.network import Model
    from colorfix.learning.options import Optimizer
    from colorfix.learning.trace import Trace


class Learner(Protocol):
    """A model and an optimizer on one kind of array, recording as they go."""

    def step(self) -> Floats:
        """Measure the losses, record them with the points that made them, move; return the losses, [P]."""

    def freeze(self, going: NDArray[np.bool_]) -> None:
        """Spare the work for problems that are not going on, shape [P]; their losses may be NaN from now."""

    def trace(self, ends: NDArray[np.int64] | None = None) -> Trace:
        """Return the record of all steps so far, or up to each problem's own end, shape [P]."""


def learn(
    objective: Loss,
    model: Model,
    optimizer: Optimizer,
    steps: int,
    *,
    device: Device | None = None,
    patience: EarlyStopping | None = None,
    gradient: Gradient | None = None,
) -> Trace:
    """Learn the points of P problems at once: the gains of photos, or whatever else has losses.

    Args:
        objective: the losses, shape [P], as a function of points, shape [P, D]; its arrays on NumPy.
        model: produces the points.
        optimizer: which, with its settings.
        steps: T, how often the losses are measured.
        device: where to run; NumPy where it can serve, else torch on the CPU.
        patience: when to end before that; None for never.
        gradient: of the objective on NumPy, where it has been recorded already.

    Returns:
        Every loss with the point that made it.

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
        if patience is not None:
            patience.update(losses)
            if patience.done:
                break
            learner.freeze(patience.active)
    return learner.trace(None if patience is None else patience.steps)


def torch_needed(model: str, optimizer: Optimizer) -> bool:
    """Whether a run of this model with this optimizer takes torch."""
    return model != "gains" or optimizer.name != "hill-adam"


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
        and not torch_needed("gains", optimizer)
        and (device is None or device.kind == "numpy")
    ):
        gradient = gradient or record(objective, model, model.parameters())
        return NumpyLearner(gradient, model, optimizer)
    from colorfix.learning.torch_backend import TorchLearner

    return TorchLearner(objective, model, optimizer, steps, device or Device("torch"))


class EarlyStopping:
    """Watches the losses of P problems, each by itself.

    Attributes:
        open: which problems have not been looked at for long enough, shape [P].
        taken: how many losses of each have been seen, shape [P].

    Args:
        steps: without a new best, after which a problem has been looked at for long enough.
        enough: by how much a loss must fall to be new, in units of the loss.

    >>> patience = EarlyStopping(2, enough=0.1)
    >>> for loss in (3.0, 2.0, 1.95, 1.93):
    ...     patience.update(np.array([loss]))
    >>> patience.done, patience.steps.tolist()
    (True, [4])
    """

    def __init__(self, steps: int, enough: float) -> None:
        self._steps = steps
        self._enough = enough
        self._best: Floats | None = None

    def update(self, losses: Floats) -> None:
        """Take in the losses of a step, shape [P]."""
        if self._best is None:
            self._best = np.full(losses.shape, np.inf)
            self._idle = np.zeros(losses.shape, np.int64)
            self.steps = np.zeros(losses.shape, np.int64)
            self.active: NDArray[np.bool_] = self._idle < self._steps
        self.steps += self.active
        new = self.active & (losses < self._best - self._enough)
        self._best = np.where(new, losses, self._best)
        self._idle = np.where(new, 0, self._idle + 1)
        self.active = self._idle < self._steps

    @property
    def done(self) -> bool:
        """Whether every problem has been looked at for long enough."""
        return not self.active.any()
