"""Learning: the one loop, its two back ends, slopes, and the polish at its end.

``learn(objective, model, optimizer, steps) -> Trace`` serves photos, any optimizer and any device. NumPy
serves Hill-ADAM on free gains; torch, imported when it is asked for, serves everything.
"""

from __future__ import annotations

from colorfix.learning.devices import Device
from colorfix.learning.loop import learn, torch_needed
from colorfix.learning.minima import Minimum
from colorfix.learning.optimizers import OPTIMIZERS, Optimizer
from colorfix.learning.polish import polish
from colorfix.learning.solution import Solution, solve
from colorfix.learning.starts import several_starts
from colorfix.learning.trace import Trace
from colorfix.learning.wide_starts import starts_of

__all__ = [
    "OPTIMIZERS",
    "Device",
    "Minimum",
    "Optimizer",
    "Solution",
    "Trace",
    "learn",
    "polish",
    "several_starts",
    "solve",
    "starts_of",
    "torch_needed",
]
