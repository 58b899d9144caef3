"""Learning on NumPy: Hill-ADAM on free gains, without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.slopes import value_and_gradient
from colorfix.learning.trace import Trace
from colorfix.optim.exploration import EXPLORATIONS, Part
from colorfix.optim.phase import Thresholds
from colorfix.optim.rule import Adam

if TYPE_CHECKING:
    from colorfix.colour import Floats
    from colorfix.learning.loop import Loss
    from colorfix.learning.optimizers import Optimizer
    from colorfix.models import FreeGains
    from colorfix.optim.arrays import Array


class NumpyLearner:
    """Hill-ADAM's rule on NumPy arrays; gradients by the complex step.

    Args:
        objective: on NumPy.
        model: free gains.
        optimizer: Hill-ADAM's settings.
    """

    def __init__(self, objective: Loss, model: FreeGains, optimizer: Optimizer) -> None:
        self._objective = objective
        self._model = model
        self._exploration = EXPLORATIONS[optimizer.exploration]
        self._thresholds = Thresholds(optimizer.delta, optimizer.gamma, optimizer.floor)
        self._adam = Adam(optimizer.lr)
        self._parameters = model.parameters()
        self._memory = self._exploration.remember(self._parameters)
        self._phase = self._exploration.start(np.zeros(len(self._parameters)))
        self._record: list[tuple[Floats, Floats, Floats]] = []

    def step(self) -> None:
        """Measure, record, move."""
        losses, gradients = value_and_gradient(self._loss, self._parameters)
        losses = np.where(np.isfinite(gradients).all(-1), losses, np.inf)
        with np.errstate(all="ignore"):  # a gradient may be so steep that its square overflows
            part = Part(self._parameters, gradients, self._memory, self._adam)
            self._phase, ((moved, self._memory),) = self._exploration.step(
                [part], self._phase, losses, self._thresholds
            )
        self._record.append((losses, self._parameters, self._phase.direction))
        self._parameters = moved

    def trace(self) -> Trace:
        """Return the record; gains are computed from all parameters at once."""
        losses, parameters, directions = (np.stack(column) for column in zip(*self._record, strict=True))
        with np.errstate(all="ignore"):  # parameters may have gone beyond all numbers
            points = self._model.gains(parameters)
        return Trace(
            losses=losses,
            points=points,
            climbing=directions < 0,
            turns=self._phase.turns.astype(np.int64),
            dead_ends=self._phase.dead_ends.astype(np.int64),
        )

    def _loss(self, parameters: Array) -> Array:
        return self._objective(self._model.gains(parameters))
