"""Peers of Hill-ADAM that torch lacks: simulated annealing and Lion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer

from colorfix.optim.arrays import per_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor


class Annealing(Optimizer):
    """Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983), which the paper names as related work.

    At step t the temperature is T = ``temperature`` · ``cooling``ᵗ. A proposal x' = x + ``lr`` · N(0, 1) is
    accepted with probability min(1, exp(-(L(x') - L(x)) / T)); a loss that is NaN or infinite never is.
    It uses no gradients. The first dimension of every parameter is the problem; each accepts by itself.

    Args:
        params: parameters, each of shape [P, ...], all on one device.
        lr: standard deviation of a proposal, in units of the parameters, above 0.
        temperature: of the first step, in units of the loss, above 0.
        cooling: factor of the temperature at every step, in (0, 1].
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
        self._accepted_points = [p.detach().clone() for p in self._parameters]
        self._losses: Tensor | None = None
        self._temperature = temperature

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override] # needs the loss, as LBFGS does
        """Accept or reject the last proposal by its loss, then make the next.

        Args:
            closure: computes and returns the losses, shape [P].

        Returns:
            The result of the closure: the losses of the last proposal.
        """
        with torch.enable_grad():
            losses = closure()
        accepted = self._accepted(losses.detach())
        for parameter, point, group in self._walk():
            point.copy_(torch.where(per_problem(accepted, parameter), parameter, point))
            noise = torch.empty_like(point).normal_(generator=self._generator)
            parameter.copy_(point + group["lr"] * noise)
        self._temperature *= self.param_groups[0]["cooling"]
        return losses

    def _walk(self) -> list[tuple[Tensor, Tensor, dict[str, Any]]]:
        groups = [group for group in self.param_groups for _ in group["params"]]
        return list(zip(self._parameters, self._accepted_points, groups, strict=True))

    def _accepted(self, losses: Tensor) -> Tensor:
        """Return which proposals Metropolis's rule accepts, shape [P]; the start always is."""
        if self._losses is None:
            self._losses = losses.clone()
            return torch.ones_like(losses, dtype=torch.bool)
        chance = torch.rand(losses.shape, generator=self._generator, device=losses.device, dtype=losses.dtype)
        rise = losses - self._losses
        accepted = torch.isfinite(losses) & ~(chance >= torch.exp(-rise / self._temperature))
        self._losses = torch.where(accepted, losses, self._losses)
        return accepted


class Lion(Optimizer):
    """Lion (Chen et al. 2023, *Symbolic Discovery of Optimization Algorithms*).

    c = β₁m + (1 - β₁)g, x = x - λ sign(c), m = β₂m + (1 - β₂)g; without weight decay.

    Args:
        params: parameters or groups, as for any torch optimizer.
        lr: λ, in units of the parameters, above 0.
        betas: β₁ and β₂, decay of the mean in the direction and in the state, each in [0, 1).

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
        """Move every parameter once; return the result of the closure."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is not None:
                    mean = self.state[parameter].setdefault("mean", torch.zeros_like(parameter))
                    parameter.sub_(torch.lerp(parameter.grad, mean, beta1).sign_(), alpha=group["lr"])
                    mean.lerp_(parameter.grad, 1 - beta2)
        return loss
