"""Lion (Chen et al. 2023, *Symbolic Discovery of Optimization Algorithms*), one of Hill-ADAM's peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor


class Lion(Optimizer):
    """Steps of one length in every coordinate, in the direction of a running mean of the gradients.

    c = β₁m + (1 - β₁)g, x = x - λ sign(c), m = β₂m + (1 - β₂)g; without weight decay.

    Args:
        params: parameters or groups, as for any torch optimizer.
        lr: λ, in units of the parameters, above 0.
        betas: decay of the mean in the direction and in what is remembered, each in [0, 1).

    Raises:
        ValueError: a setting out of its range.

    >>> x = torch.tensor([3.0, -0.5], requires_grad=True)
    >>> optimizer = Lion([x], lr=0.25)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x.tolist()
    [2.75, -0.25]
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99)
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be above 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must lie in [0, 1), got {betas}")
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:  # type: ignore[override] # torch says float
        """Move every parameter once; returns what the closure returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            in_direction, remembered = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is not None:
                    mean = self.state[parameter].setdefault("mean", torch.zeros_like(parameter))
                    parameter.sub_(torch.lerp(parameter.grad, mean, in_direction).sign_(), alpha=group["lr"])
                    mean.lerp_(parameter.grad, 1 - remembered)
        return loss
