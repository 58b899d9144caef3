"""Predictors of where Adam stops on polynomials (section 5), and the stops that are observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.experiments.adam_stops import (
    ScalarLosses,
    adam_step,
    initial_averages,
    predict_stops,
    update_averages,
)
from colorfix.experiments.polynomial_losses import Polynomial, PolynomialLosses
from colorfix.learning.gradient import value_and_gradient
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

SAME = 0.05
"""Largest distance of x from the extremum where it stopped; extrema are at least 0.28 apart."""

REACH = 50.0
"""Greatest length of a trace: beyond all starts and extrema."""


@dataclass(frozen=True)
class Stops:
    """Points where Adam stops from P starts.

    Attributes:
        extremum: number of the extremum where it ends, counted from the left; -1 for none; shape [P].
        turn: x where the path turned for the first time; NaN if it never did; shape [P].
        x: where it ends; NaN for none; shape [P].
    """

    extremum: NDArray[np.int64]
    turn: Floats
    x: Floats

    def part(self, problems: slice) -> Stops:
        """Return some of the problems."""
        return Stops(self.extremum[problems], self.turn[problems], self.x[problems])


def scalar_losses_of(polynomials: Sequence[Polynomial]) -> ScalarLosses:
    """Return the slopes of polynomials, one a problem, by the complex step, and their exact zeros.

    >>> from colorfix.experiments.polynomial_losses import POLYNOMIALS
    >>> losses = scalar_losses_of([POLYNOMIALS[0], POLYNOMIALS[4], POLYNOMIALS[4]])
    >>> losses.slope(np.array([3.0, 0.0, 2.0])).round(9).tolist()
    [6.0, -10.0, -2.0]
    >>> losses.extrema.tolist()
    [[0.0, 1.0, 1.0], [inf, 2.5, 2.5]]
    """
    stacked = PolynomialLosses.of(polynomials)
    extrema = np.full((max(len(p.extrema) for p in polynomials), len(polynomials)), np.inf)
    for problem, polynomial in enumerate(polynomials):
        extrema[: len(polynomial.extrema), problem] = polynomial.extrema

    def slope(x: Floats) -> Floats:
        return value_and_gradient(lambda points: stacked(points[0])[None], x[:, None])[1][:, 0]

    return ScalarLosses(slope, extrema)


def observed(path: Floats, extrema: Floats) -> Stops:
    """Return the stops of paths: last point, extremum there, first turn.

    Args:
        path: x at every step, shape [T, P].
        extrema: of each problem, shape [K, P] or [K, 1].
    """
    last = path[-1]
    distances = np.abs(last - extrema)
    nearest = distances.argmin(axis=0)
    there = distances.min(axis=0) <= SAME
    moves = np.sign(np.diff(path, axis=0, prepend=path[:1]))
    back = (moves == -moves[min(1, len(path) - 1)]) & (moves != 0)
    turned, when = back.any(axis=0), back.argmax(axis=0) - 1
    turn = np.where(turned, path[when, np.arange(len(last))], np.nan)
    return Stops(np.where(there, nearest, -1), turn, last)


def predicted(predictor: Predictor, losses: ScalarLosses, starts: Floats, adam: Adam, steps: int) -> Stops:
    """Predict from Eq. 12 and 13.

    Args:
        predictor: spacing and tolerance.
        losses: slopes f' and their zeros, of each problem.
        starts: x_0, shape [P].
        adam: the settings of the Adam that is predicted.
        steps: of Adam; used only for points at the distances of its own steps.
    """
    if predictor.one_beta:
        adam = adam._replace(beta2=adam.beta1)
    if predictor.multiple is None:
        return observed(_own_steps(losses, starts, adam, steps), losses.extrema)
    spacing = predictor.multiple * adam.lr
    found, first = predict_stops(losses, starts, spacing, adam, tolerance=predictor.tolerance, reach=REACH)
    x = np.take_along_axis(losses.extrema, found.clip(min=0)[None], axis=0)[0]
    return Stops(found, first.x, np.where(found >= 0, x, np.nan))


def downhill(polynomial: Polynomial, starts: Floats) -> Stops:
    """Predict the minimum of the valley of the start, without Eq. 12 and 13."""
    minima = np.array([minimum.x for minimum in polynomial.minima])
    x = minima[np.searchsorted([maximum.x for maximum in polynomial.maxima], starts)]
    numbers = np.searchsorted(polynomial.extrema, x)
    return Stops(numbers, np.full(starts.shape, np.nan), x)


def _own_steps(losses: ScalarLosses, starts: Floats, adam: Adam, steps: int) -> Floats:
    """Return the trace with Δx_n = -S_n: Adam with the averages of Eq. 3, shape [T, P]."""
    averages, path = initial_averages(losses.slope(starts)), [starts]
    for _ in range(steps - 1):
        path.append(path[-1] - adam_step(averages, adam))
        averages = update_averages(averages, losses.slope(path[-1]), adam)
    return np.array(path)


@dataclass(frozen=True)
class StopOutcome:
    """Observed and predicted stops on one polynomial with one learning rate.

    Attributes:
        polynomial: the loss.
        lr: λ.
        starts: x_0, shape [P].
        adam: observed stops.
        predictions: by the label of the predictor.
    """

    polynomial: Polynomial
    lr: float
    starts: Floats
    adam: Stops
    predictions: dict[str, Stops]


class Predictor(NamedTuple):
    """Settings of a prediction from Eq. 12 and 13.

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


TAU = 1e-3
"""Step that counts as 0, as a share of λ, if it is not the change of sign."""

LAG = 1 - Adam(0.0).beta1
"""Δx/λ for which the average of the slopes lags by β₁λ: (1 - β₁)."""

MULTIPLES = (0.03, LAG, 0.2, 0.3, 1.0, 3.0)
"""Δx/λ that are compared."""

OBSERVED, DOWNHILL = "Adam", "downhill"
"""Labels of the observed stops, and of the prediction of the minimum of the start's valley."""

SIGN = Predictor(f"Δx = {LAG:.2g}λ", LAG)
CHOSEN = Predictor(f"Δx = {LAG:.2g}λ, τ = {TAU:g}", LAG, TAU)
ONE_BETA = Predictor(f"{CHOSEN.label}, β₂ = β₁", LAG, TAU, one_beta=True)
OWN_STEPS = Predictor("Δxₙ = −Sₙ", None)

PREDICTORS = (
    *(Predictor(f"Δx = {multiple:.2g}λ", multiple) for multiple in MULTIPLES),
    *(Predictor(f"Δx = {multiple:.2g}λ, τ = {TAU:g}", multiple, TAU) for multiple in MULTIPLES),
    ONE_BETA,
    OWN_STEPS,
)
