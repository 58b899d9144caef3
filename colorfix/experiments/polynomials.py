"""Experiment 1: Table 1 and Figures 2 and 3.

The 6-4-3-1 network with a constant input of ones gives x, and each polynomial is the loss of x. One run of
``learn`` is an optimizer on networks of one activation: all polynomials, initialisations and seeds at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix.experiments.contenders import (
    DELTA,
    GAMMAS,
    LR,
    Contender,
    contenders,
    cooling_down,
    each,
    hill_adam,
)
from colorfix.experiments.polynomial import POLYNOMIALS, Polynomial, PolynomialLosses
from colorfix.experiments.polynomial_results import NEAR, Path, drawing, tables
from colorfix.experiments.result import Result
from colorfix.learning import Device, learn
from colorfix.learning.options import choose_device

if TYPE_CHECKING:
    from colorfix.core.defaults import DeviceName
    from colorfix.experiments.result import Drawing, Progress
    from colorfix.learning import Trace
    from colorfix.learning.network import Activation, Initialization, Network

WIDTHS = (6, 4, 3, 1)
SEEDS, STEPS = 15, 15_000
ACTIVATIONS: tuple[Activation, ...] = ("identity", "tanh", "relu", "sigmoid")
INITIALISATIONS: tuple[Initialization, ...] = ("glorot", "torch")

PROPOSAL, HOT, COLD = 0.1, 100.0, 1e-3
"""Annealing's, as :func:`colorfix.experiments.contenders.cooling_down` takes them."""

WORTH_PROCESSES = 20_000
"""Steps, all runs together, from which processes are worth their start: a step takes about half a
millisecond, a process some seconds."""

FIGURES = {"figure-2.svg": "p6", "figure-3.svg": "p10"}
"""Which polynomial each figure shows."""

LEFT, RIGHT = "Adam", hill_adam(GAMMAS[0])
"""Who is in the left and in the right half of the figures."""


class Run(NamedTuple):
    """One call of ``learn``: an optimizer on networks of one activation.

    Attributes:
        contender: the optimizer.
        activation: of the networks.
        seeds: 0, 1, ... below this.
        steps: how often the losses are measured.
        device: where.
    """

    contender: Contender
    activation: Activation
    seeds: int
    steps: int
    device: Device


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run.

    Attributes:
        records: one a cell, with a figure for every seed.
        paths: by polynomial, one a seed, of the runs that the figures show.
    """

    records: list[dict[str, Any]]
    paths: dict[str, list[Path]]


def run(seeds: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run everybody on everything.

    Args:
        seeds: how many networks a cell.
        steps: how often each measures its loss.
        device: where to learn.
        progress: is told how far it is.
    """
    began = perf_counter()
    problems = len(POLYNOMIALS) * len(INITIALISATIONS) * seeds
    place = choose_device(device, problems=problems, torch_needed=True)
    everybody = contenders(GAMMAS, cooling_down(PROPOSAL, HOT, COLD, steps))
    runs = [Run(c, a, seeds, steps, place) for c, a in product(everybody, ACTIVATIONS)]
    alone = place.name != "cpu" or steps * len(runs) < WORTH_PROCESSES
    outcomes = []
    for outcome in each(outcome_of, runs, workers=1 if alone else None):
        outcomes.append(outcome)
        progress(f"{len(outcomes)} of {len(runs)} runs", len(outcomes) / len(runs))
    records = [record for outcome in outcomes for record in outcome.records]
    return Result(
        name="polynomials",
        title="Experiment 1: polynomial losses",
        settings=_settings(seeds, steps, place),
        tables=tables(records),
        records=records,
        drawings=_drawings(dict(zip(runs, outcomes, strict=True))),
        seconds=perf_counter() - began,
    )


def outcome_of(run: Run) -> Outcome:
    """Learn, and keep what is wanted of the trace: the whole of it would fill the memory."""
    cells = list(product(POLYNOMIALS, INITIALISATIONS))
    losses = PolynomialLosses.of([p for p, _ in cells for _ in range(run.seeds)])
    trace = learn(losses, network(run), run.contender.optimizer, run.steps, device=run.device)
    records, paths = [], {}
    for k, (polynomial, initialisation) in enumerate(cells):
        part = slice(k * run.seeds, (k + 1) * run.seeds)
        records.append(_names(run, polynomial, initialisation) | _figures(trace, part, polynomial))
        if _is_drawn(run, polynomial, initialisation):
            paths[polynomial.name] = [Path.of(trace, problem) for problem in range(part.start, part.stop)]
    return Outcome(records, paths)


def network(run: Run) -> Network:
    """Return the networks of a run, a seed each, cell after cell as :func:`outcome_of` takes them apart."""
    from colorfix.learning.network import Network

    cells = list(product(POLYNOMIALS, INITIALISATIONS, range(run.seeds)))
    return Network(
        [seed for *_, seed in cells],
        widths=WIDTHS,
        activation=run.activation,
        initialisations=[initialisation for _, initialisation, _ in cells],
    )


def _names(run: Run, polynomial: Polynomial, initialisation: Initialization) -> dict[str, Any]:
    return {
        "contender": run.contender.label,
        "activation": run.activation,
        "initialisation": initialisation,
        "polynomial": polynomial.name,
    }


def _figures(trace: Trace, part: slice, polynomial: Polynomial) -> dict[str, Any]:
    """Every seed's lowest and last loss, x of the lowest, and the first step that came near, or None."""
    losses = trace.losses[:, part]
    near = losses <= polynomial.lowest.loss + NEAR
    first, hit = near.argmax(axis=0).tolist(), near.max(axis=0).tolist()
    return {
        "best": trace.best_losses[part],
        "best_x": trace.best_points[part, 0],
        "final": losses[-1],
        "first_hit": [step if came else None for step, came in zip(first, hit, strict=True)],
        "turns": trace.turns[part],
    }


def _is_drawn(run: Run, polynomial: Polynomial, initialisation: Initialization) -> bool:
    return (
        run.contender.label in {LEFT, RIGHT}
        and (run.activation, initialisation) == (ACTIVATIONS[0], INITIALISATIONS[0])
        and polynomial.name in FIGURES.values()
    )


def _drawings(outcomes: dict[Run, Outcome]) -> dict[str, Drawing]:
    """Figures of the first seed that Adam leaves elsewhere and Hill-ADAM brings to the global minimum."""
    shown = {run.contender.label: o.paths for run, o in outcomes.items() if o.paths}
    by_name = {polynomial.name: polynomial for polynomial in POLYNOMIALS}
    drawings = {}
    for file, name in FIGURES.items():
        left, right = shown[LEFT][name], shown[RIGHT][name]
        goal = by_name[name].lowest.loss + NEAR
        telling = [k for k in range(len(left)) if left[k].lowest > goal >= right[k].lowest]
        seed = (telling or [0])[0]
        sides = {f"{LEFT} (seed {seed})": left[seed], f"{RIGHT} (seed {seed})": right[seed]}
        drawings[file] = drawing(by_name[name], sides)
    return drawings


def _settings(seeds: int, steps: int, device: Device) -> dict[str, Any]:
    return {
        "network": "-".join(map(str, WIDTHS)),
        "input": 1.0,
        "seeds": list(range(seeds)),
        "steps": steps,
        "lr": LR,
        "delta": DELTA,
        "gammas": list(GAMMAS),
        "annealing": {"proposal": PROPOSAL, "hot": HOT, "cold": COLD},
        "near": NEAR,
        "device": str(device._replace(chosen=False)),
        "dtype": device.dtype,
    }
