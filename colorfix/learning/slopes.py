"""Exact gradients on NumPy without torch: recorded, or by the complex step."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from colorfix.learning.objective import Objective, Penalties
from colorfix.learning.program import Program
from colorfix.learning.recording import Unrecordable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.scene import Scene
    from colorfix.color.statistics import Floats
    from colorfix.learning.loop import Loss
    from colorfix.learning.models import FreeGains
    from colorfix.optim.arrays import Array
    from colorfix.regularizers import Weighted

    Part: TypeAlias = Loss | Penalties

RECORDED = 512
"""Problems recorded and measured at once: what is recorded is kept until all is, and arrays of all colours of
all palettes are to stay near the processor."""

ASIDE = 0.05
"""Radians between where losses are recorded and where the record is judged: gains start at 1, 1, 1, and
whatever compares them may have a kink there."""

JUDGED = 8
"""Problems at the most for which a record is judged, evenly out of all: what was done is the same for all."""

AGREEMENT = 1e-9
"""How far a record may be from the complex step, a share of the loss and its steepest slope; rounding makes
1e-13."""

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


class Slopes(NamedTuple):
    """The losses of P problems and their slopes along a model's parameters.

    Attributes:
        model: free gains.
        programs: losses and slopes recorded together, for some of the problems each.
        ends: where in the batch the problems of each program end.
        rest: what could not be recorded, such as a third party's penalty: a part of the loss, or all of it,
            which is differentiated by the complex step.
    """

    model: FreeGains
    programs: tuple[Program, ...]
    ends: tuple[int, ...]
    rest: Part | None = None

    @classmethod
    def of(cls, objective: Loss, model: FreeGains, parameters: Floats) -> Slopes:
        """Record an objective at the parameters of a model, shape [P, 3]; any will do."""
        with suppress(Unrecordable):
            return cls(model, *_recorded(objective, model, parameters))
        if isinstance(objective, Objective):
            known, rest = objective.parted(partial(_refused, objective.scene, model, parameters))
            if rest.regularizers:
                with suppress(Unrecordable):
                    return cls(model, *_recorded(known, model, parameters), rest)
        return cls(model, (), (), objective)

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return losses, shape [..., P], and gradients, the shape of the parameters, [..., P, 3]."""
        if self.rest is None:
            return self._of_programs(parameters)
        losses, gradients = value_and_gradient(partial(_losses, self.rest, self.model), parameters)
        if not self.programs:
            return losses, gradients
        own_losses, own_gradients = self._of_programs(parameters)
        return own_losses + losses, own_gradients + gradients

    def take(self, rows: NDArray[np.intp]) -> Slopes:
        """Return the same of some of the problems, which keep their order."""
        ends = np.searchsorted(rows, self.ends).tolist()
        places = pairwise((0, *ends))
        taken = [
            program.take(rows[first:last] - begin)
            for program, begin, (first, last) in zip(self.programs, (0, *self.ends), places, strict=False)
        ]
        return Slopes(self.model, tuple(taken), tuple(ends), self.rest and self.rest.take(rows))

    def _of_programs(self, parameters: Floats) -> tuple[Floats, Floats]:
        if parameters.ndim > 2 and math.prod(parameters.shape[:-1]) > RECORDED:  # noqa: PLR2004 - [P, 3]
            losses, gradients = zip(*map(self._of_programs, parameters), strict=True)
            return np.stack(losses), np.stack(gradients)
        if len(self.programs) == 1:
            return self.programs[0](parameters)
        parts = np.split(parameters, self.ends[:-1], axis=-2)
        measured = [program(part) for program, part in zip(self.programs, parts, strict=True)]
        losses, gradients = zip(*measured, strict=True)
        return np.concatenate(losses, axis=-1), np.concatenate(gradients, axis=-2)


def _evenly(count: int, most: int) -> list[slice]:
    """Part so many problems into slices of about one length, so long at the most; none for none."""
    parts = -(-count // most)
    return [slice(*ends) for ends in pairwise(count * k // parts for k in range(parts + 1))] if count else []


def _recorded(
    objective: Loss, model: FreeGains, parameters: Floats
) -> tuple[tuple[Program, ...], tuple[int, ...]]:
    """Return programs for all problems, and where the problems of each end."""
    places = _evenly(len(parameters), RECORDED)
    rows = np.arange(len(parameters))
    programs = [
        _program(objective if len(places) == 1 else objective.take(rows[place]), model, parameters[place])
        for place in places
    ]
    return tuple(programs), tuple(place.stop for place in places)


def _refused(scene: Scene, model: FreeGains, parameters: Floats, penalty: Weighted) -> bool:
    """Whether a penalty cannot be recorded."""
    try:
        _program(Penalties(scene, (penalty,)), model, parameters)
    except Unrecordable:
        return True
    return False


def _program(objective: Part, model: FreeGains, parameters: Floats) -> Program:
    """Record losses, and hold the record of some of the problems to the complex step."""
    program = Program.of(partial(_losses, objective, model), parameters)
    count = len(parameters)
    judged, rows = program, np.arange(0, count, max(2, -(-count // JUDGED)))
    if len(rows) < count:
        judged, objective = program.take(rows), objective.take(rows)
    points = parameters[rows] + ASIDE * np.arange(1, parameters.shape[-1] + 1)
    _hold(judged, partial(_losses, objective, model), points)
    return program


@np.errstate(all="ignore")  # what is not finite is not judged
def _hold(program: Program, losses: Callable[[Array], Array], points: Floats) -> None:
    """Hold a record to the complex step.

    Raises:
        Unrecordable: they differ, in a loss or in a slope; NumPy's |z| has none along the imaginary, so where
            it was called only losses are compared.
    """
    values, slopes = program(points)
    true_values, true_slopes = value_and_gradient(losses, points)
    room = AGREEMENT * (np.abs(values) + np.abs(slopes).max(-1))
    off = np.abs(values - true_values)
    if all(step.function is not np.abs for step in program.steps):
        off = np.maximum(off, np.abs(slopes - true_slopes).max(-1))
    if (off > room).any():
        raise Unrecordable("what was recorded is not what is computed")


def _losses(objective: Part, model: FreeGains, angles: Array) -> Array:
    return objective(model.gains(angles))
