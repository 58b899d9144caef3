"""What the ray rule remembers of a problem, what it measures, and what it orders; shapes [P].

Lengths are in units of λ, the learning rate: with u = x / λ, slopes are those along u.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.optim.arrays import namespace

if TYPE_CHECKING:
    from colorfix.optim.arrays import Array
    from colorfix.optim.phase import Verdict


class Ray(NamedTuple):
    """Where each problem stands; every field has shape [P] and the dtype of the losses.

    Floating point throughout, because ``torch.optim.Optimizer.load_state_dict`` casts all state to the
    parameters' dtype.

    Attributes:
        direction: +1 descends, -1 walks.
        previous: descending, the loss at the base, where the last step that was taken led; walking, the last
            loss.
        steps: of this descent or walk; 0 before the first.
        stride: the walk's step along the ray.
        steepest: largest slope at the base.
        square: sum of the squares of the slopes at the base.
        secant: length over change of slope between the last two points of a descent: about one over the
            curvature.
        rose: 1 when the walk has risen since its last ridge, else 0.
        ridges: how many more the walk has to cross.
        reversed: 1 when the heading has been walked both ways, else 0.
        headings: how many were drawn.
        tries: how many were drawn since a walk led to a lower minimum.
        level: the lowest loss when the walk began; infinite before the first.
        turns: how often a descent ended.
        dead_ends: how often a walk met a dead end.
        lowest: the lowest finite loss so far; infinite before the first.
    """

    direction: Array
    previous: Array
    steps: Array
    stride: Array
    steepest: Array
    square: Array
    secant: Array
    rose: Array
    ridges: Array
    reversed: Array
    headings: Array
    tries: Array
    level: Array
    turns: Array
    dead_ends: Array
    lowest: Array


class Slopes(NamedTuple):
    """What all parameters of a problem say together; shapes [P], lengths in units of λ.

    Attributes:
        steepest: largest slope.
        square: sum of the squares of the slopes.
        moved: largest distance from the base.
        length: sum of the squares of the distances from the base.
        bend: sum of distance times change of slope, from the base.
        uphill: slope along the heading, which is not a unit vector: Σ d g.
        norm: sum of the squares of the heading.
        way: largest coordinate of heading and distance together: before the first heading, of the way
            travelled.
    """

    steepest: Array
    square: Array
    moved: Array
    length: Array
    bend: Array
    uphill: Array
    norm: Array
    way: Array


class Orders(NamedTuple):
    """What the parameters are to do; shapes [P].

    x' = x₀ + λ (along · d - against · λ g₀): x₀ and g₀ are the base and its slopes, or x₀ is the best point.

    Attributes:
        verdict: whether this loss is the best, or none.
        rejected: the base stays where it was.
        travelled: the step belongs to the way travelled.
        best: start from the best point, not from the base.
        drawn: take a new heading.
        factor: what the heading is multiplied by.
        along: steps along the heading.
        against: steps against the slopes.
    """

    verdict: Verdict
    rejected: Array
    travelled: Array
    best: Array
    drawn: Array
    factor: Array
    along: Array
    against: Array


def start(losses: Array) -> Ray:
    """Return the state before the first step; ``losses``, shape [P], gives only shape, dtype and device.

    >>> import numpy as np
    >>> start(np.zeros(2)).direction.tolist()
    [1.0, 1.0]
    """
    xp = namespace(losses)
    zero, one = xp.zeros_like(losses), xp.ones_like(losses)
    highest = one * float("inf")
    return Ray(
        direction=one, previous=highest, steps=zero, stride=one, steepest=zero, square=zero, secant=zero,
        rose=zero, ridges=one, reversed=zero, headings=zero, tries=zero, level=highest, turns=zero,
        dead_ends=zero, lowest=highest,
    )  # fmt: skip
