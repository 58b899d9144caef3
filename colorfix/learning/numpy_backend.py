"""Learning on NumPy: Hill-ADAM on free gains, without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.trace import Trace
from colorfix.optim.exploration import exploration_of
from colorfix.optim.phase import Thresholds
from colorfix.optim.rule import Adam, ParameterArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.gradient import Gradient
    from colorfix.learning.models import FreeGains
    from colorfix.learning.options import Optimizer


class NumpyLearner:
    """Hill-ADAM's rule on NumPy arrays.

    Args:
        gradient: the losses with their gradients.
        model: free gains.
        optimizer: Hill-ADAM's settings.
    """

    def __init__(self, gradient: Gradient, model: FreeGains, optimizer: Optimizer) -> None:
        self._model = model
        self._exploration = exploration_of(optimizer.exploration)
        self._thresholds = Thresholds(optimizer.delta, optimizer.gamma, optimizer.floor)
        self._adam = Adam(optimizer.lr)
        self._parameters = model.parameters()
        self._whole = self._measure = gradient
        self._state = self._exploration.start_state(self._parameters)
        self._phase = self._exploration.start_phase(np.zeros(len(self._parameters)))
        self._rows = np.arange(len(self._parameters))
        self._problems = len(self._rows)
        self._record: list[tuple[NDArray[np.intp], tuple[Floats, ...]]] = []

    def step(self) -> Floats:
        """Measure, record and move; return the losses."""
        with np.errstate(all="ignore"):  # the square of a steep gradient may overflow
            losses, gradients = self._measure(self._parameters)
            losses = np.where(np.isfinite(gradients.sum(-1)), losses, np.inf)
            part = ParameterArray(self._parameters, gradients, self._state, self._adam)
            self._phase, ((moved, self._state),) = self._exploration.step(
                [part], self._phase, losses, self._thresholds
            )
        phase = self._phase
        self._record.append(
            (self._rows, (losses, self._parameters, phase.direction, phase.turns, phase.dead_ends))
        )
        self._parameters = moved
        return self._of_all(losses, self._rows)

    def freeze(self, active: NDArray[np.bool_]) -> None:
        """Drop the problems that have ended once they are half of the rest: dropping has its cost too."""
        active = active[self._rows]
        if 2 * np.count_nonzero(active) > len(active):
            return
        self._rows = self._rows[active]
        self._parameters = self._parameters[active]
        self._measure = self._whole.take(self._rows)
        self._state = self._state.take(active)
        self._phase = self._phase.take(active)

    def trace(self, ends: NDArray[np.int64] | None = None) -> Trace:
        """Return the record; the gains are computed from all parameters at once."""
        losses, parameters, directions, turns, dead_ends = (
            np.stack([self._of_all(figures[column], rows) for rows, figures in self._record])
            for column in range(5)
        )
        with np.errstate(all="ignore"):  # parameters may be infinite
            points = self._model.gains(parameters)
        return Trace.of_steps(losses, points, directions < 0, turns, dead_ends, ends)

    def _of_all(self, figures: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return figures of some problems in rows of all, shape [P, ...]; NaN for the frozen ones."""
        if len(rows) == self._problems:
            return figures
        spread = np.full((self._problems, *figures.shape[1:]), np.nan)
        spread[rows] = figures
        return spread
