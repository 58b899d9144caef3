"""Section 5 of the paper, Eq. 4-13: Adam's step along a trace of equal distances, and where Adam stops.

A trace is x_n = x_0 + nΔx, n = 0 … N, with slopes g_n = f'(x_n). Eq. 3 averages them from g_0 on, so that
(Eq. 8-11) E[g] = Σ_n w_n g_n and E[g²] = Σ_n w_n g_n² with the weights of Eq. 9, and Adam's step at the end
of the trace is (Eq. 12) S = λ E[g] / (√E[g²] + ε). Adam moves by -S, the trace by Δx: that is the
approximation. With Δx_n = -S_n the trace would be Adam, started as in Eq. 3. Adam stops where its step along
a trace is about 0 (Eq. 13).

Choices that the paper leaves open:

- *One β or two.* Eq. 10 and 11 have the same β, Algorithm 1 has β₁ and β₂. Each average has its own here; the
  paper's equations are the case β₁ = β₂.
- *ε.* Inside the root in Eq. 12, outside in Eq. 1, from which Eq. 12 is said to follow. Outside here.
- *The start.* Algorithm 1 starts both averages at 0 and corrects the bias; the analysis, and this module,
  start them at g_0 (Eq. 3).
- *About 0.* The step in the trace's direction is at most τλ, where τ is ``tolerance``. With τ = 0 that is
  where E[g] changes its sign; then λ, β₂ and ε have no part in the condition, only Δx and β₁.
- *Extrema.* The condition refers to an extremum that the trace has passed. Here: any point where f' = 0,
  inflections too, at which the step becomes small without changing its sign.
- *Either side.* Eq. 13 has a case for traces to the right and one for traces to the left. Here Adam does not
  escape an extremum if both hold: one trace comes from the start, the next goes back from where the step of
  the first was about 0.
- *Δx.* The paper does not choose it. Of the values compared in docs/escape.md, (1 - β₁)λ predicts best: E[g]
  lags by Δx β₁/(1 - β₁), so that Adam runs past a minimum by β₁λ, about one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from colorfix.optim.rule import Adam

Floats: TypeAlias = "NDArray[np.float64]"
Slope: TypeAlias = Callable[[Floats], Floats]
"""f', the gradient of the loss: from points of any shape to slopes of the same shape."""


class Averages(NamedTuple):
    """Adam's running averages at one point of a trace; each field has the shape of the starts.

    Attributes:
        first: E[g], Eq. 10.
        second: E[g²], Eq. 11.
    """

    first: Floats
    second: Floats


def average_weights(count: int, beta: float) -> Floats:
    """Return the weight of every gradient in a running average, Eq. 9.

    w_0 = βᴺ and w_n = βᴺ⁻ⁿ (1 - β) for 0 < n ≤ N; they sum to 1.

    Args:
        count: N (Eq. 9 writes G), the gradients after the first, at least 0.
        beta: β, 0 to 1.

    Returns:
        w, shape [N + 1].

    >>> average_weights(3, 0.5).tolist()
    [0.125, 0.125, 0.25, 0.5]
    """
    n = np.arange(count + 1)
    return np.where(n == 0, 1.0, 1.0 - beta) * np.power(beta, count - n)


def initial_averages(slopes: Floats) -> Averages:
    """Return the averages of the first slopes alone: Eq. 3 at t = 0."""
    return Averages(slopes, slopes * slopes)


def update_averages(averages: Averages, slopes: Floats, adam: Adam) -> Averages:
    """Return the averages with one more slope: Eq. 2, which unrolled is Eq. 10 and 11.

    >>> from colorfix.optim.rule import Adam
    >>> averages = initial_averages(np.array(8.0))
    >>> for slope in (4.0, 2.0, 1.0):
    ...     averages = update_averages(averages, np.array(slope), Adam(lr=1.0, beta1=0.5, beta2=0.5))
    >>> float(averages.first), float(average_weights(3, 0.5) @ [8.0, 4.0, 2.0, 1.0])
    (2.5, 2.5)
    """
    return Averages(
        adam.beta1 * averages.first + (1 - adam.beta1) * slopes,
        adam.beta2 * averages.second + (1 - adam.beta2) * slopes * slopes,
    )


def adam_step(averages: Averages, adam: Adam) -> Floats:
    """Return Adam's step S = λ E[g] / (√E[g²] + ε), Eq. 1, and 0 where both averages are 0."""
    root = np.sqrt(averages.second) + adam.eps
    return adam.lr * averages.first / np.where(root > 0, root, 1.0)


def adam_steps(slope: Slope, starts: ArrayLike, spacing: ArrayLike, count: int, adam: Adam) -> Floats:
    """Return Adam's step at every point of traces, Eq. 12.

    Args:
        slope: f'.
        starts: x_0, any shape.
        spacing: Δx, in units of x, negative for a trace to the left; broadcasts with ``starts``.
        count: N, the points after the first.
        adam: λ, β₁ (of Eq. 10), β₂ (of Eq. 11) and ε.

    Returns:
        S at x_0 + nΔx for n = 0 … N, shape [N + 1, ...].

    The slopes of x² at -1, -½, 0, ½ average to -2, -1.5, -0.75 and 0.125:
    at the minimum Adam goes on.

    >>> from colorfix.optim.rule import Adam
    >>> adam_steps(lambda x: 2 * x, -1.0, 0.5, 3, Adam(lr=1.0, beta1=0.5, beta2=0.5)).round(3).tolist()
    [-1.0, -0.949, -0.671, 0.118]
    """
    start, gap = np.broadcast_arrays(np.asarray(starts, np.float64), np.asarray(spacing, np.float64))
    averages = initial_averages(slope(start))
    found = [adam_step(averages, adam)]
    for n in range(1, count + 1):
        averages = update_averages(averages, slope(start + n * gap), adam)
        found.append(adam_step(averages, adam))
    return np.stack(found)


MAX_TRACES = 20
"""Number of traces, back and forth over more than one extremum, after which no stop is predicted."""


class ScalarLosses(NamedTuple):
    """Slopes and extrema of losses of one variable.

    Attributes:
        slope: f' of P problems, from points of shape [P] to slopes of shape [P].
        extrema: points where f' = 0 (minima, maxima, inflections), from left to right, shape [K, P], or
            [K, 1] for one loss and all starts; infinity for problems with fewer than K.
    """

    slope: Slope
    extrema: Floats


class TraceEnd(NamedTuple):
    """First points of traces that satisfy Eq. 13 on their side; each field has the shape of the starts.

    Attributes:
        x: the first point behind an extremum with a step of about 0; NaN for none within reach.
        extremum: number, from 0, of the extremum passed last; -1 for none.
    """

    x: Floats
    extremum: NDArray[np.int64]


def predict_stops(
    losses: ScalarLosses, starts: Floats, spacing: float, adam: Adam, *, tolerance: float, reach: float
) -> tuple[NDArray[np.int64], TraceEnd]:
    """Predict which extremum Adam does not escape, Eq. 13 on both sides.

    The first trace goes downhill from the start. Where its step is about 0 the next begins, with averages of
    its own, and goes back. Adam stops at an extremum behind which two traces in a row end. It also stops
    where the step is about 0 though the slope goes on in the same direction, as at an inflection, and where
    the slope of the start is 0.

    Args:
        losses: slopes f' and their zeros.
        starts: x_0, shape [P].
        spacing: Δx, the distance between the points of a trace, above 0, in units of x.
        adam: λ, β₁, β₂ and ε.
        tolerance: τ, the largest step that counts as 0, as a share of λ; at least 0.
        reach: greatest length of a trace, in units of x.

    Returns:
        The number of the extremum, -1 if no stop is predicted, shape [P]; and the ends of the first traces,
        where Adam is predicted to turn for the first time.

    With larger distances Adam crosses the barrier of a double well, or never stops:

    >>> from colorfix.optim.rule import Adam
    >>> double_well = ScalarLosses(lambda x: 4 * x * (x - 1) * (x + 1), np.array([[-1.0], [0.0], [1.0]]))
    >>> starts = np.array([-2.0, 0.5])
    >>> for spacing in (0.03, 0.05, 0.3):
    ...     predict_stops(double_well, starts, spacing, Adam(0.1), tolerance=0.0, reach=9.0)[0].tolist()
    [0, 2]
    [2, 2]
    [-1, -1]
    """
    slopes = losses.slope(starts)
    direction = -np.sign(slopes)
    nearest = np.abs(starts - losses.extrema).argmin(axis=0)
    found = np.where(direction == 0, nearest, -1)
    going, x, previous = direction != 0, starts, np.full(starts.shape, -1)
    first = None
    for _ in range(MAX_TRACES):
        gaps = np.where(going, direction * spacing, 0.0)
        here = follow_traces(losses, x, gaps, adam, tolerance=tolerance, reach=reach)
        first = first or here
        leads_on = -losses.slope(here.x) * direction > 0
        stopped = going & (leads_on | (here.extremum == previous)) & (here.extremum >= 0)
        found = np.where(stopped, here.extremum, found)
        going = going & ~stopped & (here.extremum >= 0)
        if not going.any():
            break
        x, direction, previous = np.where(going, here.x, x), -direction, here.extremum
    assert first is not None  # noqa: S101 - there is at least one pass
    return found, first


def follow_traces(
    losses: ScalarLosses, starts: Floats, spacing: Floats, adam: Adam, *, tolerance: float, reach: float
) -> TraceEnd:
    """Follow traces until their step is about 0 behind an extremum: one side of Eq. 13.

    Args:
        losses: slopes f' and their zeros.
        starts: x_0, shape [P].
        spacing: Δx, shape [P]; its sign is the direction of a trace, and 0 means no trace.
        adam: λ, β₁, β₂ and ε.
        tolerance: τ, as a share of λ.
        reach: greatest length of a trace, in units of x.

    An average with β = ½ lags by one distance: for x² its sign changes one point late.

    >>> from colorfix.optim.rule import Adam
    >>> valley, half = ScalarLosses(lambda x: 2 * x, np.array([[0.0]])), Adam(1.0, beta1=0.5)
    >>> follow_traces(valley, np.array([-4.0]), np.array([0.5]), half, tolerance=0.0, reach=9.0)
    TraceEnd(x=array([0.5]), extremum=array([0]))
    """
    averages = initial_averages(losses.slope(starts))
    found = TraceEnd(np.full(starts.shape, np.nan), np.full(starts.shape, -1))
    going, side, n = spacing != 0, np.sign(spacing), 0
    while going.any():
        n += 1
        x = starts + n * spacing
        averages = update_averages(averages, losses.slope(x), adam)
        slow = going & (-side * adam_step(averages, adam) <= tolerance * adam.lr)
        if slow.any():
            passed = _passed_last(losses.extrema, starts, x)
            halts = slow & (passed >= 0)
            found = TraceEnd(np.where(halts, x, found.x), np.where(halts, passed, found.extremum))
            going = going & ~halts
        going = going & (np.abs(x - starts) < reach)
    return found


def _passed_last(extrema: Floats, starts: Floats, x: Floats) -> NDArray[np.int64]:
    """Return the number of the extremum between start and x that is nearest to x, or -1."""
    low, high = np.minimum(starts, x), np.maximum(starts, x)
    first, last = (extrema <= low).sum(axis=0), (extrema < high).sum(axis=0)
    nearest = np.where(x > starts, last - 1, first)
    return np.where(first < last, nearest, -1)
