"""Section 5: where Adam stops, predicted from Eq. 12 and 13 and then observed, from many starts.

One run of ``learn`` is ``torch.optim.Adam`` with one learning rate from every start on every polynomial; x
is the parameter. The predictors get the same starts.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix.experiments.contenders import learn_all
from colorfix.experiments.escape_results import drawing, tables
from colorfix.experiments.polynomial_losses import POLYNOMIALS, Polynomial, PolynomialLosses
from colorfix.experiments.result import Result
from colorfix.experiments.stops import (
    CHOSEN,
    DOWNHILL,
    LAG,
    OBSERVED,
    PREDICTORS,
    SAME,
    StopOutcome,
    Stops,
    downhill,
    observed,
    predicted,
    scalar_losses_of,
)
from colorfix.learning import Device, Optimizer, learn
from colorfix.learning.models import FreePoints
from colorfix.learning.options import choose_device
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import DeviceName
    from colorfix.experiments.result import Drawing, Progress

STARTS, STEPS = 201, 15_000
RATES = (0.01, 0.03, 0.1, 0.3)
"""λ: the paper's, and larger ones, with which Adam leaves valleys."""

MARGIN = 1.5
"""Distance of the outermost starts from the outermost extrema, in units of x."""

WORTH_PROCESSES = 20_000
"""Steps of all runs together from which processes are worth their start."""


class AdamRun(NamedTuple):
    """Adam with one learning rate, and every prediction of it.

    Attributes:
        lr: λ.
        starts: number of starts on each polynomial.
        steps: of Adam.
        device: where to run Adam.
    """

    lr: float
    starts: int
    steps: int
    device: Device


def run(starts: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run Adam from all starts, and predict where it stops.

    Args:
        starts: number of starts on each polynomial, at equal distances.
        steps: evaluations of the loss.
        device: where to run Adam.
        progress: called as learning rates are finished.
    """
    began = perf_counter()
    place = choose_device(device, problems=len(POLYNOMIALS) * starts, torch_needed=True)
    runs = [AdamRun(lr, starts, steps, place) for lr in RATES]
    in_processes = place.name == "cpu" and steps * len(runs) >= WORTH_PROCESSES
    found = learn_all(learn_run, runs, in_processes=in_processes, unit="learning rates", progress=progress)
    outcomes = [outcome for of_rate in found for outcome in of_rate]
    records = [record for outcome in outcomes for record in _records(outcome)]
    return Result(
        name="escape",
        title="Section 5: where Adam stops, predicted and observed",
        settings=_settings(starts, steps, place),
        tables=tables(records),
        records=records,
        drawings=_drawings(outcomes),
        seconds=perf_counter() - began,
    )


def starts_on(polynomial: Polynomial, count: int) -> Floats:
    """Return starts at equal distances, from left of all extrema to right of them."""
    extrema = polynomial.extrema
    return np.linspace(extrema[0] - MARGIN, extrema[-1] + MARGIN, count)


def learn_run(run: AdamRun) -> list[StopOutcome]:
    """Run Adam from all starts on all polynomials at once, and predict where it stops."""
    path = path_of(run)
    losses = scalar_losses_of(_problems(run))
    adam = observed(path, losses.extrema)
    ways = {p.label: predicted(p, losses, path[0], Adam(run.lr), run.steps) for p in PREDICTORS}
    outcomes = []
    for k, polynomial in enumerate(POLYNOMIALS):
        part = slice(k * run.starts, (k + 1) * run.starts)
        predictions = {DOWNHILL: downhill(polynomial, path[0, part])}
        predictions |= {label: way.part(part) for label, way in ways.items()}
        outcomes.append(StopOutcome(polynomial, run.lr, path[0, part], adam.part(part), predictions))
    return outcomes


def path_of(run: AdamRun) -> Floats:
    """Return x of Adam at every step, shape [T, P]: polynomial after polynomial, start after start."""
    starts = np.concatenate([starts_on(polynomial, run.starts) for polynomial in POLYNOMIALS])
    losses, model = PolynomialLosses.of(_problems(run)), FreePoints(starts[:, None])
    trace = learn(losses, model, Optimizer("adam", run.lr), run.steps, device=run.device)
    return trace.points[..., 0]


def _problems(run: AdamRun) -> list[Polynomial]:
    return [polynomial for polynomial in POLYNOMIALS for _ in range(run.starts)]


def _records(outcome: StopOutcome) -> list[dict[str, Any]]:
    """Return Adam's record, then one a predictor: extrema by number from the left, points to five places."""
    names = {"polynomial": outcome.polynomial.name, "lr": outcome.lr}
    starts = {"starts": outcome.starts.round(5)}
    return [
        names | starts | _stops_record(OBSERVED, outcome.adam) | {"x": outcome.adam.x.round(5)},
        *(names | _stops_record(label, way) for label, way in outcome.predictions.items()),
    ]


def _stops_record(label: str, way: Stops) -> dict[str, Any]:
    return {"way": label, "extremum": way.extremum, "turn": way.turn.round(5)}


def _drawings(outcomes: Sequence[StopOutcome]) -> dict[str, Drawing]:
    """Return figures of the lowest and of the highest learning rate."""
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
        "device": str(device._replace(chosen=False)),
        "dtype": "float32" if device.name == "mps" else "float64",
    }
