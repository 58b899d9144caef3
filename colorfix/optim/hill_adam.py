"""Hill-ADAM as a ``torch.optim.Optimizer``."""

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


def thresholds(group: dict[str, Any]) -> Thresholds:
    """Return δ, γ and the floor of a group."""
    return Thresholds(group["delta"], group["gamma"], group["floor"])


def shared(group: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that all groups of a problem share, since it turns as a whole."""
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
        len(betas) == 2 and all(0 <= beta < 1 for beta in betas),  # noqa: PLR2004 - one for each moment
        f"betas must be two in [0, 1), got {betas}",
    )
    require(
        group["floor"] < group["gamma"],
        f"floor must be below gamma, got floor {group['floor']} and gamma {group['gamma']}",
    )


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence in a call
    """Raise a ``ValueError`` unless the condition holds."""
    if not condition:
        raise ValueError(message)


class HillAdam(Optimizer):
    """Adam that climbs out of minima: Algorithm 1 of *Explore the Loss space with Hill-ADAM*.

    It descends with Adam until two losses in a row differ by less than δ, climbs until they do so again, and
    so on; above γ it descends at once. It stores the lowest loss with its parameters. ``exploration="ray"``
    is a rule that finds more minima in fewer steps: from the best point it walks straight out over a ridge,
    and descends by secant steps (``docs/hill-adam.md``).

    With ``problems=P`` the first dimension of every parameter is P and the closure returns P losses. Each
    problem then has its own turns, dead ends and best point, exactly as alone, without a synchronization with
    the device.

    Args:
        params: parameters or groups, as for any torch optimizer; a group may set its own ``lr``,
            ``betas`` and ``eps``. float32 or float64, on one device.
        lr: λ, in units of the parameters, at least 0.
        betas: decay of the mean of the gradients and of their squares, each in [0, 1).
        eps: ε of Eq. 1, in units of the gradients, at least 0.
        delta: δ, in units of the loss, at least 0: two losses in a row closer than this turn; 0 is Adam.
        gamma: γ, in units of the loss: a loss above it is a dead end. The paper gives no value; 1e4 is the
            default of its authors' scripts.
        floor: in units of the loss, below ``gamma``: a loss below it climbs, so that a loss without a bottom
            is not followed down for ever.
        problems: P, or None for one problem with parameters of any shape and a scalar loss.
        exploration: the rule, ``"paper"`` or ``"ray"``. For the ray, λ is the first step of a walk and must
            be above 0, δ ends a descent, γ and the floor end a walk, and β and ε have no effect.

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

    def __init__(  # noqa: PLR0913 - torch's own four, and the rule's settings
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
        # in the defaults, so that state_dict, copies and pickles contain them
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
            The result of the closure: the loss at the parameters before this step.
        """
        with torch.enable_grad():
            returned = closure()
        parameters = [(p, group) for group in self.param_groups for p in group["params"]]
        losses = self._usable(returned, [p for p, _ in parameters])
        arrays = [self._array(parameter, group) for parameter, group in parameters]
        phase, moves = self._exploration.step(
            arrays, self._phase(losses), losses, thresholds(self.param_groups[0])
        )
        self._anchor.update(phase._asdict())
        for (parameter, _), (moved, state) in zip(parameters, moves, strict=True):
            self.state[parameter].update(state._asdict())
            self._by_problem(parameter).copy_(moved)
        return returned

    @property
    def best_loss(self) -> Tensor:
        """The lowest finite loss so far; scalar, or shape [P]; infinite before the first."""
        return self._figure("lowest")

    @property
    def turns(self) -> Tensor:
        """Critical points met; scalar, or shape [P]."""
        return self._figure("turns").long()

    @property
    def dead_ends(self) -> Tensor:
        """Dead ends entered; scalar, or shape [P]."""
        return self._figure("dead_ends").long()

    @property
    def climbing(self) -> Tensor:
        """Whether the last step climbed, or walked along a ray; scalar, or shape [P]."""
        return self._figure("direction") < 0

    @torch.no_grad()
    def restore_best(self) -> None:
        """Set the parameters to those of the best loss."""
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
        """State of the first parameter, which contains the phase, so that ``state_dict`` does."""
        first = next(parameter for group in self.param_groups for parameter in group["params"])
        state: dict[str, Tensor] = self.state[first]
        return state

    @property
    def _exploration(self) -> Exploration:
        return exploration_of(self.param_groups[0]["exploration"])

    def _phase(self, losses: Tensor) -> Any:  # noqa: ANN401 - the rule's own type
        rule, anchor = self._exploration, self._anchor
        return (
            rule.phase(*(anchor[name] for name in rule.phase._fields))
            if "lowest" in anchor
            else rule.start_phase(losses)
        )

    def _array(self, parameter: Tensor, group: dict[str, Any]) -> ParameterArray:
        """Return one parameter with its gradient, its state and its group's settings."""
        rule, stored, x = self._exploration, self.state[parameter], self._by_problem(parameter)
        state = (
            rule.state(*(stored[name] for name in rule.state._fields))
            if "best" in stored
            else rule.start_state(x)
        )
        gradient = None if parameter.grad is None else self._by_problem(parameter.grad)
        beta1, beta2 = group["betas"]
        return ParameterArray(x, gradient, state, Adam(group["lr"], beta1, beta2, group["eps"]))

    def _figure(self, name: str) -> Tensor:
        """Return one field of the phase in the shape of the closure's losses."""
        require(name in self._anchor, "there is no loss yet: call step first")
        figure = self._anchor[name]
        return figure.clone() if self._problems is not None else figure[0].clone()

    def _by_problem(self, tensor: Tensor) -> Tensor:
        """Return a view of a tensor with the problems first."""
        return tensor if self._problems is not None else tensor.unsqueeze(0)

    def _usable(self, returned: Tensor, parameters: list[Tensor]) -> Tensor:
        """Return losses in shape [P] and the parameters' dtype; infinite if a gradient is not finite."""
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
