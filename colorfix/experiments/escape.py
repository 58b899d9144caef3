"""Section 5: where Adam stops, predicted from Eq. 12 and 13 and then observed, from many starts.

One run of ``learn`` is ``torch.optim.Adam`` with one learning rate from every start on every polynomial, x
itself the parameter. The same starts are given to the predictors.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix.experiments.contenders import each
from colorfix.experiments.escape_results import drawing, tables
from colorfix.experiments.polynomial import POLYNOMIALS, Polynomial, PolynomialLosses
from colorfix.experiments.result import Result
from colorfix.experiments.stops import (
    CHOSEN,
    DOWNHILL,
    LAG,
    OBSERVED,
    PREDICTORS,
    SAME,
    Outcome,
    Stops,
    downhill,
    landscape_of,
    observed,
    predicted,
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
"""λ: the paper's, and larger ones, with which Adam does leave valleys."""

MARGIN = 1.5
"""How far beyond the outermost extrema the starts reach, in units of x."""

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


def run(starts: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run Adam from everywhere, and predict it.

    Args:
        starts: how many a polynomial, at equal distances.
        steps: how often Adam measures the loss.
        device: where it runs.
        progress: is told how far it is.
    """
    began = perf_counter()
    place = choose_device(device, problems=len(POLYNOMIALS) * starts, torch_needed=True)
    runs = [Run(lr, starts, steps, place) for lr in RATES]
    alone = place.name != "cpu" or steps * len(runs) < WORTH_PROCESSES
    outcomes: list[Outcome] = []
    for done, found in enumerate(each(outcomes_of, runs, workers=1 if alone else None)):
        outcomes += found
        progress(f"{done + 1} of {len(runs)} learning rates", (done + 1) / len(runs))
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


def outcomes_of(run: Run) -> list[Outcome]:
    """Let Adam run from all starts on all polynomials at once, and predict it likewise."""
    path = path_of(run)
    landscape = landscape_of(_problems(run))
    adam = observed(path, landscape.extrema)
    ways = {p.label: predicted(p, landscape, path[0], Adam(run.lr), run.steps) for p in PREDICTORS}
    outcomes = []
    for k, polynomial in enumerate(POLYNOMIALS):
        part = slice(k * run.starts, (k + 1) * run.starts)
        predictions = {DOWNHILL: downhill(polynomial, path[0, part])}
        predictions |= {label: way.part(part) for label, way in ways.items()}
        outcomes.append(Outcome(polynomial, run.lr, path[0, part], adam.part(part), predictions))
    return outcomes


def path_of(run: Run) -> Floats:
    """Return where Adam was at every step, shape [T, P]: polynomial after polynomial, start after start."""
    starts = np.concatenate([starts_on(polynomial, run.starts) for polynomial in POLYNOMIALS])
    losses, model = PolynomialLosses.of(_problems(run)), FreePoints(starts[:, None])
    trace = learn(losses, model, Optimizer("adam", run.lr), run.steps, device=run.device)
    return trace.points[..., 0]


def _problems(run: Run) -> list[Polynomial]:
    return [polynomial for polynomial in POLYNOMIALS for _ in range(run.starts)]


def _records(outcome: Outcome) -> list[dict[str, Any]]:
    """Adam's own record, then one a predictor: extrema by number from the left, points to five places."""
    names = {"polynomial": outcome.polynomial.name, "lr": outcome.lr}
    starts = {"starts": outcome.starts.round(5)}
    return [
        names | starts | _kept(OBSERVED, outcome.adam) | {"x": outcome.adam.x.round(5)},
        *(names | _kept(label, way) for label, way in outcome.predictions.items()),
    ]


def _kept(label: str, way: Stops) -> dict[str, Any]:
    return {"way": label, "extremum": way.extremum, "turn": way.turn.round(5)}


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
        "device": str(device._replace(chosen=False)),
        "dtype": "float32" if device.name == "mps" else "float64",
    }
