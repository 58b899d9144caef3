"""How Hill-ADAM moves parameters: Adam's step times the direction of the phase.

Algorithm 1 of the paper, lines 20-36, as a pure function over arrays, with two differences from the listing:
the moments are bias-corrected into temporaries (standard Adam; the listing overwrites them), and ε is outside
the root, as in Eq. 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix.optim.arrays import Array, namespace, per_problem

if TYPE_CHECKING:
    from colorfix.optim.phase import LossFlags, Phase


class Adam(NamedTuple):
    """The settings of Adam's step (Kingma & Ba 2014).

    Attributes:
        lr: λ, the learning rate, in units of the parameters; at least 0.
        beta1: decay of the mean of the gradients, 0 to 1.
        beta2: decay of the mean of the squared gradients, 0 to 1.
        eps: ε, added to the root, in units of the gradients; at least 0.
    """

    lr: float
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8


class AdamState(NamedTuple):
    """The state of one array of parameters; each field has its shape, [P, ...].

    Attributes:
        first: E[g], the running mean of the gradients.
        second: E[g²], the running mean of their squares.
        best: the parameters at which the best loss of their problem was measured.
    """

    first: Array
    second: Array
    best: Array

    def take(self, rows: Array) -> AdamState:
        """Return the state of some of the problems."""
        return AdamState._make(figures[rows] for figures in self)


def start_state(parameters: Array) -> AdamState:
    """Return the state before the first step: zero moments, the best point is the start."""
    zeros = namespace(parameters).zeros_like(parameters)
    return AdamState(zeros, zeros, parameters + zeros)


def move(
    parameters: Array, gradients: Array, state: AdamState, phase: Phase, flags: LossFlags, adam: Adam
) -> tuple[Array, AdamState]:
    """Take one step from where the losses were measured.

    With t = ``phase.steps`` and s = ``phase.direction``:
    m = β₁m + (1 - β₁)g, v = β₂v + (1 - β₂)g², x = x - s λ m̂ / (√v̂ + ε), m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 -
    β₂ᵗ). At t = 1 the old moments are dropped. A problem whose loss or gradient is not finite goes back to
    its best point, without moments.

    Args:
        parameters: x, shape [P, ...], where the losses were measured.
        gradients: g, the same shape.
        state: moments and best point of these parameters.
        phase: of each problem, from :func:`colorfix.optim.phase.advance`.
        flags: from the same call.
        adam: λ, β₁, β₂ and ε.

    Returns:
        The parameters to measure next, and the state.

    >>> import numpy as np
    >>> from colorfix.optim import phase as phases
    >>> x, g, losses = np.array([[3.0]]), np.array([[6.0]]), np.array([9.0])
    >>> phase, flags = phases.advance(phases.start(losses), losses, phases.Thresholds(1e-4, 1e4, -1e4))
    >>> x, state = move(x, g, start_state(x), phase, flags, Adam(lr=0.5))
    >>> x.round(6).tolist(), state.best.tolist()
    ([[2.5]], [[3.0]])
    """
    xp = namespace(parameters)
    lost = per_problem(flags.lost, parameters)
    steps = xp.where(lost, 1.0, per_problem(phase.steps, parameters))
    gradients = xp.where(lost, 0.0, gradients)
    # selected, not multiplied by 0: a square that overflowed is infinite, and 0 times infinity is NaN
    restarted = steps == 1
    first = xp.where(restarted, 0.0, state.first) * adam.beta1 + gradients * (1 - adam.beta1)
    second = xp.where(restarted, 0.0, state.second) * adam.beta2 + gradients * gradients * (1 - adam.beta2)

    size = per_problem(phase.direction, parameters) * (adam.lr / (1 - adam.beta1**steps))
    root = xp.sqrt(second) / xp.sqrt(1 - adam.beta2**steps)
    back, stayed = stay(parameters, state, flags)
    moved = parameters - size * first / (root + adam.eps)
    return xp.where(lost, back, moved), AdamState(first, second, stayed.best)


def stay(parameters: Array, state: AdamState, flags: LossFlags) -> tuple[Array, AdamState]:
    """Take no step, for parameters without a gradient: which are part of the best point too.

    Returns:
        The parameters, at the best point where the loss is not finite, and the state.
    """
    xp = namespace(parameters)
    best = xp.where(per_problem(flags.improved, parameters), parameters, state.best)
    return xp.where(per_problem(flags.lost, parameters), best, parameters), state._replace(best=best)


class ParameterArray(NamedTuple):
    """One array of the parameters of P problems.

    Attributes:
        parameters: x, shape [P, ...], where the losses were measured.
        gradients: g, the same shape, or None; without them, or with λ = 0, the parameters do not move.
        state: the rule's state of them.
        adam: λ, β₁, β₂ and ε; the ray rule uses λ alone.
    """

    parameters: Array
    gradients: Array | None
    state: Any
    adam: Adam
