"""Where to go next by the ray rule: descend, walk straight out over a ridge, descend; one state a problem.

The rule in a paragraph, its pseudo-code and what each part is worth: ``docs/hill-adam.md``. Here is what
is decided of a problem, arrays of shape [P]: :mod:`colorfix.optim.ray_legs` judges walks and descents, and
:mod:`colorfix.optim.ray_move` moves the parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.optim.arrays import Array, namespace
from colorfix.optim.phase import Verdict
from colorfix.optim.ray_legs import STRIDE, Descent, Walk, descent_of, dragged, ridges_of, walk_of
from colorfix.optim.ray_state import Orders, Ray, Slopes

if TYPE_CHECKING:
    from colorfix.optim.phase import Thresholds


class Turning(NamedTuple):
    """Who leaves for a walk from the best point now, and where to; shapes [P].

    Attributes:
        over: a descent has ended.
        better: it led to a lower minimum: walk on, the same way.
        leaving: a walk begins.
        drawn: on a new heading.
        back: the other way.
        factor: what the heading is multiplied by.
    """

    over: Array
    better: Array
    leaving: Array
    drawn: Array
    back: Array
    factor: Array


def advance(
    ray: Ray, losses: Array, slopes: Slopes, thresholds: Thresholds, coordinates: int
) -> tuple[Ray, Orders]:
    """Take in one loss a problem and decide where each goes next.

    Args:
        ray: where each problem stood before.
        losses: shape [P]; NaN or infinite is a dead end and never the best.
        slopes: of the same points.
        thresholds: δ ends a descent; a walk above γ or below the floor is at a dead end.
        coordinates: parameters of a problem, all counted.

    Returns:
        The state for the step to take now, and what the parameters are to do.
    """
    xp = namespace(losses)
    lost = ~xp.isfinite(losses)
    losses = xp.where(lost, float("inf"), losses)
    verdict = Verdict(losses < ray.lowest, lost)
    ray = ray._replace(lowest=xp.where(verdict.improved, losses, ray.lowest))
    walk = walk_of(ray, losses, thresholds)
    descent = descent_of(ray, losses, slopes, thresholds, walk.landing)
    turning = _turning(ray, descent, walk, slopes, thresholds)
    after = _after(ray, losses, descent, walk, turning, coordinates)

    unborn, walking = ray.lowest == float("inf"), after.direction < 0
    aside = walking & ~turning.leaving & (after.headings % 2 == 1)
    along, against = dragged(ray, slopes, after.stride, aside)
    return after, Orders(
        verdict=verdict,
        rejected=descent.rejected,
        travelled=(ray.direction > 0) & (ray.turns == 0) & (~descent.rejected | turning.over),
        best=turning.leaving | unborn,
        drawn=turning.drawn,
        factor=turning.factor,
        along=xp.where(walking, along, 0.0),
        against=xp.where(unborn, 0.0, xp.where(walking, against, descent.against)),
    )


def _turning(ray: Ray, descent: Descent, walk: Walk, slopes: Slopes, thresholds: Thresholds) -> Turning:
    """Walk on after a lower minimum; after any other, and after a dead end, back, and then a new way."""
    xp = namespace(descent.loss)
    over = descent.over & (ray.lowest < float("inf"))
    better = over & (descent.loss < ray.level - thresholds.delta)
    failed = (over & ~better) | walk.over
    first = over & (ray.turns == 0)  # its heading is the way travelled, unless it started at the bottom
    drawn = (first & (slopes.way == 0)) | (failed & ~first & (ray.reversed == 1))
    back = failed & ~first & ~drawn
    way = xp.where(first & ~drawn, slopes.way, xp.ones_like(descent.loss))
    return Turning(over, better, better | failed, drawn, back, xp.where(back, -1.0, 1 / way))


def _after(ray: Ray, losses: Array, descent: Descent, walk: Walk, turning: Turning, coordinates: int) -> Ray:
    """Return the state for the step to take now; the lowest loss has been updated."""
    xp = namespace(losses)
    one, leaving, began = xp.ones_like(losses), turning.leaving, turning.leaving | walk.landing
    walking = leaving | ((ray.direction < 0) & ~walk.landing)
    tries = xp.where(turning.better, 0.0, ray.tries + turning.drawn)
    born = ray.lowest < float("inf")
    return Ray(
        direction=xp.where(walking, -one, one),
        previous=xp.where(leaving, ray.lowest, descent.loss),
        steps=xp.where(began, one, xp.where(born, ray.steps + 1, 0.0)),
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
