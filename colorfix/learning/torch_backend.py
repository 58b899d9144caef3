"""Learning on torch: every optimizer, the network, GPUs. The only file of this room that imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from colorfix.learning.trace import Trace
from colorfix.models import FreeGains
from colorfix.optim.annealing import Annealing
from colorfix.optim.hill_adam import HillAdam

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from colorfix.learning.devices import Device
    from colorfix.learning.optimizers import Optimizer
    from colorfix.losses import Objective
    from colorfix.models.network import Network
    from colorfix.optim.arrays import Array


class TorchLearner:
    """Any optimizer on torch tensors; gradients by autograd.

    Args:
        objective: on NumPy; its arrays are copied to the device.
        model: free gains, or the network.
        optimizer: which, with its settings.
        device: where; float64, but float32 on ``mps``, which has no float64.
    """

    def __init__(
        self, objective: Objective, model: FreeGains | Network, optimizer: Optimizer, device: Device
    ) -> None:
        def on_device(array: Array) -> Tensor:
            dtype = torch.float32 if device.name == "mps" else torch.float64
            return torch.as_tensor(array, dtype=dtype, device=device.name)

        self._objective = objective.mapped(on_device)
        self._produce, parameters = _prepare(model, on_device)
        self._optimizer = _optimizer(optimizer, parameters)
        self._record: list[tuple[Tensor, Tensor, Tensor]] = []

    def step(self) -> None:
        """Measure, record, move; nothing waits for the device."""
        seen: list[Tensor] = []

        def closure() -> Tensor:
            self._optimizer.zero_grad()
            gains = self._produce()
            losses: Tensor = self._objective(gains)
            seen.extend((losses.detach(), gains.detach()))
            losses.sum().backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
            return losses

        # torch types a closure's result as a float; HillAdam and Annealing take one loss a problem,
        # the others only hand it back
        self._optimizer.step(closure)  # type: ignore[arg-type]
        losses, gains = seen
        no_climb = torch.zeros_like(losses, dtype=torch.bool)
        climbing = self._optimizer.climbing if isinstance(self._optimizer, HillAdam) else no_climb
        self._record.append((losses, gains, climbing))

    def trace(self) -> Trace:
        """Return the record, brought back from the device at once."""
        losses, points, climbing = (
            torch.stack(column).cpu().numpy() for column in zip(*self._record, strict=True)
        )
        problems = losses.shape[1]
        hill_adam = self._optimizer if isinstance(self._optimizer, HillAdam) else None
        return Trace(
            losses=losses.astype(np.float64),
            points=points.astype(np.float64),
            climbing=climbing,
            turns=hill_adam.turns.cpu().numpy() if hill_adam else np.zeros(problems, np.int64),
            dead_ends=hill_adam.dead_ends.cpu().numpy() if hill_adam else np.zeros(problems, np.int64),
        )


def _prepare(
    model: FreeGains | Network, on_device: Callable[[Array], Tensor]
) -> tuple[Callable[[], Tensor], list[Tensor]]:
    """Return what produces the gains, and the parameters that it learns, each of shape [P, ...]."""
    if isinstance(model, FreeGains):
        angles = on_device(model.parameters()).requires_grad_()
        return (lambda: model.gains(angles)), [angles]
    model.to(on_device(np.zeros(0)))
    return model, list(model.parameters())


def _optimizer(settings: Optimizer, parameters: list[Tensor]) -> torch.optim.Optimizer:
    """Build an optimizer by name.

    All work element by element or problem by problem, so that problems in one batch never meet.
    """
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
        "sgd": lambda: torch.optim.SGD(parameters, lr),
        "momentum": lambda: torch.optim.SGD(parameters, lr, momentum=0.9),
        "annealing": lambda: Annealing(parameters, lr, seed=settings.seed),
    }  # fmt: skip
    return build[settings.name]()
