"""Losses with their exact gradients on NumPy: by a recorded tape, or by the complex step.

A loss is recorded once (:mod:`colorfix.learning.tape`), :func:`backward` appends the chain rule to the tape
(reverse-mode differentiation, Wengert 1964), and a :class:`Replay` runs all calls at any point.
"""

from __future__ import annotations

import math
from collections.abc import Callable  # noqa: TC003 - a named tuple reads its types
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from colorfix.learning.tape import (
    Recorded,
    Tape,
    Unrecordable,
    add_axis,
    call,
    column,
    fill_like,
    log_sum_exp_last,
    scatter,
    stack_last,
    sum_last,
    where,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning.models import FreeGains, Loss
    from colorfix.optim.arrays import Array

    Adjoints: TypeAlias = tuple[Array, ...]

BATCH = 256
"""Problems recorded and replayed at once: arrays of all their palettes stay in the processor's cache."""

STEP = 1e-100
"""Length of the complex step: its square vanishes, so that rounding is the only error."""


# Rules of differentiation: the adjoints of a and b from the adjoint d of y = f(a, b); None without influence.
# An adjoint is a number where it is the same everywhere, and otherwise an array of the shape of its node.


def _add(d: Array, *_: Array) -> Adjoints:
    return d, d


def _subtract(d: Array, *_: Array) -> Adjoints:
    return d, -d


def _multiply(d: Array, _: Array, a: Array, b: Array) -> Adjoints:
    return d * b, d * a


def _divide(d: Array, y: Array, _: Array, b: Array) -> Adjoints:
    return d / b, -d / b * y


def _negative(d: Array, *_: Array) -> Adjoints:
    return (-d,)


def _square(d: Array, _: Array, a: Array) -> Adjoints:
    return (d * 2.0 * a,)


def _power(d: Array, _: Array, a: Array, b: Array) -> Adjoints:
    if isinstance(b, Recorded):
        raise Unrecordable("only constant exponents have a rule of differentiation")
    return d * (b * a ** np.where(b == 0, 0.0, b - 1)), None


def _exp(d: Array, y: Array, _: Array) -> Adjoints:
    return (d * y,)


def _log(d: Array, _: Array, a: Array) -> Adjoints:
    return (d / a,)


def _sqrt(d: Array, y: Array, _: Array) -> Adjoints:
    return (d / (2.0 * y),)


def _sin(d: Array, _: Array, a: Array) -> Adjoints:
    return (d * np.cos(a),)


def _abs(d: Array, _: Array, a: Array) -> Adjoints:
    return (d * np.sign(a),)


def _maximum(d: Array, _: Array, a: Array, b: Array) -> Adjoints:
    return _where_greater(d, a, b), _where_greater(d, b, a)


def _minimum(d: Array, _: Array, a: Array, b: Array) -> Adjoints:
    return _where_greater(d, b, a), _where_greater(d, a, b)


def _where_greater(d: Array, x: Array, y: Array) -> Array:
    """Return d where x is greater than y, and half of d where they are equal, as torch does."""
    return where(x > y, d, where(x == y, d * 0.5, 0.0))


def _where(d: Array, _: Array, condition: Array, *__: Array) -> Adjoints:
    return None, where(condition, d, 0.0), where(condition, 0.0, d)


def _comparison(*_: Array) -> Adjoints:
    return None, None


def _add_axis(d: Array, *_: Array) -> Adjoints:
    return (_entry(d, 0),)


def _column(d: Array, _: Array, x: Array, k: int) -> Adjoints:
    return call(scatter, d, x, k), None


def _sum_last(d: Array, *_: Array) -> Adjoints:
    return (_entry(d, None),)


def _log_sum_exp_last(d: Array, y: Array, a: Array) -> Adjoints:
    return (_entry(d, None) * np.exp(a - y[..., None]),)


def _stack_last(d: Array, _: Array, *columns: Array) -> Adjoints:
    return tuple(_entry(d, k) for k in range(len(columns)))


def _entry(d: Array, k: int | None) -> Array:
    return d[..., k] if np.ndim(d) else d


RULES: dict[Callable[..., Any], Callable[..., Adjoints]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.divide: _divide,
    np.negative: _negative,
    np.square: _square,
    np.power: _power,
    np.exp: _exp,
    np.log: _log,
    np.sqrt: _sqrt,
    np.sin: _sin,
    np.abs: _abs,
    np.maximum: _maximum,
    np.minimum: _minimum,
    np.where: _where,
    **dict.fromkeys((np.equal, np.greater, np.greater_equal, np.less, np.less_equal), _comparison),
    add_axis: _add_axis,
    column: _column,
    sum_last: _sum_last,
    log_sum_exp_last: _log_sum_exp_last,
    stack_last: _stack_last,
}
"""Rules by function. Those of elementwise functions return adjoints of the shape of the result."""

RESHAPING = {add_axis, column, sum_last, log_sum_exp_last, stack_last}
"""Functions whose rules return adjoints of the shapes of the operands."""


def backward(loss: Recorded) -> Recorded:
    """Append the gradient of a loss, shape [P], to its tape by the chain rule; return it, the point's shape.

    Raises:
        Unrecordable: a function, or a way of broadcasting, has no rule.
    """
    tape = loss.tape
    adjoints: dict[int, Array] = {loss.index: 1.0}
    for index in range(loss.index, 0, -1):
        function, operands = tape.nodes[index]
        if function is None or index not in adjoints:
            continue
        if function not in RULES:
            raise Unrecordable(f"{function} has no rule of differentiation")
        y = Recorded(tape, index)
        arguments = [tape.values[o] if tape.is_constant(o) else Recorded(tape, o) for o in operands]
        own = RULES[function](adjoints[index], y, *arguments)
        for operand, x, adjoint in zip(operands, arguments, own, strict=True):
            if isinstance(x, Recorded) and adjoint is not None:
                summed = adjoint if function in RESHAPING else _sum_broadcast(adjoint, y, x)
                fitting = _fit(summed, x)
                adjoints[operand] = adjoints[operand] + fitting if operand in adjoints else fitting
    gradient = adjoints.get(0, 0.0)
    return gradient if isinstance(gradient, Recorded) else tape.call(fill_like, gradient, Recorded(tape, 0))


def _sum_broadcast(adjoint: Array, y: Recorded, x: Recorded) -> Array:
    """Sum an adjoint over the last axes along which x was broadcast to the shape of y."""
    if x.shape == y.shape:
        return adjoint
    axes = next((n for n in range(1, y.ndim) if y.shape[:-n] + (1,) * n == x.shape), 0)
    if not axes:
        raise Unrecordable(f"broadcasting {x.shape} to {y.shape} has no rule of differentiation")
    if not np.ndim(adjoint):
        return adjoint * float(math.prod(y.shape[-axes:]))
    adjoint = _fit(adjoint, y)
    for _ in range(axes):
        adjoint = adjoint.sum(-1)
    for _ in range(axes):
        adjoint = adjoint[..., None]
    return adjoint


def _fit(adjoint: Array, x: Recorded) -> Array:
    """Broadcast an adjoint to the shape of its node, unless it is a number."""
    return adjoint if np.shape(adjoint) in {(), x.shape} else call(fill_like, adjoint, x)


class Replay(NamedTuple):
    """A function of the points of P problems and its gradient, as a list of calls.

    Attributes:
        calls: function, getter of its operands from the slots, and slot of its result.
        slots: the constants, and room for computed values; the first is for the points.
        per_problem: slots of constants with a row for each problem.
        results: slots of the values and the gradients.

    >>> replay = Replay.of(lambda x: (x * x * x).sum(-1), np.ones((1, 2)))
    >>> replay(np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """

    calls: list[tuple[Callable[..., Any], Callable[[list[Any]], Any], int]]
    slots: list[Any]
    per_problem: set[int]
    results: tuple[int, int]

    @classmethod
    @np.errstate(all="ignore")  # a value may be finite at other points
    def of(cls, function: Callable[[Array], Array], points: Floats) -> Replay:
        """Record a function.

        Args:
            function: takes points of shape [..., P, D] and returns shape [..., P]; the operations must not
                depend on where the points are. It is called once, with a :class:`Recorded` array.
            points: where it is recorded, shape [P, D].

        Raises:
            Unrecordable: the function fails, or calls something that the tape does not know.
        """
        tape = Tape(points)
        try:
            results = _record(function, Recorded(tape, 0))
        except Exception as error:  # a third party's penalty may raise anything
            raise Unrecordable(str(error)) from error
        needed = set(results)
        for index in range(len(tape.nodes) - 1, 0, -1):
            needed.update(tape.nodes[index].operands if index in needed else ())
        nodes = [(index, *tape.nodes[index]) for index in sorted(needed)]
        calls = [(f, _getter(operands), index) for index, f, operands in nodes if f is not None]
        slots = [value if tape.is_constant(index) else None for index, value in enumerate(tape.values)]
        return cls(calls, slots, _per_problem(tape, needed), results)

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return values, shape [..., P], and gradients, shape [..., P, D]; they may be not finite."""
        slots, (values, gradients) = self.slots.copy(), self.results
        slots[0] = points
        for function, operands, slot in self.calls:
            slots[slot] = function(*operands(slots))
        return slots[values], slots[gradients]

    def take(self, rows: NDArray[np.intp]) -> Replay:
        """Return the same for some of the problems."""
        slots = self.slots.copy()
        for slot in self.per_problem:
            slots[slot] = slots[slot][rows]
        return self._replace(slots=slots)


def _record(function: Callable[[Array], Array], points: Recorded) -> tuple[int, int]:
    """Record a function with its gradient; return the nodes of the values and of the gradients."""
    loss = function(points)
    if not isinstance(loss, Recorded) or loss.shape != points.shape[:-1]:
        raise Unrecordable("the function does not return a value for each point")
    return loss.index, backward(loss).index


def _per_problem(tape: Tape, needed: set[int]) -> set[int]:
    """Return the constants with a row for each problem: as many axes as the result of a call that takes them.

    Functions that add an axis take operands with one axis less.
    """
    found, problems = set(), len(tape.values[0])
    for index in needed:
        function, operands = tape.nodes[index]
        axes = np.ndim(tape.values[index]) - (function in {stack_last, scatter})
        for operand in filter(tape.is_constant, operands):
            value = tape.values[operand]
            if np.ndim(value) == axes > 0 and len(value) == problems > 1:
                found.add(operand)
    return found


def _getter(slots: tuple[int, ...]) -> Callable[[list[Any]], Any]:
    """Return a function that gets the operands of a call from the slots."""
    return itemgetter(*slots) if len(slots) > 1 else itemgetter(slice(slots[0], slots[0] + 1))


def value_and_gradient(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient by the complex step.

    f(x + ihe_k) = f(x) + ih ∂f/∂x_k + O(h²) for an analytic f: the imaginary part divided by h is the
    derivative, and no digits are lost to a difference (Squire & Trapp 1998).

    Args:
        function: takes points of shape [..., D], real or complex, and returns values of shape [...].
        points: shape [..., D], as are the gradients.

    >>> value_and_gradient(lambda x: (x**3).sum(-1), np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """
    size = points.shape[-1]
    steps = (1j * STEP) * np.eye(size).reshape(size, *(1,) * (points.ndim - 1), size)
    with np.errstate(all="ignore"):  # callers handle values that are not finite
        values = function(points + steps)
        return values[0].real, np.moveaxis(values.imag, 0, -1) / STEP


class ComplexStep(NamedTuple):
    """Losses and gradients, by the complex step, of an objective that cannot be recorded."""

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
    """Return an objective's losses with their gradients, recorded at any parameters of a model, shape [P, 3].

    An objective that cannot be recorded, such as one with a penalty in torch, takes the complex step.
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
