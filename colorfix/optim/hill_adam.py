"""Hill-ADAM as a ``torch.optim.Optimizer``: the rule, for torch users.

What a group of HillAdam's parameters may be set to.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch.optim import Optimizer

from colorfix.optim.exploration import EXPLORATIONS, Exploration, exploration_of
from colorfix.optim.phase import Thresholds
from colorfix.optim.rule import Adam, ParameterArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor

MOMENTS = 2
"""Adam's: of the gradients and of their squares."""


def thresholds(group: dict[str, Any]) -> Thresholds:
    """Return δ, γ and the floor of a group."""
    return Thresholds(group["delta"], group["gamma"], group["floor"])


def shared(group: dict[str, Any]) -> dict[str, Any]:
    """Return what belongs to a problem: its parameters may lie in several groups, and it turns as a whole."""
    return {name: group[name] for name in ("delta", "gamma", "floor", "exploration")}


def check_settings(group: dict[str, Any]) -> None:
    """Refuse a setting out of its range with a ``ValueError``."""
    for name in ("lr", "eps", "delta"):
        require(0 <= group[name] < math.inf, f"{name} must be a number of at least 0, got {group[name]}")
    require(
        group["exploration"] != "ray" or group["lr"] > 0, f"lr must be above 0 for the ray, got {group['lr']}"
    )
    betas = group["betas"]
    require(
        len(betas) == MOMENTS and all(0 <= beta < 1 for beta in betas),
        f"betas must be two in [0, 1), got {betas}",
    )
    require(
        group["floor"] < group["gamma"],
        f"floor must be below gamma, got floor {group['floor']} and gamma {group['gamma']}",
    )


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    """Raise a ``ValueError`` unless the condition holds."""
    if not condition:
        raise ValueError(message)


class HillAdam(Optimizer):
    """Adam that climbs out of minima: Algorithm 1 of *Explore the Loss space with Hill-ADAM*.

    Descends with Adam until two losses in a row differ by less than δ, climbs from there until they do
    again, and so on; above γ it descends at once. The lowest loss is kept with the parameters at which it
    was measured. With ``exploration="ray"`` it turns by a rule that finds more minima in fewer steps: from
    the best point it walks straight out over a ridge, and descends by secant steps (``docs/hill-adam.md``).

    Many problems at once: with ``problems=P`` the first dimension of every parameter is P and the closure
    returns P losses. Each problem then turns, meets dead ends and keeps its best on its own, exactly as it
    would alone, and nothing waits for the device.

    Args:
        params: parameters or groups, as for any torch optimizer; a group may set its own ``lr``,
            ``betas`` and ``eps``. float32 or float64, on one device.
        lr: λ, in units of the parameters, at least 0.
        betas: decay of the mean of the gradients and of their squares, each in [0, 1).
        eps: ε of Eq. 1, in units of the gradients, at least 0.
        delta: δ, in units of the loss, at least 0: two losses in a row closer than this turn. With 0 it
            never turns and is Adam.
        gamma: γ, in units of the loss: a loss above it is a dead end. The paper names no value; 1e4 is
            what its authors' scripts call the default.
        floor: in units of the loss, below ``gamma``: a loss below it climbs, so that a loss with no bottom
            is not followed down for ever.
        problems: P, or None for one problem with parameters of any shape and a scalar loss.
        exploration: the turning rule, ``"paper"`` or ``"ray"``. For the ray, λ is the first step of a walk
            and must be above 0, δ ends a descent, γ and the floor end a walk, and β and ε do nothing.

    Raises:
        ValueError: a setting out of its range, or a parameter without the problem dimension.

    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> optimizer = HillAdam([x], lr=0.1)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (x**2 + 4).sum()
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(200):
    ...     loss = optimizer.step(closure)
    >>> optimizer.restore_best()
    >>> round(float(optimizer.best_loss), 3), bool(abs(x) < 0.05), int(optimizer.turns) > 0
    (4.0, True, True)
    """

    def __init__(  # noqa: PLR0913 - torch's own four, and what the rule is told
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        delta: float = 1e-4,
        gamma: float = 1e4,
        floor: float = -1e4,
        problems: int | None = None,
        exploration: Literal["paper", "ray"] = "paper",
    ) -> None:
        require(
            exploration in EXPLORATIONS,
            f"exploration must be one of {', '.join(EXPLORATIONS)}, got {exploration}",
        )
        require(problems is None or problems >= 1, f"problems must be at least 1, got {problems}")
        # in the defaults, so that state_dict, copies and pickles carry what belongs to a problem too
        common = {
            "delta": delta, "gamma": gamma, "floor": floor, "problems": problems, "exploration": exploration
        }  # fmt: skip
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, **common})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters; checks the group's settings and the problem dimension."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        check_settings(group)
        require(
            shared(group) == shared(self.param_groups[0]),
            "delta, gamma, floor and exploration belong to a problem, not to a group: give them to HillAdam, "
            f"got {shared(group)}",
        )
        for parameter in group["params"]:
            require(
                self._problems is None or parameter.shape[:1] == (self._problems,),
                f"the first dimension of every parameter must be problems={self._problems}, "
                f"got shape {tuple(parameter.shape)}",
            )

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override] # needs the loss, as LBFGS does
        """Measure the loss, then move every parameter once.

        Args:
            closure: clears the gradients, computes the loss (scalar, or shape [P]), calls ``backward`` on
                its sum and returns it.

        Returns:
            What the closure returned: the loss at the parameters before this step.
        """
        with torch.enable_grad():
            returned = closure()
        parameters = [(p, group) for group in self.param_groups for p in group["params"]]
        losses = self._usable(returned, [p for p, _ in parameters])
        parts = [self._part(parameter, group) for parameter, group in parameters]
        phase, moves = self._exploration.step(
            parts, self._phase(losses), losses, thresholds(self.param_groups[0])
        )
        self._anchor.update(phase._asdict())
        for (parameter, _), (moved, memory) in zip(parameters, moves, strict=True):
            self.state[parameter].update(memory._asdict())
            self._by_problem(parameter).copy_(moved)
        return returned

    @property
    def best_loss(self) -> Tensor:
        """The lowest finite loss so far; scalar, or shape [P]; infinite before the first."""
        return self._figure("lowest")

    @property
    def turns(self) -> Tensor:
        """How often a critical point was met; scalar, or shape [P]."""
        return self._figure("turns").long()

    @property
    def dead_ends(self) -> Tensor:
        """How often a dead end was entered; scalar, or shape [P]."""
        return self._figure("dead_ends").long()

    @property
    def climbing(self) -> Tensor:
        """Whether the last step climbed, or walked out along a ray; scalar, or shape [P]."""
        return self._figure("direction") < 0

    @torch.no_grad()
    def restore_best(self) -> None:
        """Set the parameters to where the best loss was measured."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if "best" in self.state[parameter]:
                    self._by_problem(parameter).copy_(self.state[parameter]["best"])

    @property
    def _problems(self) -> int | None:
        problems: int | None = self.defaults["problems"]
        return problems

    @property
    def _anchor(self) -> dict[str, Tensor]:
        """Where the phase is kept, so that ``state_dict`` carries it: beside the first parameter."""
        first = next(parameter for group in self.param_groups for parameter in group["params"])
        state: dict[str, Tensor] = self.state[first]
        return state

    @property
    def _exploration(self) -> Exploration:
        return exploration_of(self.param_groups[0]["exploration"])

    def _phase(self, losses: Tensor) -> Any:  # noqa: ANN401 - the rule's own kind
        rule, anchor = self._exploration, self._anchor
        return (
            rule.phase(*(anchor[name] for name in rule.phase._fields))
            if "lowest" in anchor
            else rule.start_phase(losses)
        )

    def _part(self, parameter: Tensor, group: dict[str, Any]) -> ParameterArray:
        """One parameter with its gradient, what is remembered of it, and its group's settings."""
        rule, state, x = self._exploration, self.state[parameter], self._by_problem(parameter)
        memory = (
            rule.state(*(state[name] for name in rule.state._fields))
            if "best" in state
            else rule.start_state(x)
        )
        gradient = None if parameter.grad is None else self._by_problem(parameter.grad)
        beta1, beta2 = group["betas"]
        return ParameterArray(x, gradient, memory, Adam(group["lr"], beta1, beta2, group["eps"]))

    def _figure(self, name: str) -> Tensor:
        """One field of the phase, in the shape in which the closure returns losses."""
        require(name in self._anchor, "there is no loss yet: call step first")
        figure = self._anchor[name]
        return figure.clone() if self._problems is not None else figure[0].clone()

    def _by_problem(self, tensor: Tensor) -> Tensor:
        """View a tensor with the problems first."""
        return tensor if self._problems is not None else tensor.unsqueeze(0)

    def _usable(self, returned: Tensor, parameters: list[Tensor]) -> Tensor:
        """Losses in shape [P] and the parameters' dtype; infinite where a gradient is not finite."""
        expected = () if self._problems is None else (self._problems,)
        require(
            returned.shape == expected or (self._problems is None and returned.numel() == 1),
            f"the closure must return losses of shape {expected}, got {tuple(returned.shape)}",
        )
        losses = returned.detach().reshape(-1).to(parameters[0])
        for gradient in (parameter.grad for parameter in parameters if parameter.grad is not None):
            finite = torch.isfinite(self._by_problem(gradient)).unsqueeze(-1).flatten(1).all(1)
            losses = torch.where(finite, losses, float("inf"))
        return losses
