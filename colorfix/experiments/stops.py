"""Where Adam stops on a polynomial: as it does, and as section 5 predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.learning.slopes import value_and_gradient
from colorfix.optim.escape import begin, include, step
from colorfix.optim.stopping import Landscape, stops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.colour import Floats
    from colorfix.experiments.polynomial import Polynomial
    from colorfix.optim.rule import Adam

SAME = 0.05
"""How near x must be to an extremum to have stopped there; the extrema are 0.28 apart or more."""

REACH = 50.0
"""How far a trace goes before it is given up: beyond all starts and extrema."""


@dataclass(frozen=True)
class Stops:
    """Where P starts lead.

    Attributes:
        extremum: the number of the extremum where it ends, counted from the left; -1 for none; shape [P].
        turn: x where the way turned for the first time; NaN where it never did; shape [P].
        x: where it ends; NaN for none; shape [P].
    """

    extremum: NDArray[np.int64]
    turn: Floats
    x: Floats


class Predictor(NamedTuple):
    """A way to predict.

    Attributes:
        label: its row in the tables.
        multiple: Δx/λ of a trace's points; None for points at the distances of Adam's own steps.
        tolerance: τ of Eq. 13.
        one_beta: β₂ = β₁ as Eq. 10 and 11 have it, not Adam's own.
    """

    label: str
    multiple: float | None
    tolerance: float = 0.0
    one_beta: bool = False


def landscape_of(polynomial: Polynomial) -> Landscape:
    """Return the slope of a polynomial, by the complex step, and its exact zeros.

    >>> from colorfix.experiments.polynomial import POLYNOMIALS
    >>> landscape = landscape_of(POLYNOMIALS[4])
    >>> landscape.extrema.tolist(), landscape.slope(np.array([0.0, 1.0, 2.5])).tolist()
    ([1.0, 2.5], [-10.0, 0.0, 0.0])
    """

    def slope(x: Floats) -> Floats:
        return value_and_gradient(lambda points: polynomial(points[..., 0]), x[:, None])[1][:, 0]

    extrema = (*polynomial.minima, *polynomial.maxima, *polynomial.inflections)
    return Landscape(slope, np.sort([extremum.x for extremum in extrema]))


def observed(path: Floats, extrema: Floats) -> Stops:
    """Read a way, x at every step, shape [T, P]: its last point, the extremum there, its first turn."""
    last = path[-1]
    nearest = np.abs(last[:, None] - extrema).argmin(axis=1)
    there = np.abs(last - extrema[nearest]) <= SAME
    moves = np.sign(np.diff(path, axis=0, prepend=path[:1]))
    back = (moves == -moves[min(1, len(path) - 1)]) & (moves != 0)
    turned, when = back.any(axis=0), back.argmax(axis=0) - 1
    turn = np.where(turned, path[when, np.arange(len(last))], np.nan)
    return Stops(np.where(there, nearest, -1), turn, last)


def predicted(predictor: Predictor, landscape: Landscape, starts: Floats, adam: Adam, steps: int) -> Stops:
    """Predict from Eq. 12 and 13.

    Args:
        predictor: how.
        landscape: f' and its zeros.
        starts: x_0, shape [P].
        adam: the settings of the Adam that is predicted.
        steps: how many Adam takes; only for points at the distances of its own steps.
    """
    if predictor.one_beta:
        adam = adam._replace(beta2=adam.beta1)
    if predictor.multiple is None:
        return observed(_own_steps(landscape, starts, adam, steps), landscape.extrema)
    spacing = predictor.multiple * adam.lr
    found, first = stops(landscape, starts, spacing, adam, tolerance=predictor.tolerance, reach=REACH)
    return Stops(found, first.x, np.where(found >= 0, landscape.extrema[found], np.nan))


def downhill(polynomial: Polynomial, starts: Floats) -> Stops:
    """Predict without any of it: the minimum of the valley in which it starts."""
    minima = np.array([minimum.x for minimum in polynomial.minima])
    x = minima[np.searchsorted([maximum.x for maximum in polynomial.maxima], starts)]
    numbers = np.searchsorted(landscape_of(polynomial).extrema, x)
    return Stops(numbers, np.full(starts.shape, np.nan), x)


def _own_steps(landscape: Landscape, starts: Floats, adam: Adam, steps: int) -> Floats:
    """Return the trace with Δx_n = -S_n: Adam with the averages of Eq. 3, shape [T, P]."""
    averages, path = begin(landscape.slope(starts)), [starts]
    for _ in range(steps - 1):
        path.append(path[-1] - step(averages, adam))
        averages = include(averages, landscape.slope(path[-1]), adam)
    return np.array(path)
