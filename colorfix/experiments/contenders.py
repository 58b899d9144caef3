"""Who takes part: Hill-ADAM as the paper has it, and its peers; each is judged by the best of its trace.

Independent runs on all cores: a process each, since small batches keep one core busy with Python.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from colorfix.learning import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Contender(NamedTuple):
    """An optimizer in a table.

    Attributes:
        label: its row.
        optimizer: which, with its settings.
    """

    label: str
    optimizer: Optimizer


LR = 0.01
"""λ of both experiments of the paper."""

DELTA = 1e-4
"""δ of both."""

GAMMAS = (200.0, 1e4)
"""γ is not in the paper: its authors' scripts have the first and call the second the default."""


def contenders(gammas: tuple[float, ...], annealing: Optimizer) -> tuple[Contender, ...]:
    """Return everybody, the paper's first.

    Args:
        gammas: of Hill-ADAM, a row each with the paper's turning rule and with ours.
        annealing: simulated annealing, whose temperatures are in units of the loss.
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
        proposal: deviation of its proposals, in units of the weights.
        hot: temperature of the first step, in units of the loss: about the barriers.
        cold: of the last.
        steps: on the way.
    """
    return Optimizer("annealing", proposal, temperature=hot, cooling=(cold / hot) ** (1 / steps))


Job = TypeVar("Job")
Answer = TypeVar("Answer")


def each(function: Callable[[Job], Answer], jobs: Sequence[Job], *, workers: int | None) -> Iterator[Answer]:
    """Yield the answer of every job in order, as they come.

    Args:
        function: of a module, so that a process of its own finds it.
        jobs: what it is called with, one at a time.
        workers: processes; 1 runs here, None is one a core.

    >>> list(each(abs, [-1, 2], workers=1))
    [1, 2]
    """
    wanted = min(len(jobs), workers or os.cpu_count() or 1)
    if wanted <= 1:
        yield from map(function, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(
        wanted, _begin
    ) as pool:  # ends its processes however it is left
        yield from pool.imap(function, jobs)


def _begin() -> None:
    """One thread a process, before torch is imported; Ctrl-C is the parent's to hear."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
