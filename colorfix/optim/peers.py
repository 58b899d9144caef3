"""Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983), which the paper names as related work.

Lion (Chen et al. 2023, *Symbolic Discovery of Optimization Algorithms*), one of Hill-ADAM's peers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer

from colorfix.optim.arrays import per_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor


class Annealing(Optimizer):
    """Random steps, kept when they go down and sometimes when they go up.

    At step t the temperature is T = ``temperature`` · ``cooling``ᵗ. A proposal x' = x + ``lr`` · N(0, 1) is
    accepted with probability min(1, exp(-(L(x') - L(x)) / T)); a loss that is NaN or infinite never is.
    Uses no gradients. The first dimension of every parameter is the problem; each accepts on its own.

    Args:
        params: parameters, each of shape [P, ...], all on one device.
        lr: standard deviation of a proposal, in units of the parameters, above 0.
        temperature: of the first step, in units of the loss, above 0.
        cooling: what the temperature is multiplied by at every step, in (0, 1].
        seed: of the proposals.

    Raises:
        ValueError: a setting out of its range.

    >>> x = torch.tensor([[3.0], [-2.0]], requires_grad=True)
    >>> optimizer = Annealing([x], lr=0.2, temperature=1.0, cooling=0.98, seed=1)
    >>> for _ in range(500):
    ...     losses = optimizer.step(lambda: (x**2 + 4).sum(1))
    >>> bool((losses < 4.5).all())
    True
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.1,
        *,
        temperature: float = 1.0,
        cooling: float = 0.99,
        seed: int = 0,
    ) -> None:
        for name, value, right in (
            ("lr", lr, lr > 0),
            ("temperature", temperature, temperature > 0),
            ("cooling", cooling, 0 < cooling <= 1),
        ):
            if not right:
                raise ValueError(f"{name} is out of range, got {value}")
        super().__init__(params, {"lr": lr, "temperature": temperature, "cooling": cooling})
        self._parameters = [p for group in self.param_groups for p in group["params"]]
        self._generator = torch.Generator(self._parameters[0].device).manual_seed(seed)
        self._kept = [p.detach().clone() for p in self._parameters]
        self._losses: Tensor | None = None
        self._temperature = temperature

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override] # needs the loss, as LBFGS does
        """Judge the last proposal by its loss, then make the next.

        Args:
            closure: computes and returns the losses, shape [P].

        Returns:
            What the closure returned: the losses of the proposal that was judged.
        """
        with torch.enable_grad():
            losses = closure()
        accepted = self._accepted(losses.detach())
        for parameter, kept, group in self._walk():
            kept.copy_(torch.where(per_problem(accepted, parameter), parameter, kept))
            noise = torch.empty_like(kept).normal_(generator=self._generator)
            parameter.copy_(kept + group["lr"] * noise)
        self._temperature *= self.param_groups[0]["cooling"]
        return losses

    def _walk(self) -> list[tuple[Tensor, Tensor, dict[str, Any]]]:
        groups = [group for group in self.param_groups for _ in group["params"]]
        return list(zip(self._parameters, self._kept, groups, strict=True))

    def _accepted(self, losses: Tensor) -> Tensor:
        """Metropolis's rule, [P]; the start is always accepted."""
        if self._losses is None:
            self._losses = losses.clone()
            return torch.ones_like(losses, dtype=torch.bool)
        chance = torch.rand(losses.shape, generator=self._generator, device=losses.device, dtype=losses.dtype)
        rise = losses - self._losses
        accepted = torch.isfinite(losses) & ~(chance >= torch.exp(-rise / self._temperature))
        self._losses = torch.where(accepted, losses, self._losses)
        return accepted


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
