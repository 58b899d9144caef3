"""Hill-ADAM and what it is compared with: a library of its own that knows nothing of photos.

- :mod:`colorfix.optim.phase` decides when to climb and when to descend, as the paper does;
- :mod:`colorfix.optim.rule` moves the parameters: Adam's step times the direction of the phase;
- :mod:`colorfix.optim.ray` and :mod:`colorfix.optim.ray_move` are a rule of our own: walks along rays from
  the best point, and descents by secant steps;
- :mod:`colorfix.optim.exploration` is what the two rules have in common;
- :class:`HillAdam` is either as a ``torch.optim.Optimizer``;
- :class:`Annealing` is simulated annealing, one of the optimizers it is compared with.

All but the classes are pure functions over arrays of either kind and serve NumPy without importing torch;
the classes are imported, and torch with them, when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.optim.hill_adam import HillAdam
    from colorfix.optim.peers import Annealing

__all__ = ["Annealing", "HillAdam"]


def __getattr__(name: str) -> object:
    """Import a class, and torch with it, when it is first asked for."""
    if name == "HillAdam":
        from colorfix.optim.hill_adam import HillAdam

        return HillAdam
    if name == "Annealing":
        from colorfix.optim.peers import Annealing

        return Annealing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
