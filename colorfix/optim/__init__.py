"""Hill-ADAM and its peers: a library of its own, independent of photos.

- :mod:`colorfix.optim.phase` decides when to climb and when to descend, as in the paper;
- :mod:`colorfix.optim.rule` moves the parameters: Adam's step times the direction of the phase;
- :mod:`colorfix.optim.ray` and :mod:`colorfix.optim.ray_move` are colorfix's own rule: walks along rays from
  the best point, and descents by secant steps;
- :mod:`colorfix.optim.exploration` is the common interface of the two rules;
- :class:`HillAdam` is either rule as a ``torch.optim.Optimizer``;
- :class:`Annealing` is simulated annealing.

The rules are pure functions over NumPy arrays and torch tensors. The classes, and torch with them, are
imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.optim.hill_adam import HillAdam
    from colorfix.optim.peers import Annealing

__all__ = ["Annealing", "HillAdam"]


def __getattr__(name: str) -> object:
    """Import a class, and torch with it, on first use."""
    if name == "HillAdam":
        from colorfix.optim.hill_adam import HillAdam

        return HillAdam
    if name == "Annealing":
        from colorfix.optim.peers import Annealing

        return Annealing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
