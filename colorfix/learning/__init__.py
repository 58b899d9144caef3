"""Learning: the one loop, its two back ends, gradients, and the polish at its end.

``learn(objective, model, optimizer, steps) -> Trace`` serves photos, any optimizer and any device. NumPy
serves Hill-ADAM on free gains; torch, imported when it is asked for, serves everything.
"""

from __future__ import annotations

from colorfix.learning.loop import learn, torch_needed
from colorfix.learning.minima import Minimum, polish
from colorfix.learning.options import OPTIMIZERS, Device, Optimizer
from colorfix.learning.solution import Solution, solve
from colorfix.learning.starts import fine_grid_starts, starts_of
from colorfix.learning.trace import Trace

__all__ = [
    "OPTIMIZERS",
    "Device",
    "Minimum",
    "Optimizer",
    "Solution",
    "Trace",
    "fine_grid_starts",
    "learn",
    "polish",
    "solve",
    "starts_of",
    "torch_needed",
]
