"""When to climb and when to descend: the state machine of Hill-ADAM, for many problems at once.

Algorithm 1 of the paper, lines 8-19 and 38. Where it leaves things open: a forgotten loss is NaN, so that no
comparison with it is true; the loss of the step that turns is a candidate for the best; moments restart when
a loss *enters* a dead end, not on every step inside.
"""

from __future__ import annotations

from typing import NamedTuple

from colorfix.optim.arrays import Array, namespace

FORGOTTEN = float("nan")


class Thresholds(NamedTuple):
    """The losses at which Hill-ADAM changes direction, in units of the loss.

    Attributes:
        delta: δ; two losses in a row closer than this are a critical point: turn.
        gamma: γ; a loss above it is a dead end: descend.
        floor: a loss below it climbs, since the loss may have no bottom.
    """

    delta: float
    gamma: float
    floor: float


class Phase(NamedTuple):
    """The phase of each problem; every field has shape [P] and the dtype of the losses.

    All fields are floating point: ``torch.optim.Optimizer.load_state_dict`` casts state to the parameters'
    dtype.

    Attributes:
        direction: +1 descends, -1 climbs: the sign of Adam's step.
        previous: the previous loss; NaN if forgotten.
        confined: 1 inside a dead end, else 0.
        steps: steps since the moments restarted; 1 if they restart now, 0 if no step is taken since the loss
            is not finite, so that they restart with the next.
        turns: critical points met.
        dead_ends: dead ends entered.
        lowest: the lowest finite loss so far; infinite before the first.
    """

    direction: Array
    previous: Array
    confined: Array
    steps: Array
    turns: Array
    dead_ends: Array
    lowest: Array

    def take(self, rows: Array) -> Phase:
        """Return the state of some of the problems."""
        return Phase._make(figures[rows] for figures in self)


class LossFlags(NamedTuple):
    """Flags of the newest losses; shapes [P], boolean.

    Attributes:
        improved: the lowest loss so far: its parameters are the best.
        lost: NaN or infinite: the parameters go back to the best.
    """

    improved: Array
    lost: Array


def start(losses: Array) -> Phase:
    """Return the phase before the first step; ``losses``, shape [P], gives only shape, dtype and device.

    >>> import numpy as np
    >>> start(np.zeros(2)).direction.tolist()
    [1.0, 1.0]
    """
    xp = namespace(losses)
    zero, one = xp.zeros_like(losses), xp.ones_like(losses)
    return Phase(
        direction=one, previous=zero * FORGOTTEN, confined=zero, steps=zero, turns=zero, dead_ends=zero,
        lowest=one * float("inf"),
    )  # fmt: skip


def advance(phase: Phase, losses: Array, thresholds: Thresholds) -> tuple[Phase, LossFlags]:
    """Advance the phase of each problem by its newest loss.

    With L = ``losses`` and L' = ``phase.previous``: turn if |L - L'| < δ; descend if L > γ; climb if L is
    below the floor. A loss that is NaN or infinite counts as a dead end and is never the best.

    Args:
        phase: before these losses.
        losses: shape [P].
        thresholds: δ, γ and the floor.

    Returns:
        The phase of the next step, and flags of these losses.

    >>> import numpy as np
    >>> thresholds = Thresholds(delta=0.1, gamma=100.0, floor=-100.0)
    >>> phase, _ = advance(start(np.zeros(1)), np.array([4.0]), thresholds)
    >>> phase, flags = advance(phase, np.array([3.95]), thresholds)
    >>> phase.direction.tolist(), phase.turns.tolist(), flags.improved.tolist()
    ([-1.0], [1.0], [True])
    """
    xp = namespace(losses)
    finite = xp.isfinite(losses)
    lost = ~finite
    turned = xp.abs(losses - phase.previous) < thresholds.delta
    above = (losses > thresholds.gamma) | lost
    below = finite & (losses < thresholds.floor)
    outside = above | below
    entered = outside & (phase.confined == 0)
    improved = finite & (losses < phase.lowest)

    direction = xp.where(turned, -phase.direction, phase.direction)
    direction = xp.where(above, 1.0, xp.where(below, -1.0, direction))
    return (
        Phase(
            direction=direction,
            previous=xp.where(turned | outside, FORGOTTEN, losses),
            confined=xp.where(outside, 1.0, xp.zeros_like(losses)),
            steps=xp.where(lost, 0.0, xp.where(turned | entered, 1.0, phase.steps + 1)),
            turns=phase.turns + turned,
            dead_ends=phase.dead_ends + entered,
            lowest=xp.where(improved, losses, phase.lowest),
        ),
        LossFlags(improved, lost),
    )
