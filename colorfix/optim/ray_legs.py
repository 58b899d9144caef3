"""The legs of the ray rule: a walk out over a ridge, a descent, and when either is over.

Everything has shape [P]; lengths are in units of λ, the learning rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.optim.arrays import Array, namespace

if TYPE_CHECKING:
    from colorfix.optim.phase import Thresholds
    from colorfix.optim.ray_state import Ray, Slopes

STRIDE = 1.3
"""What a walk's step is multiplied by at every step: distances of all scales are looked at alike."""

REACH = 25
"""Most steps of a walk: with this stride it has then gone 2300 times as far as its first step."""

STRETCH, SHRINK = 2.0, 0.5
"""Longest step of a descent, in units of the last: after one that was taken, and after one that was not."""

MOST_STEPS = 200
"""Most steps of a descent."""

FINE = 0.01
"""Share of δ that ends a descent which may beat the best; one that cannot ends with δ itself."""

DRAG = 3.0
"""Longest step to the side, in units of the step along the ray."""

RIDGES = 3
"""Most ridges that a walk crosses: one in the first round of directions, two in the second, and again."""


class Descent(NamedTuple):
    """What the newest losses mean for those who descend; shapes [P].

    Attributes:
        rejected: higher than at the base: the step was not taken.
        over: at the bottom, or out of steps.
        loss: at the base.
        steepest: largest slope at the base.
        square: sum of the squares of the slopes at the base.
        bent: the slope has grown along the last step, as it does in a hollow.
        secant: step to where the slope would be 0; infinite unless bent.
        against: steps against those slopes.
    """

    rejected: Array
    over: Array
    loss: Array
    steepest: Array
    square: Array
    bent: Array
    secant: Array
    against: Array


class Walk(NamedTuple):
    """What the newest losses mean for those who walk; boolean, shapes [P].

    Attributes:
        crossed: a ridge lies behind.
        dead: a dead end.
        landing: descend from here.
        over: a dead end, or out of steps.
    """

    crossed: Array
    dead: Array
    landing: Array
    over: Array


def walk_of(ray: Ray, losses: Array, thresholds: Thresholds) -> Walk:
    """Judge a walk's newest loss."""
    walking = ray.direction < 0
    dead = walking & ((losses > thresholds.gamma) | (losses < thresholds.floor))
    crossed = walking & (losses < ray.previous) & (ray.rose == 1)
    lower = walking & (losses < ray.level - thresholds.delta)
    landing = ~dead & (lower | (crossed & (ray.ridges <= 1)))
    return Walk(crossed, dead, landing, dead | (walking & ~landing & (ray.steps >= REACH)))


def descent_of(ray: Ray, losses: Array, slopes: Slopes, thresholds: Thresholds, landing: Array) -> Descent:
    """Judge a descent's newest loss, and say how long its next step is.

    The step against the slopes is a secant step, a = Σ Δu² / Σ Δu Δg (Barzilai & Borwein 1988), no longer
    than twice the last one; where the loss rose it is half as long at the most, from the base again.
    """
    xp = namespace(losses)
    fresh = landing | (ray.steps == 0)
    going = (ray.direction > 0) & ~fresh
    rejected = going & ~(losses < ray.previous)
    loss = xp.where(rejected, ray.previous, losses)
    steepest = xp.where(rejected, ray.steepest, slopes.steepest)
    square = xp.where(rejected, ray.square, slopes.square)

    bent = going & (slopes.bend > 0)
    secant = xp.where(bent, slopes.length / xp.where(bent, slopes.bend, 1.0), float("inf"))
    longest = xp.where(fresh, ray.stride, slopes.moved * xp.where(rejected, SHRINK, STRETCH))
    sloping = steepest > 0
    against = xp.minimum(secant, xp.where(sloping, longest / xp.where(sloping, steepest, 1.0), 0.0))

    hopeless = loss > ray.level + thresholds.delta
    delta = thresholds.delta * xp.where(hopeless, xp.ones_like(losses), FINE)
    level = going & (xp.abs(losses - ray.previous) < delta) & (against * square < delta)
    over = level | ~sloping | (ray.steps >= MOST_STEPS) | (losses < thresholds.floor)
    return Descent(rejected, (ray.direction > 0) & over, loss, steepest, square, bent, secant, against)


def dragged(ray: Ray, slopes: Slopes, stride: Array, aside: Array) -> tuple[Array, Array]:
    """Return steps along the heading, and against the slopes: to the side where ``aside`` says so.

    The step to the side descends in all directions but the heading, by the secant step that ended the last
    descent, and is at most DRAG times as long as the step along.
    """
    xp = namespace(stride)
    norm = xp.where(slopes.norm > 0, slopes.norm, 1.0)
    across = xp.sqrt(xp.maximum(slopes.square - slopes.uphill * slopes.uphill / norm, xp.zeros_like(norm)))
    aside = aside & (across > 0) & xp.isfinite(across)
    longest = DRAG * stride * xp.sqrt(norm) / xp.where(aside, across, 1.0)
    against = xp.where(aside, xp.minimum(ray.secant, longest), 0.0)
    return stride + xp.where(aside, against * slopes.uphill / norm, 0.0), against


def ridges_of(tries: Array, coordinates: int) -> Array:
    """Return how many ridges to cross: more, in turn, with every round of two headings a coordinate."""
    xp = namespace(tries)
    return 1.0 + xp.floor(tries / (2 * coordinates)) % RIDGES
