"""Losses with their exact gradients on NumPy: replayed from a tape, or by the complex step."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.learning.tape import Replay, Unrecordable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.models import FreeGains, Loss
    from colorfix.optim.arrays import Array

BATCH = 256
"""Problems recorded and replayed at once: arrays of all their palettes stay in the processor's cache."""

STEP = 1e-100
"""Length of the complex step: its square vanishes, so that rounding is the only error."""


def value_and_gradient(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient by the complex step.

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
    steps = (1j * STEP) * np.eye(size).reshape(size, *(1,) * (points.ndim - 1), size)
    with np.errstate(all="ignore"):  # a value that is not finite is the caller's to judge
        values = function(points + steps)
        return values[0].real, np.moveaxis(values.imag, 0, -1) / STEP


class ComplexStep(NamedTuple):
    """Losses and gradients of an objective that cannot be recorded, such as one with a penalty in torch."""

    objective: Loss
    model: FreeGains

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return losses, shape [..., P], and gradients, shape [..., P, 3]."""
        return value_and_gradient(self.losses, parameters)

    def losses(self, parameters: Array) -> Array:
        """Return losses, shape [..., P]."""
        return self.objective(self.model.gains(parameters))

    def take(self, rows: NDArray[np.intp]) -> ComplexStep:
        """Return the same for some of the problems."""
        return self._replace(objective=self.objective.take(rows))


class Gradient(NamedTuple):
    """Losses of P problems and their gradients with respect to a model's parameters.

    Attributes:
        parts: losses and gradients of consecutive problems.
        ends: index of the first problem after each part.
    """

    parts: tuple[Replay | ComplexStep, ...]
    ends: tuple[int, ...]

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return losses, shape [..., P], and gradients, the shape of the parameters, [..., P, 3]."""
        if parameters.ndim > 2 and math.prod(parameters.shape[:-1]) > BATCH:  # noqa: PLR2004 - [P, 3]
            losses, gradients = zip(*(self(points) for points in parameters), strict=True)
            return np.stack(losses), np.stack(gradients)
        if len(self.parts) == 1:
            return self.parts[0](parameters)
        pieces = np.split(parameters, self.ends[:-1], axis=-2)
        computed = [part(piece) for part, piece in zip(self.parts, pieces, strict=True)]
        losses, gradients = zip(*computed, strict=True)
        return np.concatenate(losses, axis=-1), np.concatenate(gradients, axis=-2)

    def take(self, rows: NDArray[np.intp]) -> Gradient:
        """Return the same for some of the problems, in ascending order."""
        ends = np.searchsorted(rows, self.ends).tolist()
        slices = zip(self.parts, (0, *self.ends[:-1]), pairwise((0, *ends)), strict=True)
        parts = tuple(part.take(rows[first:last] - begin) for part, begin, (first, last) in slices)
        return Gradient(parts, tuple(ends))


def record(objective: Loss, model: FreeGains, parameters: Floats) -> Gradient:
    """Record an objective with its gradient at the parameters of a model, shape [P, 3]; any point will do.

    An objective that cannot be recorded is differentiated by the complex step.
    """
    count = len(parameters)
    batches = max(1, -(-count // BATCH))
    ends = [count * k // batches for k in range(batches + 1)]
    fallback = ComplexStep(objective, model)
    try:
        parts = [
            Replay.of(fallback.take(np.arange(first, last)).losses, parameters[first:last])
            for first, last in pairwise(ends)
        ]
    except Unrecordable:
        return Gradient((fallback,), (count,))
    return Gradient(tuple(parts), tuple(ends[1:]))
