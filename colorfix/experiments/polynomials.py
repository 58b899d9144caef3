"""Experiment 1: Table 1 and Figures 2 and 3.

The 6-4-3-1 network with a constant input of ones computes x; each polynomial is a loss of x. One run of
``learn`` is an optimizer on networks of one activation: all polynomials, initializations and seeds at once.
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
    hill_adam,
    learn_all,
)
from colorfix.experiments.polynomial_losses import POLYNOMIALS, Polynomial, PolynomialLosses
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
INITIALIZATIONS: tuple[Initialization, ...] = ("glorot", "torch")

PROPOSAL, HOT, COLD = 0.1, 100.0, 1e-3
"""Settings of simulated annealing, as :func:`colorfix.experiments.contenders.cooling_down` takes them."""

WORTH_PROCESSES = 20_000
"""Steps of all runs together from which processes are worth their start: a step takes about half a
millisecond, starting a process some seconds."""

FIGURES = {"figure-2.svg": "p6", "figure-3.svg": "p10"}
"""Polynomial of each figure."""

LEFT, RIGHT = "Adam", hill_adam(GAMMAS[0])
"""Optimizers in the left and in the right half of the figures."""


class NetworkRun(NamedTuple):
    """One call of ``learn``: an optimizer on networks of one activation.

    Attributes:
        contender: the optimizer.
        activation: of the networks.
        seeds: number of seeds: 0, 1, ...
        steps: evaluations of the losses.
        device: where to learn.
    """

    contender: Contender
    activation: Activation
    seeds: int
    steps: int
    device: Device


@dataclass(frozen=True)
class NetworkOutcome:
    """Outcome of a run.

    Attributes:
        records: one a polynomial and initialization, with a value for every seed.
        paths: by polynomial, one a seed; of the runs in the figures only.
    """

    records: list[dict[str, Any]]
    paths: dict[str, list[Path]]


def run(seeds: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run all optimizers with all activations, initializations and polynomials.

    Args:
        seeds: number of networks for each polynomial and initialization.
        steps: evaluations of the loss, by each network.
        device: where to learn.
        progress: called as runs are finished.
    """
    began = perf_counter()
    problems = len(POLYNOMIALS) * len(INITIALIZATIONS) * seeds
    place = choose_device(device, problems=problems, torch_needed=True)
    optimizers = contenders(GAMMAS, cooling_down(PROPOSAL, HOT, COLD, steps))
    runs = [NetworkRun(c, a, seeds, steps, place) for c, a in product(optimizers, ACTIVATIONS)]
    in_processes = place.name == "cpu" and steps * len(runs) >= WORTH_PROCESSES
    outcomes = learn_all(learn_run, runs, in_processes=in_processes, unit="runs", progress=progress)
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


def learn_run(run: NetworkRun) -> NetworkOutcome:
    """Learn, and return a summary of the trace: the whole of it would fill the memory."""
    cells = list(product(POLYNOMIALS, INITIALIZATIONS))
    losses = PolynomialLosses.of([p for p, _ in cells for _ in range(run.seeds)])
    trace = learn(losses, network(run), run.contender.optimizer, run.steps, device=run.device)
    records, paths = [], {}
    for k, (polynomial, initialization) in enumerate(cells):
        part = slice(k * run.seeds, (k + 1) * run.seeds)
        records.append(_labels(run, polynomial, initialization) | _figures(trace, part, polynomial))
        if _is_drawn(run, polynomial, initialization):
            paths[polynomial.name] = [Path.of(trace, problem) for problem in range(part.start, part.stop)]
    return NetworkOutcome(records, paths)


def network(run: NetworkRun) -> Network:
    """Return the networks of a run, in the order in which :func:`learn_run` reads the trace."""
    from colorfix.learning.network import Network

    cells = list(product(POLYNOMIALS, INITIALIZATIONS, range(run.seeds)))
    return Network(
        [seed for *_, seed in cells],
        widths=WIDTHS,
        activation=run.activation,
        initialisations=[initialization for _, initialization, _ in cells],
    )


def _labels(run: NetworkRun, polynomial: Polynomial, initialization: Initialization) -> dict[str, Any]:
    return {
        "contender": run.contender.label,
        "activation": run.activation,
        "initialisation": initialization,
        "polynomial": polynomial.name,
    }


def _figures(trace: Trace, part: slice, polynomial: Polynomial) -> dict[str, Any]:
    """Return every seed's lowest and last loss, x of the lowest, and first step near the minimum, or None."""
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


def _is_drawn(run: NetworkRun, polynomial: Polynomial, initialization: Initialization) -> bool:
    return (
        run.contender.label in {LEFT, RIGHT}
        and (run.activation, initialization) == (ACTIVATIONS[0], INITIALIZATIONS[0])
        and polynomial.name in FIGURES.values()
    )


def _drawings(outcomes: dict[NetworkRun, NetworkOutcome]) -> dict[str, Drawing]:
    """Return the figures: the first seed for which Hill-ADAM alone reaches the global minimum."""
    paths = {run.contender.label: o.paths for run, o in outcomes.items() if o.paths}
    by_name = {polynomial.name: polynomial for polynomial in POLYNOMIALS}
    drawings = {}
    for file, name in FIGURES.items():
        left, right = paths[LEFT][name], paths[RIGHT][name]
        goal = by_name[name].lowest.loss + NEAR
        differing = [k for k in range(len(left)) if left[k].lowest > goal >= right[k].lowest]
        seed = (differing or [0])[0]
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
