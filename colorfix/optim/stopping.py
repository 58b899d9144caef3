"""Section 5 of the paper, Eq. 13: where Adam's step along a trace is about 0, so that Adam stops.

What the paper leaves open, and what is done here:

- *About 0.* The step that leads on has fallen to τλ or below, ``tolerance`` being τ. With τ = 0 that is where
  the step changes its sign, which is where E[g] does: λ, β₂ and ε then have no part in the condition, and Δx
  and β₁ decide alone.
- *Extrema.* The condition speaks of an extremum that the trace has passed. Any point where f' = 0 is meant,
  inflections too: at one the step becomes small without changing its sign.
- *Either side.* Eq. 13 has a case for traces that go right and one for traces that go left. Adam is taken not
  to escape an extremum when both hold: a trace comes from the start, and the next goes back from where the
  step of the first was about 0.
- *Δx.* The paper does not choose it. Of what docs/escape.md tries, (1 - β₁)λ predicts best: E[g] lags behind
  by Δx β₁/(1 - β₁), so that Adam is taken to run past a minimum by β₁λ, about one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.optim.escape import begin, include, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.optim.escape import Floats, Slope
    from colorfix.optim.rule import Adam

PASSES = 20
"""After so many traces to and fro over more than one extremum, no stop is predicted."""


class Landscape(NamedTuple):
    """Losses of one number each, as far as Eq. 13 needs them.

    Attributes:
        slope: f', one problem's at each of P points, shape [P] to [P].
        extrema: where f' = 0, from left to right, shape [K, P], or [K, 1] for one loss from all starts;
            inflections with the minima and maxima, and infinity where a problem has fewer than K.
    """

    slope: Slope
    extrema: Floats


class Halt(NamedTuple):
    """Where a trace first satisfied its side of Eq. 13; each field has the shape of the starts.

    Attributes:
        x: the first point behind an extremum with a step of about 0; NaN where there was none within reach.
        extremum: the number, from 0, of the extremum passed last; -1 where there was none.
    """

    x: Floats
    extremum: NDArray[np.int64]


def stops(
    landscape: Landscape, starts: Floats, spacing: float, adam: Adam, *, tolerance: float, reach: float
) -> tuple[NDArray[np.int64], Halt]:
    """Predict which extremum Adam does not escape, Eq. 13 on both sides.

    The first trace goes downhill from the start. Where its step is about 0 the next begins, with averages of
    its own, and goes back. Two traces in a row that halt behind the same extremum have it between them: Adam
    stops there. It also stops where the step is about 0 though the slope still leads on, as at an inflection,
    and where it starts with no slope at all.

    Args:
        landscape: f' and its zeros.
        starts: x_0, shape [P].
        spacing: Δx, the distance between the points of a trace, above 0, in units of x.
        adam: λ, β₁, β₂ and ε.
        tolerance: τ, up to which a step is about 0, as a share of λ; at least 0.
        reach: how far a trace goes before it is given up, in units of x.

    Returns:
        The number of the extremum, -1 where no stop is predicted, shape [P]; and the halts of the first
        traces, where Adam is predicted to turn for the first time.

    Points farther apart carry Adam over the barrier of a double well, or to and fro for ever:

    >>> from colorfix.optim.rule import Adam
    >>> double_well = Landscape(lambda x: 4 * x * (x - 1) * (x + 1), np.array([[-1.0], [0.0], [1.0]]))
    >>> starts = np.array([-2.0, 0.5])
    >>> for spacing in (0.03, 0.05, 0.3):
    ...     stops(double_well, starts, spacing, Adam(0.1), tolerance=0.0, reach=9.0)[0].tolist()
    [0, 2]
    [2, 2]
    [-1, -1]
    """
    slopes = landscape.slope(starts)
    direction = -np.sign(slopes)
    nearest = np.abs(starts - landscape.extrema).argmin(axis=0)
    found = np.where(direction == 0, nearest, -1)
    going, x, previous = direction != 0, starts, np.full(starts.shape, -1)
    first = None
    for _ in range(PASSES):
        gaps = np.where(going, direction * spacing, 0.0)
        here = halt(landscape, x, gaps, adam, tolerance=tolerance, reach=reach)
        first = first or here
        leads_on = -landscape.slope(here.x) * direction > 0
        stopped = going & (leads_on | (here.extremum == previous)) & (here.extremum >= 0)
        found = np.where(stopped, here.extremum, found)
        going = going & ~stopped & (here.extremum >= 0)
        if not going.any():
            break
        x, direction, previous = np.where(going, here.x, x), -direction, here.extremum
    assert first is not None  # noqa: S101 - there is at least one pass
    return found, first


def halt(
    landscape: Landscape, starts: Floats, spacing: Floats, adam: Adam, *, tolerance: float, reach: float
) -> Halt:
    """Follow traces until their step is about 0 behind an extremum: one side of Eq. 13 each.

    Args:
        landscape: f' and its zeros.
        starts: x_0, shape [P].
        spacing: Δx, shape [P]; its sign is where a trace goes, and 0 follows none.
        adam: λ, β₁, β₂ and ε.
        tolerance: τ, as a share of λ.
        reach: how far a trace goes, in units of x.

    A mean that forgets half lags behind by one distance: it sees the slope of x² change sign a point late.

    >>> from colorfix.optim.rule import Adam
    >>> valley, half = Landscape(lambda x: 2 * x, np.array([[0.0]])), Adam(1.0, beta1=0.5)
    >>> halt(valley, np.array([-4.0]), np.array([0.5]), half, tolerance=0.0, reach=9.0)
    Halt(x=array([0.5]), extremum=array([0]))
    """
    averages = begin(landscape.slope(starts))
    found = Halt(np.full(starts.shape, np.nan), np.full(starts.shape, -1))
    going, side, n = spacing != 0, np.sign(spacing), 0
    while going.any():
        n += 1
        x = starts + n * spacing
        averages = include(averages, landscape.slope(x), adam)
        slow = going & (-side * step(averages, adam) <= tolerance * adam.lr)
        if slow.any():
            passed = _passed_last(landscape.extrema, starts, x)
            halts = slow & (passed >= 0)
            found = Halt(np.where(halts, x, found.x), np.where(halts, passed, found.extremum))
            going = going & ~halts
        going = going & (np.abs(x - starts) < reach)
    return found


def _passed_last(extrema: Floats, starts: Floats, x: Floats) -> NDArray[np.int64]:
    """Return the number of the extremum between start and x that is nearest to x, or -1."""
    low, high = np.minimum(starts, x), np.maximum(starts, x)
    first, last = (extrema <= low).sum(axis=0), (extrema < high).sum(axis=0)
    nearest = np.where(x > starts, last - 1, first)
    return np.where(first < last, nearest, -1)
