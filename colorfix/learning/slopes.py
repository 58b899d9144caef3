"""Exact gradients on NumPy without torch: recorded, or by the complex step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.colour import Floats
    from colorfix.learning.loop import Loss
    from colorfix.models import FreeGains
    from colorfix.optim.arrays import Array

BLOCK = 96
"""Points measured at once, so that what is computed for all colours of a photo's palette stays in the cache."""

NUDGE = 1e-100
"""Length of the step into the imaginary: its square vanishes, so that only rounding is left as error."""


def value_and_gradient(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient together.

    f(x + ihe_k) = f(x) + ih ∂f/∂x_k + O(h²) for an analytic f, so that the imaginary part divided by h is the
    derivative with no difference taken and no digits lost (Squire & Trapp 1998).

    Args:
        function: takes points of shape [..., D], real or complex, and returns shape [...].
        points: shape [..., D].

    Returns:
        Values, shape [...], and gradients, shape [..., D].

    >>> value_and_gradient(lambda x: (x**3).sum(-1), np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """
    size = points.shape[-1]
    nudges = (1j * NUDGE) * np.eye(size).reshape(size, *(1,) * (points.ndim - 1), size)
    with np.errstate(all="ignore"):  # a value that is not finite is the caller's to judge
        nudged = function(points + nudges)
        return nudged[0].real, np.moveaxis(nudged.imag, 0, -1) / NUDGE


@dataclass(frozen=True)
class Slopes:
    """The losses of P problems and their slopes along a model's parameters.

    Attributes:
        objective: on NumPy.
        model: free gains.
        program: the two recorded together; None for an objective that cannot be recorded, such as one with a
            third party's penalty, which is differentiated by the complex step.
    """

    objective: Loss
    model: FreeGains
    program: Program | None
    _parts: dict[int, list[tuple[slice, Program]]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, objective: Loss, model: FreeGains, parameters: Floats) -> Slopes:
        """Record an objective at the parameters of a model, shape [P, 3]; any will do."""
        try:
            return cls(objective, model, Program.of(lambda angles: objective(model.gains(angles)), parameters))
        except (TypeError, AttributeError, RuntimeError):  # RuntimeError: torch's, of numbers it does not know
            return cls(objective, model, None)

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return losses, shape [..., P], and gradients, shape [..., P, 3], at parameters of shape [..., P, 3]."""
        if self.program is None:
            return value_and_gradient(lambda angles: self.objective(self.model.gains(angles)), parameters)
        parts = self._in_parts(self.program, parameters.shape[-2], math.prod(parameters.shape[:-2]))
        if len(parts) == 1:
            return self.program(parameters)
        measured = [program(parameters[..., rows, :]) for rows, program in parts]
        losses, gradients = zip(*measured, strict=True)
        return np.concatenate(losses, axis=-1), np.concatenate(gradients, axis=-2)

    def take(self, rows: NDArray[np.intp]) -> Slopes:
        """Return the same of some of the problems."""
        if self.program is None:
            return Slopes(self.objective.take(rows), self.model, None)
        return Slopes(self.objective, self.model, self.program.take(rows))

    def _in_parts(self, program: Program, problems: int, points: int) -> list[tuple[slice, Program]]:
        """Return which problems are measured together, about equally many, with so many points each."""
        if points not in self._parts:
            size = -(-problems // -(-problems * points // BLOCK))
            parts = [slice(at, at + size) for at in range(0, problems, size)]
            self._parts[points] = [(rows, program.take(rows)) for rows in parts]
        return self._parts[points]
