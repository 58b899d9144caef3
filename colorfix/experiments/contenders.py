"""Who takes part: Hill-ADAM as the paper has it, and its peers; each is judged by the best of its trace."""

from __future__ import annotations

from typing import NamedTuple

from colorfix.learning import Optimizer


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

HOT, COLD = 100.0, 1e-3
"""Temperatures of annealing's first and last step, in units of the loss: above the polynomials' barriers,
and as fine as a hit."""

PROPOSAL = 0.1
"""Deviation of annealing's proposals, in units of the weights."""


def contenders(steps: int, lr: float = LR) -> tuple[Contender, ...]:
    """Return everybody, the paper's first.

    Args:
        steps: over which annealing cools down.
        lr: of all but annealing and the Adam that has ten times as much.
    """
    cooling = (COLD / HOT) ** (1 / steps)
    return (
        Contender("Adam", Optimizer("adam", lr)),
        *(Contender(f"Hill-ADAM, γ {gamma:g}", Optimizer("hill-adam", lr, DELTA, gamma)) for gamma in GAMMAS),
        Contender("RMSprop", Optimizer("rmsprop", lr)),
        Contender("RMSprop, momentum 0.9", Optimizer("rmsprop-momentum", lr)),
        Contender("NAdam", Optimizer("nadam", lr)),
        Contender("RAdam", Optimizer("radam", lr)),
        Contender("Lion", Optimizer("lion", lr)),
        Contender(f"Adam, lr {10 * lr:g}", Optimizer("adam", 10 * lr)),
        Contender("SGD, momentum 0.9", Optimizer("momentum", lr)),
        Contender("the same, clipped to norm 1", Optimizer("momentum-clipped", lr)),
        Contender("simulated annealing", Optimizer("annealing", PROPOSAL, temperature=HOT, cooling=cooling)),
    )
