"""Learning on torch: every optimizer, the network, GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from colorfix.learning.models import FreeGains, FreePoints
from colorfix.learning.trace import Trace
from colorfix.optim.arrays import per_problem
from colorfix.optim.hill_adam import HillAdam
from colorfix.optim.peers import Annealing, Lion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from colorfix.color.statistics import Floats
    from colorfix.learning.models import Loss
    from colorfix.learning.network import Model
    from colorfix.learning.options import Device, Optimizer
    from colorfix.optim.arrays import Array


def clip_gradients(parameters: Sequence[Tensor], longest: float) -> None:
    """Shorten each problem's gradient, over all its parameters together, to a norm of at most ``longest``.

    Args:
        parameters: each of shape [P, ...], with gradients.
        longest: above 0, in units of the gradients.

    >>> x = torch.tensor([[3.0, 4.0], [0.3, 0.4]], requires_grad=True)
    >>> (x**2 / 2).sum().backward()
    >>> clip_gradients([x], 1.0)
    >>> x.grad.tolist()
    [[0.6000000238418579, 0.800000011920929], [0.30000001192092896, 0.4000000059604645]]
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)
    share = (longest / norms).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(per_problem(share, gradient))


LONGEST = 1.0
"""The norm to which ``momentum-clipped`` shortens each problem's gradient, in units of the gradients."""


class TorchLearner:
    """Any optimizer on torch tensors; gradients by autograd.

    Args:
        objective: its arrays, NumPy's, are copied to the device.
        model: free gains, free points, or the network.
        optimizer: its name and settings.
        steps: T; the record of all steps is allocated at once and stays on the device.
        device: its name and dtype.
    """

    def __init__(
        self, objective: Loss, model: Model, optimizer: Optimizer, steps: int, device: Device
    ) -> None:
        def on_device(array: Array) -> Tensor:
            return torch.as_tensor(array, dtype=getattr(torch, device.dtype), device=device.name)

        self._objective = objective.mapped(on_device)
        self._produce, self._parameters = _prepare(model, on_device)
        self._longest = LONGEST if optimizer.name == "momentum-clipped" else None
        self._optimizer = _optimizer(optimizer, self._parameters)
        with torch.no_grad():
            points = self._produce()
        self._taken = 0
        self._losses = points.new_empty((steps, len(points)))
        self._points = points.new_empty((steps, *points.shape))
        self._climbing = torch.zeros((steps, len(points)), dtype=torch.bool, device=device.name)
        self._turns, self._dead_ends = (
            torch.zeros((steps, len(points)), dtype=torch.int32, device=device.name) for _ in range(2)
        )

    def step(self) -> Floats:
        """Measure, record and move; return the losses."""

        def closure() -> Tensor:
            self._optimizer.zero_grad()
            points = self._produce()
            losses: Tensor = self._objective(points)
            self._losses[self._taken] = losses.detach()
            self._points[self._taken] = points.detach()
            losses.sum().backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
            if self._longest is not None:
                clip_gradients(self._parameters, self._longest)
            return losses

        # torch types a closure's result as a float; HillAdam and Annealing take one loss a problem
        self._optimizer.step(closure)  # type: ignore[arg-type]
        if isinstance(self._optimizer, HillAdam):
            self._climbing[self._taken] = self._optimizer.climbing
            self._turns[self._taken] = self._optimizer.turns
            self._dead_ends[self._taken] = self._optimizer.dead_ends
        self._taken += 1
        losses: Floats = self._losses[self._taken - 1].cpu().numpy().astype(np.float64)
        return losses

    def freeze(self, active: NDArray[np.bool_]) -> None:
        """Do nothing: an optimizer of torch updates the same parameters to the end."""

    def trace(self, ends: NDArray[np.int64] | None = None) -> Trace:
        """Return the record, copied from the device at once."""
        columns = (self._losses, self._points, self._climbing, self._turns, self._dead_ends)
        losses, points, climbing, turns, dead_ends = (
            column[: self._taken].cpu().numpy() for column in columns
        )
        return Trace.of_steps(
            losses.astype(np.float64, copy=False),
            points.astype(np.float64, copy=False),
            climbing,
            turns,
            dead_ends,
            ends,
        )


def _prepare(model: Model, on_device: Callable[[Array], Tensor]) -> tuple[Callable[[], Tensor], list[Tensor]]:
    """Return a function that produces the points, and its parameters, each of shape [P, ...]."""
    if isinstance(model, FreeGains):
        angles = on_device(model.parameters()).requires_grad_()
        return (lambda: model.gains(angles)), [angles]
    if isinstance(model, FreePoints):
        x = on_device(model.start.copy()).requires_grad_()
        return (lambda: x), [x]
    model.to(on_device(np.zeros(0)))
    return model, list(model.parameters())


def _optimizer(settings: Optimizer, parameters: list[Tensor]) -> torch.optim.Optimizer:
    """Return an optimizer by name; each works by element or by problem, so that problems do not interact."""
    lr = settings.lr
    build: dict[str, Callable[[], torch.optim.Optimizer]] = {
        "hill-adam": lambda: HillAdam(
            parameters, lr, delta=settings.delta, gamma=settings.gamma, floor=settings.floor,
            problems=len(parameters[0]), exploration=settings.exploration,
        ),
        "adam": lambda: torch.optim.Adam(parameters, lr),
        "nadam": lambda: torch.optim.NAdam(parameters, lr),
        "radam": lambda: torch.optim.RAdam(parameters, lr),
        "rmsprop": lambda: torch.optim.RMSprop(parameters, lr),
        "rmsprop-momentum": lambda: torch.optim.RMSprop(parameters, lr, momentum=0.9),
        "lion": lambda: Lion(parameters, lr),
        "sgd": lambda: torch.optim.SGD(parameters, lr),
        "momentum": lambda: torch.optim.SGD(parameters, lr, momentum=0.9),
        "momentum-clipped": lambda: torch.optim.SGD(parameters, lr, momentum=0.9),
        "annealing": lambda: Annealing(
            parameters, lr, temperature=settings.temperature, cooling=settings.cooling, seed=settings.seed
        ),
    }  # fmt: skip
    return build[settings.name]()
