"""When to stop looking: nothing new has been found for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats


class Patience:
    """Watches the losses of P problems, each by itself.

    Attributes:
        open: which problems have not been looked at for long enough, shape [P].
        taken: how many losses of each have been seen, shape [P].

    Args:
        steps: without a new best, after which a problem has been looked at for long enough.
        enough: by how much a loss must fall to be new, in units of the loss.

    >>> patience = Patience(2, enough=0.1)
    >>> for loss in (3.0, 2.0, 1.95, 1.93):
    ...     patience.see(np.array([loss]))
    >>> patience.done, patience.taken.tolist()
    (True, [4])
    """

    def __init__(self, steps: int, enough: float) -> None:
        self._steps = steps
        self._enough = enough
        self._best: Floats | None = None

    def see(self, losses: Floats) -> None:
        """Take in the losses of a step, shape [P]."""
        if self._best is None:
            self._best = np.full(losses.shape, np.inf)
            self._idle = np.zeros(losses.shape, np.int64)
            self.taken = np.zeros(losses.shape, np.int64)
            self.open: NDArray[np.bool_] = self._idle < self._steps
        self.taken += self.open
        new = self.open & (losses < self._best - self._enough)
        self._best = np.where(new, losses, self._best)
        self._idle = np.where(new, 0, self._idle + 1)
        self.open = self._idle < self._steps

    @property
    def done(self) -> bool:
        """Whether every problem has been looked at for long enough."""
        return not self.open.any()
