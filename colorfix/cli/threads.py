"""How many threads the libraries of numbers start."""

from __future__ import annotations

import os

_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Keep NumPy and torch from starting a thread a core; call it before they are imported.

    Learning is arithmetic on a few numbers, which threads only slow down, and a worker process a core keeps
    all cores busy. What the user has set stays.
    """
    for library in _LIBRARIES:
        os.environ.setdefault(library, "1")
