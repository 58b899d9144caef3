"""The ray rule: descend, walk straight out over a ridge, descend; one phase a problem.

``docs/hill-adam.md`` has the rule in a paragraph, its pseudo-code and the effect of each part. This file
decides when a walk or a descent is over and what follows; :mod:`colorfix.optim.ray_move` moves the
parameters. Arrays have shape [P]. Lengths are in units of λ, the learning rate: with u = x / λ, slopes are
those along u.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.optim.arrays import Array, namespace
from colorfix.optim.phase import LossFlags

if TYPE_CHECKING:
    from colorfix.optim.phase import Thresholds

STRIDE = 1.3
"""Growth of a walk's step at every step, so that all scales of distance are searched alike."""

REACH = 25
"""Most steps of a walk: with this growth its length is then 2300 first steps."""

STRETCH, SHRINK = 2.0, 0.5
"""Longest step of a descent, in units of the last: after an accepted step, and after a rejected one."""

MOST_STEPS = 200
"""Most steps of a descent."""

FINE = 0.01
"""Share of δ that ends a descent which may become the best; any other ends with δ itself."""

DRAG = 3.0
"""Longest step to the side, in units of the step along the ray."""

RIDGES = 3
"""Most ridges that a walk crosses: one in the first round of directions, two in the second, and again."""


class Descent(NamedTuple):
    """The problems that descend, by their newest losses; shapes [P].

    Attributes:
        rejected: the loss is higher than at the base: the step is not accepted.
        over: at the bottom, or out of steps.
        loss: at the base.
        steepest: largest slope at the base.
        square: sum of the squares of the slopes at the base.
        bent: the slope grew along the last step, as in a basin.
        secant: step to the point where the slope would be 0; infinite unless bent.
        against: step against those slopes.
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
    """The problems that walk, by their newest losses; boolean, shapes [P].

    Attributes:
        crossed: the walk has crossed a ridge.
        dead: it is at a dead end.
        landing: it ends in a descent.
        over: it is at a dead end, or out of steps.
    """

    crossed: Array
    dead: Array
    landing: Array
    over: Array


def walk_of(ray: RayPhase, losses: Array, thresholds: Thresholds) -> Walk:
    """Evaluate a walk by its newest loss."""
    walking = ray.direction < 0
    dead = walking & ((losses > thresholds.gamma) | (losses < thresholds.floor))
    crossed = walking & (losses < ray.previous) & (ray.rose == 1)
    lower = walking & (losses < ray.level - thresholds.delta)
    landing = ~dead & (lower | (crossed & (ray.ridges <= 1)))
    return Walk(crossed, dead, landing, dead | (walking & ~landing & (ray.steps >= REACH)))


def descent_of(
    ray: RayPhase, losses: Array, slopes: Slopes, thresholds: Thresholds, landing: Array
) -> Descent:
    """Evaluate a descent by its newest loss, and return its next step.

    The step against the slopes is a secant step, a = Σ Δu² / Σ Δu Δg (Barzilai & Borwein 1988), no longer
    than twice the last one; where the loss rose it is at most half as long, from the base again.
    """
    xp = namespace(losses)
    starting = landing | (ray.steps == 0)
    going = (ray.direction > 0) & ~starting
    rejected = going & ~(losses < ray.previous)
    loss = xp.where(rejected, ray.previous, losses)
    steepest = xp.where(rejected, ray.steepest, slopes.steepest)
    square = xp.where(rejected, ray.square, slopes.square)

    bent = going & (slopes.bend > 0)
    secant = xp.where(bent, slopes.length / xp.where(bent, slopes.bend, 1.0), float("inf"))
    longest = xp.where(starting, ray.stride, slopes.moved * xp.where(rejected, SHRINK, STRETCH))
    sloping = steepest > 0
    against = xp.minimum(secant, xp.where(sloping, longest / xp.where(sloping, steepest, 1.0), 0.0))

    hopeless = loss > ray.level + thresholds.delta
    delta = thresholds.delta * xp.where(hopeless, xp.ones_like(losses), FINE)
    level = going & (xp.abs(losses - ray.previous) < delta) & (against * square < delta)
    over = level | ~sloping | (ray.steps >= MOST_STEPS) | (losses < thresholds.floor)
    return Descent(rejected, (ray.direction > 0) & over, loss, steepest, square, bent, secant, against)


def dragged(ray: RayPhase, slopes: Slopes, stride: Array, aside: Array) -> tuple[Array, Array]:
    """Return steps along the heading and against the slopes; with a step to the side where ``aside`` is true.

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
    """Return the ridges to cross: one more, in turn, with every round of two headings a coordinate."""
    xp = namespace(tries)
    return 1.0 + xp.floor(tries / (2 * coordinates)) % RIDGES


class RayPhase(NamedTuple):
    """The phase of each problem; every field has shape [P] and the dtype of the losses.

    All fields are floating point: ``torch.optim.Optimizer.load_state_dict`` casts state to the parameters'
    dtype.

    Attributes:
        direction: +1 descends, -1 walks.
        previous: descending, the loss at the base, the point after the last accepted step; walking, the last
            loss.
        steps: of this descent or walk; 0 before the first.
        stride: the walk's step along the ray.
        steepest: largest slope at the base.
        square: sum of the squares of the slopes at the base.
        secant: length over change of slope between the last two points of a descent: about one over the
            curvature.
        rose: 1 if the walk has risen since its last ridge, else 0.
        ridges: ridges that the walk has still to cross.
        reversed: 1 if the heading has been walked in both directions, else 0.
        headings: headings drawn.
        tries: headings drawn since a walk led to a lower minimum.
        level: the lowest loss when the walk began; infinite before the first.
        turns: descents that ended.
        dead_ends: dead ends of walks.
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

    def take(self, rows: Array) -> RayPhase:
        """Return the phase of some of the problems."""
        return RayPhase._make(figures[rows] for figures in self)


class Slopes(NamedTuple):
    """Measurements of all parameters of a problem; shapes [P], lengths in units of λ.

    Attributes:
        steepest: largest slope.
        square: sum of the squares of the slopes.
        moved: largest distance from the base.
        length: sum of the squares of the distances from the base.
        bend: sum of distance times change of slope, from the base.
        uphill: slope along the heading, which is not a unit vector: Σ d g.
        norm: sum of the squares of the heading.
        farthest: largest coordinate of heading plus distance: before the first heading, of the distance
            travelled.
    """

    steepest: Array
    square: Array
    moved: Array
    length: Array
    bend: Array
    uphill: Array
    norm: Array
    farthest: Array


class Instructions(NamedTuple):
    """Instructions for the next step of the parameters; shapes [P].

    x' = x₀ + λ (along · d - against · λ g₀): x₀ and g₀ are the base and its slopes, or x₀ is the best point.

    Attributes:
        flags: of the newest losses.
        rejected: the base stays where it was.
        travelled: the step counts for the distance travelled.
        best: start from the best point, not from the base.
        drawn: take a new heading.
        factor: factor of the heading.
        along: steps along the heading.
        against: steps against the slopes.
    """

    flags: LossFlags
    rejected: Array
    travelled: Array
    best: Array
    drawn: Array
    factor: Array
    along: Array
    against: Array


def start(losses: Array) -> RayPhase:
    """Return the phase before the first step; ``losses``, shape [P], gives only shape, dtype and device.

    >>> import numpy as np
    >>> start(np.zeros(2)).direction.tolist()
    [1.0, 1.0]
    """
    xp = namespace(losses)
    zero, one = xp.zeros_like(losses), xp.ones_like(losses)
    highest = one * float("inf")
    return RayPhase(
        direction=one, previous=highest, steps=zero, stride=one, steepest=zero, square=zero, secant=zero,
        rose=zero, ridges=one, reversed=zero, headings=zero, tries=zero, level=highest, turns=zero,
        dead_ends=zero, lowest=highest,
    )  # fmt: skip


class Turning(NamedTuple):
    """The problems that begin a walk from the best point, and its heading; shapes [P].

    Attributes:
        over: a descent has ended.
        better: it led to a lower minimum: walk on along the same heading.
        leaving: a walk begins.
        drawn: it takes a new heading.
        back: it takes the opposite direction.
        factor: factor of the heading.
    """

    over: Array
    better: Array
    leaving: Array
    drawn: Array
    back: Array
    factor: Array


def advance(
    ray: RayPhase, losses: Array, slopes: Slopes, thresholds: Thresholds, coordinates: int
) -> tuple[RayPhase, Instructions]:
    """Advance the phase of each problem by its newest loss.

    Args:
        ray: phase before these losses.
        losses: shape [P]; NaN or infinite is a dead end and never the best.
        slopes: of the same points.
        thresholds: δ ends a descent; a walk above γ or below the floor is at a dead end.
        coordinates: number of all parameters of a problem.

    Returns:
        The phase of the next step, and instructions for the parameters.
    """
    xp = namespace(losses)
    lost = ~xp.isfinite(losses)
    losses = xp.where(lost, float("inf"), losses)
    flags = LossFlags(losses < ray.lowest, lost)
    ray = ray._replace(lowest=xp.where(flags.improved, losses, ray.lowest))
    walk = walk_of(ray, losses, thresholds)
    descent = descent_of(ray, losses, slopes, thresholds, walk.landing)
    turning = _turning(ray, descent, walk, slopes, thresholds)
    after = _after(ray, losses, descent, walk, turning, coordinates)

    unstarted, walking = ray.lowest == float("inf"), after.direction < 0
    aside = walking & ~turning.leaving & (after.headings % 2 == 1)
    along, against = dragged(ray, slopes, after.stride, aside)
    return after, Instructions(
        flags=flags,
        rejected=descent.rejected,
        travelled=(ray.direction > 0) & (ray.turns == 0) & (~descent.rejected | turning.over),
        best=turning.leaving | unstarted,
        drawn=turning.drawn,
        factor=turning.factor,
        along=xp.where(walking, along, 0.0),
        against=xp.where(unstarted, 0.0, xp.where(walking, against, descent.against)),
    )


def _turning(ray: RayPhase, descent: Descent, walk: Walk, slopes: Slopes, thresholds: Thresholds) -> Turning:
    """Walk on after a lower minimum; else walk in the opposite direction, and then along a new heading."""
    xp = namespace(descent.loss)
    over = descent.over & (ray.lowest < float("inf"))
    better = over & (descent.loss < ray.level - thresholds.delta)
    failed = (over & ~better) | walk.over
    first = over & (ray.turns == 0)  # heads the way it has travelled, unless it started at the bottom
    drawn = (first & (slopes.farthest == 0)) | (failed & ~first & (ray.reversed == 1))
    back = failed & ~first & ~drawn
    length = xp.where(first & ~drawn, slopes.farthest, xp.ones_like(descent.loss))
    return Turning(over, better, better | failed, drawn, back, xp.where(back, -1.0, 1 / length))


def _after(
    ray: RayPhase, losses: Array, descent: Descent, walk: Walk, turning: Turning, coordinates: int
) -> RayPhase:
    """Return the phase of the next step; the lowest loss has been updated."""
    xp = namespace(losses)
    one, leaving, began = xp.ones_like(losses), turning.leaving, turning.leaving | walk.landing
    walking = leaving | ((ray.direction < 0) & ~walk.landing)
    tries = xp.where(turning.better, 0.0, ray.tries + turning.drawn)
    started = ray.lowest < float("inf")
    return RayPhase(
        direction=xp.where(walking, -one, one),
        previous=xp.where(leaving, ray.lowest, descent.loss),
        steps=xp.where(began, one, xp.where(started, ray.steps + 1, 0.0)),
        stride=xp.where(leaving, one, xp.where(walking, ray.stride * STRIDE, ray.stride)),
        steepest=descent.steepest,
        square=descent.square,
        secant=xp.where(descent.bent, descent.secant, ray.secant),
        rose=xp.where(leaving | walk.crossed, 0.0, xp.where(losses > ray.previous, 1.0, ray.rose)),
        ridges=xp.where(
            leaving, ridges_of(tries, coordinates), xp.where(walk.crossed, ray.ridges - 1, ray.ridges)
        ),
        reversed=xp.where(turning.back, 1.0, xp.where(turning.better | turning.drawn, 0.0, ray.reversed)),
        headings=ray.headings + turning.drawn,
        tries=tries,
        level=xp.where(leaving, ray.lowest, ray.level),
        turns=ray.turns + turning.over,
        dead_ends=ray.dead_ends + walk.dead,
        lowest=ray.lowest,
    )
