"""Optimizers that the experiments compare, and independent runs of them on all cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from colorfix.learning import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from colorfix.experiments.result import Progress


class Contender(NamedTuple):
    """An optimizer in a table.

    Attributes:
        label: its row.
        optimizer: its name and settings.
    """

    label: str
    optimizer: Optimizer


LR = 0.01
"""λ of both experiments of the paper."""

DELTA = 1e-4
"""δ of both experiments."""

GAMMAS = (200.0, 1e4)
"""γ is not in the paper: the authors' scripts use the first and call the second the default."""


def contenders(gammas: tuple[float, ...], annealing: Optimizer) -> tuple[Contender, ...]:
    """Return all optimizers, the paper's first.

    Args:
        gammas: γ of Hill-ADAM; each is a row with the paper's turning rule and a row with the ray rule.
        annealing: simulated annealing; its temperatures are in units of the loss.
    """
    return (
        Contender("Adam", Optimizer("adam", LR)),
        *(Contender(hill_adam(gamma), Optimizer("hill-adam", LR, DELTA, gamma)) for gamma in gammas),
        *(
            Contender(f"{hill_adam(gamma)}, ray", Optimizer("hill-adam", LR, DELTA, gamma, exploration="ray"))
            for gamma in gammas
        ),
        Contender("RMSprop", Optimizer("rmsprop", LR)),
        Contender("RMSprop, momentum 0.9", Optimizer("rmsprop-momentum", LR)),
        Contender("NAdam", Optimizer("nadam", LR)),
        Contender("RAdam", Optimizer("radam", LR)),
        Contender("Lion", Optimizer("lion", LR)),
        Contender("Adam, lr 0.1", Optimizer("adam", 10 * LR)),
        Contender("SGD, momentum 0.9", Optimizer("momentum", LR)),
        Contender("SGD, momentum 0.9, clipped", Optimizer("momentum-clipped", LR)),
        Contender("simulated annealing", annealing),
    )


def hill_adam(gamma: float) -> str:
    """Return the row of Hill-ADAM with this γ."""
    return f"Hill-ADAM, γ {gamma:g}"


def cooling_down(proposal: float, hot: float, cold: float, steps: int) -> Optimizer:
    """Return simulated annealing from one temperature to another.

    Args:
        proposal: standard deviation of the proposals, in units of the weights.
        hot: temperature of the first step, in units of the loss: about the height of the barriers.
        cold: temperature of the last step.
        steps: number of steps.
    """
    return Optimizer("annealing", proposal, temperature=hot, cooling=(cold / hot) ** (1 / steps))


Run = TypeVar("Run")
Outcome = TypeVar("Outcome")


def learn_all(
    learn_run: Callable[[Run], Outcome],
    runs: Sequence[Run],
    *,
    in_processes: bool,
    unit: str,
    progress: Progress,
) -> list[Outcome]:
    """Return the outcome of every run, and report progress after each.

    Args:
        learn_run: a function of a module, so that another process can import it.
        runs: its arguments, one a call.
        in_processes: use a process a core.
        unit: plural noun of a run, for the progress.
        progress: called with a text and the share that is done.
    """
    outcomes = []
    for outcome in each(learn_run, runs, workers=None if in_processes else 1):
        outcomes.append(outcome)
        progress(f"{len(outcomes)} of {len(runs)} {unit}", len(outcomes) / len(runs))
    return outcomes


def each(
    function: Callable[[Run], Outcome], runs: Sequence[Run], *, workers: int | None
) -> Iterator[Outcome]:
    """Yield the outcome of every run in order.

    A run is a process of its own, since small batches keep one core busy with Python.

    Args:
        function: a function of a module, so that another process can import it.
        runs: its arguments, one a call.
        workers: number of processes; 1 runs in this process, None is one a core.

    >>> list(each(abs, [-1, 2], workers=1))
    [1, 2]
    """
    wanted = min(len(runs), workers or os.cpu_count() or 1)
    if wanted <= 1:
        yield from map(function, runs)
        return
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(wanted, _start_worker) as pool:  # its exit ends the processes
        yield from pool.imap(function, runs)


def _start_worker() -> None:
    """Set one thread a process, before torch is imported, and leave Ctrl-C to the parent."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
