"""Learning: one loop with two back ends, gradients, starts, and the polish at the end.

``learn(objective, model, optimizer, steps) -> Trace`` takes any objective, optimizer and device. NumPy runs
Hill-ADAM on free gains; everything else runs on torch, which is imported only then.
"""

from __future__ import annotations

from colorfix.learning.loop import learn
from colorfix.learning.options import OPTIMIZERS, Device, Optimizer
from colorfix.learning.solution import Minimum, Solution, polish, solve, solve_with_fallback
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
    "solve_with_fallback",
    "starts_of",
]
