"""Experiment 2: Table 2 and Figures 4, 5 and 6.

The paper's network computes three gains; the loss compares the means with the target's and has two wells in
blue. One run of ``learn`` is an optimizer on one pair, with all seeds at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from colorfix.certificate import certify
from colorfix.experiments.contenders import DELTA, GAMMAS, LR, Contender, contenders, cooling_down, learn_all
from colorfix.experiments.photo_pairs import MEANS, Pair, scene_of
from colorfix.experiments.photo_results import drawings, tables
from colorfix.experiments.result import Result
from colorfix.learning import Device, learn
from colorfix.learning.objective import Objective
from colorfix.learning.options import choose_device
from colorfix.regularizers import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import DeviceName
    from colorfix.experiments.result import Progress

SEEDS = (5343, 100, 2534, 3956)
STEPS = 1000

PROPOSAL, HOT, COLD = 0.01, 1.0, 1e-3
"""Settings of simulated annealing, as :func:`colorfix.experiments.contenders.cooling_down` takes them."""

WORTH_PROCESSES = 2000
"""Steps of all runs together from which processes are worth their start: a step of four networks takes some
milliseconds, starting a process some seconds."""

DTYPE: Literal["float32"] = "float32"
"""As in the authors' script: losses of 2 to 20 are exact to 1e-6. Reported losses are computed in float64
from the gains."""


class PairRun(NamedTuple):
    """One call of ``learn``: an optimizer on one pair.

    Attributes:
        contender: the optimizer.
        pair: photos, or means alone.
        seeds: one a network.
        steps: evaluations of the losses.
        device: where to learn.
    """

    contender: Contender
    pair: Pair
    seeds: tuple[int, ...]
    steps: int
    device: Device


@dataclass(frozen=True)
class PairOutcome:
    """Outcome of a run.

    Attributes:
        best: lowest loss of every seed, shape [P], float64.
        final: last loss, shape [P], float64.
        best_steps: when the lowest was measured, shape [P].
        gains: at the lowest, shape [P, 3].
        last_gains: at the last, shape [P, 3].
        losses: of all steps, shape [T, P].
    """

    best: Floats
    final: Floats
    best_steps: Any
    gains: Floats
    last_gains: Floats
    losses: Floats


def run(pairs: Sequence[Pair], seeds: int, steps: int, device: DeviceName, progress: Progress) -> Result:
    """Run all optimizers on every pair.

    Args:
        pairs: the means, then photos.
        seeds: number of the paper's four seeds.
        steps: evaluations of the loss, by each network.
        device: where to learn.
        progress: called as runs are finished.
    """
    began = perf_counter()
    place = choose_device(device, problems=seeds, torch_needed=True)._replace(dtype=DTYPE)
    optimizers = contenders(GAMMAS[:1], cooling_down(PROPOSAL, HOT, COLD, steps))
    runs = [
        PairRun(c, _means_only(pair), SEEDS[:seeds], steps, place) for pair, c in product(pairs, optimizers)
    ]
    in_processes = place.name == "cpu" and steps * len(runs) >= WORTH_PROCESSES
    outcomes = learn_all(learn_run, runs, in_processes=in_processes, unit="runs", progress=progress)
    certificates = {pair.name: certified(pair) for pair in pairs}
    done = list(zip(runs, outcomes, strict=True))
    records = [_record(run, outcome, certificates[run.pair.name]) for run, outcome in done]
    curves = {run.contender.label: o.losses for run, o in done if run.pair.name == MEANS.name}
    ends = {(run.pair.name, run.contender.label): (o.last_gains[0], o.gains[0]) for run, o in done}
    return Result(
        name="photos",
        title="Experiment 2: color correction",
        settings=_settings(pairs, seeds, steps, place),
        tables=tables(records, SEEDS[:seeds]),
        records=records,
        drawings=drawings(pairs, SEEDS[:seeds], curves, ends, certificates[MEANS.name].minima),
        seconds=perf_counter() - began,
    )


def learn_run(run: PairRun) -> PairOutcome:
    """Learn every seed of a run at once."""
    from colorfix.learning.network import Network

    scene = scene_of([run.pair] * len(run.seeds))
    objective = Objective(scene, "mean", PRESETS["paper"])
    trace = learn(objective, Network(run.seeds), run.contender.optimizer, run.steps, device=run.device)
    return PairOutcome(
        best=objective(trace.best_points),
        final=objective(trace.points[-1]),
        best_steps=trace.best_steps,
        gains=trace.best_points,
        last_gains=trace.points[-1],
        losses=trace.losses,
    )


def certified(pair: Pair) -> Certificate:
    """Return the certificate of a pair's loss: its minima, and a proof that the first is the global one."""
    objective = Objective(scene_of([pair]), "mean", PRESETS["paper"])
    found = certify(objective, np.ones(3)).minima[0]
    return certify(objective, np.array(found.gains))


def _means_only(pair: Pair) -> Pair:
    """Return the pair without its photos, which another process does not need."""
    return replace(pair, source=None, target=None)


def _record(run: PairRun, outcome: PairOutcome, certificate: Certificate) -> dict[str, Any]:
    return {
        "pair": run.pair.name,
        "contender": run.contender.label,
        "best": outcome.best,
        "final": outcome.final,
        "best_step": outcome.best_steps,
        "gains": outcome.gains,
        "global_minimum": certificate.loss,
        "lower_bound": certificate.lower_bound,
        "certified": certificate.certified,
        "gap": outcome.best - certificate.loss,
    }


def _settings(pairs: Sequence[Pair], seeds: int, steps: int, device: Device) -> dict[str, Any]:
    return {
        "network": "1-64-128-256-128-64-3",
        "pairs": [pair.name for pair in pairs],
        "seeds": list(SEEDS[:seeds]),
        "steps": steps,
        "lr": LR,
        "delta": DELTA,
        "gamma": GAMMAS[0],
        "annealing": {"proposal": PROPOSAL, "hot": HOT, "cold": COLD},
        "device": str(device._replace(chosen=False)),
        "dtype": device.dtype,
    }
