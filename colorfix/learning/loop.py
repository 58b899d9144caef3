"""The only loop: one model, one optimizer, a number of steps, a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeAlias

from colorfix.learning.devices import Device
from colorfix.learning.numpy_backend import NumpyLearner
from colorfix.learning.slopes import Slopes
from colorfix.models import FreeGains

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.optimizers import Optimizer
    from colorfix.learning.patience import Patience
    from colorfix.learning.trace import Trace
    from colorfix.models import FreePoints
    from colorfix.models.network import Network
    from colorfix.optim.arrays import Array


Model: TypeAlias = "FreeGains | FreePoints | Network"
"""What produces the points."""


class Loss(Protocol):
    """The losses of P problems as a function of their points: :class:`colorfix.losses.Objective`, say."""

    def __call__(self, points: Array, /) -> Array:
        """Return the losses, shape [P], at points of shape [P, D]; NumPy (real or complex) or torch."""

    def take(self, rows: Array, /) -> Self:
        """Return the same losses of some of the problems, an index each."""

    def mapped(self, function: Callable[[Array], Array], /) -> Self:
        """Return the same losses with every array in them passed through a function: to a device."""


class Learner(Protocol):
    """A model and an optimizer on one kind of array, recording as they go."""

    def step(self) -> Floats:
        """Measure the losses, record them with the points that made them, move; return the losses, [P]."""

    def rest(self, going: NDArray[np.bool_]) -> None:
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
    patience: Patience | None = None,
    slopes: Slopes | None = None,
) -> Trace:
    """Learn the points of P problems at once: the gains of photos, or whatever else has losses.

    Args:
        objective: the losses, shape [P], as a function of points, shape [P, D]; its arrays on NumPy.
        model: produces the points.
        optimizer: which, with its settings.
        steps: T, how often the losses are measured.
        device: where to run; NumPy where it can serve, else torch on the CPU.
        patience: when to end before that; None for never.
        slopes: the objective and its slopes on NumPy, where they have been recorded already.

    Returns:
        Every loss with the point that made it.

    >>> import numpy as np
    >>> from colorfix.color.statistics import Statistics
    >>> from colorfix.learning import Optimizer
    >>> from colorfix.losses import Objective
    >>> from colorfix.color.scene import Scene
    >>> dark, bright = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    >>> dark[:, 100] = bright[:, 150] = 1
    >>> objective = Objective(Scene.of([Statistics(dark)], [Statistics(bright)]))
    >>> trace = learn(objective, FreeGains(np.ones((1, 3))), Optimizer(), 200)
    >>> trace.best_points.round(2).tolist()
    [[1.5, 1.5, 1.5]]
    """
    learner = _learner(objective, model, optimizer, steps, device, slopes)
    for _ in range(steps):
        losses = learner.step()
        if patience is not None:
            patience.see(losses)
            if patience.done:
                break
            learner.rest(patience.open)
    return learner.trace(None if patience is None else patience.taken)


def torch_needed(model: str, optimizer: Optimizer) -> bool:
    """Whether a run of this model with this optimizer takes torch."""
    return model != "gains" or optimizer.name != "hill-adam"


def _learner(
    objective: Loss,
    model: Model,
    optimizer: Optimizer,
    steps: int,
    device: Device | None,
    slopes: Slopes | None,
) -> Learner:
    if (
        isinstance(model, FreeGains)
        and not torch_needed("gains", optimizer)
        and (device is None or device.kind == "numpy")
    ):
        recorded = slopes or Slopes.of(objective, model, model.parameters())
        return NumpyLearner(recorded, model, optimizer)
    from colorfix.learning.torch_backend import TorchLearner  # noqa: PLC0415 - keeps torch out until needed

    return TorchLearner(objective, model, optimizer, steps, device or Device("torch"))
