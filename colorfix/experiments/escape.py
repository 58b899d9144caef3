"""Section 5: where Adam stops, predicted from Eq. 12 and 13 and then observed, from many starts.

One run of ``learn`` is ``torch.optim.Adam`` with one learning rate from every start on every polynomial, x
itself the parameter. The same starts are given to the predictors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix.experiments.escape_figures import drawing
from colorfix.experiments.escape_tables import tables
from colorfix.experiments.polynomial import POLYNOMIALS, Polynomial
from colorfix.experiments.polynomial_losses import PolynomialLosses
from colorfix.experiments.result import Result
from colorfix.experiments.stops import SAME, Predictor, Stops, downhill, landscape_of, observed, predicted
from colorfix.experiments.workers import each
from colorfix.learning import Device, Optimizer, learn
from colorfix.learning.devices import choose
from colorfix.models import FreePoints
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.choices import DeviceName
    from colorfix.colour import Floats
    from colorfix.experiments.result import Drawing, Progress

STARTS, STEPS = 201, 15_000
RATES = (0.01, 0.03, 0.1, 0.3)
"""λ: the paper's, and larger ones, with which Adam does leave valleys."""

MARGIN = 1.5
"""How far beyond the outermost extrema the starts reach, in units of x."""

TAU = 1e-3
"""A step of about 0, as a share of λ, where it is not the change of sign that counts."""

LAG = 1 - Adam(0.0).beta1
"""Δx/λ with which the mean of the slopes lags behind by β₁λ: (1 - β₁)."""

MULTIPLES = (0.03, LAG, 0.2, 0.3, 1.0, 3.0)
"""Δx/λ that are tried."""

DOWNHILL = "the valley of the start"
CHOSEN = Predictor(f"Δx = {LAG:.2g}λ, τ = {TAU:g}", LAG, TAU)
PREDICTORS = (
    *(Predictor(f"Δx = {multiple:.2g}λ", multiple) for multiple in MULTIPLES),
    *(Predictor(f"Δx = {multiple:.2g}λ, τ = {TAU:g}", multiple, TAU) for multiple in MULTIPLES),
    Predictor(f"Δx = {LAG:.2g}λ, τ = {TAU:g}, β₂ = β₁", LAG, TAU, one_beta=True),
    Predictor("Δxₙ = −Sₙ", None),
)

WORTH_PROCESSES = 20_000
"""Steps, all runs together, from which processes are worth their start."""


class Run(NamedTuple):
    """Adam with one learning rate, and every prediction of it.

    Attributes:
        lr: λ.
        starts: on every polynomial.
        steps: that Adam takes.
        device: where it runs.
    """

    lr: float
    starts: int
    steps: int
    device: Device


@dataclass(frozen=True)
class Outcome:
    """What became of the starts on one polynomial with one learning rate.

    Attributes:
        polynomial: the loss.
        lr: λ.
        starts: x_0, shape [P].
        adam: where Adam really went.
        predictions: by the label of the predictor.
    """

    polynomial: Polynomial
    lr: float
    starts: Floats
    adam: Stops
    predictions: dict[str, Stops]


def run(starts: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run Adam from everywhere, and predict it.

    Args:
        starts: how many a polynomial, at equal distances.
        steps: how often Adam measures the loss.
        device: where it runs.
        progress: is told how far it is.
    """
    began = perf_counter()
    place = choose(device, problems=len(POLYNOMIALS) * starts, torch_needed=True)
    runs = [Run(lr, starts, steps, place) for lr in RATES]
    alone = place.name != "cpu" or steps * len(runs) < WORTH_PROCESSES
    outcomes: list[Outcome] = []
    for done, found in enumerate(each(outcomes_of, runs, workers=1 if alone else None)):
        outcomes += found
        progress(f"{done + 1} of {len(runs)} learning rates", (done + 1) / len(runs))
    return Result(
        name="escape",
        title="Section 5: where Adam stops, predicted and observed",
        settings=_settings(starts, steps, place),
        tables=tables(outcomes, CHOSEN.label, DOWNHILL),
        records=[record for outcome in outcomes for record in _records(outcome)],
        drawings=_drawings(outcomes),
        seconds=perf_counter() - began,
    )


def starts_on(polynomial: Polynomial, count: int) -> Floats:
    """Return starts at equal distances, from left of all extrema to right of them."""
    extrema = landscape_of(polynomial).extrema
    return np.linspace(extrema[0] - MARGIN, extrema[-1] + MARGIN, count)


def outcomes_of(run: Run) -> list[Outcome]:
    """Let Adam run on all polynomials at once, and predict it on each."""
    outcomes = []
    for polynomial, path in zip(POLYNOMIALS, paths_of(run), strict=True):
        landscape, starts = landscape_of(polynomial), path[0]
        predictions = {DOWNHILL: downhill(polynomial, starts)} | {
            predictor.label: predicted(predictor, landscape, starts, Adam(run.lr), run.steps)
            for predictor in PREDICTORS
        }
        outcomes.append(Outcome(polynomial, run.lr, starts, observed(path, landscape.extrema), predictions))
    return outcomes


def paths_of(run: Run) -> list[Floats]:
    """Return where Adam was at every step, shape [T, P], on each of the polynomials."""
    starts = np.concatenate([starts_on(polynomial, run.starts) for polynomial in POLYNOMIALS])
    losses = PolynomialLosses.of([p for p in POLYNOMIALS for _ in range(run.starts)])
    trace = learn(
        losses, FreePoints(starts[:, None]), Optimizer("adam", run.lr), run.steps, device=run.device
    )
    return np.split(trace.points[..., 0], len(POLYNOMIALS), axis=1)


def _records(outcome: Outcome) -> list[dict[str, Any]]:
    """Adam's own record, then one a predictor: extrema by number, points to four places."""
    names = {"polynomial": outcome.polynomial.name, "lr": outcome.lr}
    extrema = landscape_of(outcome.polynomial).extrema
    adam = {"extrema": extrema, "starts": outcome.starts.round(4), "x": outcome.adam.x.round(4)}
    return [
        names | adam | _kept("Adam", outcome.adam),
        *(names | _kept(label, way) for label, way in outcome.predictions.items()),
    ]


def _kept(label: str, way: Stops) -> dict[str, Any]:
    return {"way": label, "extremum": way.extremum, "turn": way.turn.round(4)}


def _drawings(outcomes: Sequence[Outcome]) -> dict[str, Drawing]:
    """Draw the slowest and the fastest Adam."""
    return {
        f"lr-{lr:g}.svg": drawing([o for o in outcomes if o.lr == lr], CHOSEN.label, LAG * lr)
        for lr in (RATES[0], RATES[-1])
    }


def _settings(starts: int, steps: int, device: Device) -> dict[str, Any]:
    return {
        "lr": list(RATES),
        "betas": list(Adam(0.0)[1:3]),
        "starts": starts,
        "beyond the extrema": MARGIN,
        "steps": steps,
        "same": SAME,
        "device": str(replace(device, chosen=False)),
        "dtype": "float32" if device.name == "mps" else "float64",
    }
