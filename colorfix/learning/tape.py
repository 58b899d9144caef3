"""Reverse-mode differentiation: record a function once, replay it with its gradient at any point.

A small tape, as in micrograd, but of arrays (Wengert 1964). A penalty is arithmetic and calls to its array's
namespace. Called with a :class:`Recorded` array it appends NumPy calls to a :class:`Tape`, :func:`backward`
appends the chain rule, and a :class:`Replay` runs all calls on plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable  # noqa: TC003 - a named tuple reads its types
from functools import partial
from operator import itemgetter
from types import EllipsisType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array

    Adjoints: TypeAlias = tuple[Array, ...]


class Unrecordable(TypeError):
    """A function does something that the tape cannot record or differentiate."""


class Node(NamedTuple):
    """One value on a tape.

    Attributes:
        function: that computes it; None for the point and for constants.
        operands: indices of the function's arguments on the tape.
    """

    function: Callable[..., Any] | None = None
    operands: tuple[int, ...] = ()


class Tape:
    """All calls on a point, in order; equal calls share a node.

    Args:
        point: value of the first node.

    Attributes:
        nodes: how each value is computed.
        values: of the nodes, at the point.
    """

    def __init__(self, point: Floats) -> None:
        self.nodes = [Node()]
        self.values: list[Any] = [point]
        self._indices: dict[Any, int] = {}

    def call(self, function: Callable[..., Any], *arguments: Array) -> Recorded:
        """Call a function and record the call."""
        node = Node(function, tuple(map(self._index_of, arguments)))
        if node not in self._indices:
            self._append(node, node, function(*(self.values[operand] for operand in node.operands)))
        return Recorded(self, self._indices[node])

    def is_constant(self, index: int) -> bool:
        """Return whether a node is the same at every point."""
        return index > 0 and self.nodes[index].function is None

    def _index_of(self, argument: Array) -> int:
        """Return the index of an argument; constants are copied because their owner may overwrite them."""
        if isinstance(argument, Recorded):
            return argument.index
        value = argument
        key: tuple[Any, ...] = (type(argument), argument)
        if isinstance(argument, float | np.ndarray):  # NumPy is faster with 0-d arrays than with floats
            value = np.array(argument, order="C")
            key = (value.dtype, value.shape, value.tobytes())
        if key not in self._indices:
            self._append(key, Node(), value)
        return self._indices[key]

    def _append(self, key: object, node: Node, value: Array) -> None:
        self._indices[key] = len(self.nodes)
        self.nodes.append(node)
        self.values.append(value)


class Recorded(NDArrayOperatorsMixin):
    """An array whose operators, and NumPy's universal functions of it, are recorded.

    Args:
        tape: where to.
        index: of its node.
    """

    def __init__(self, tape: Tape, index: int) -> None:
        self.tape = tape
        self.index = index

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Array, **options: object) -> Recorded:
        """Record a call; one in place, which has an output among its options, might show through a view."""
        if method != "__call__" or options:
            raise Unrecordable(f"{method} of {function} with {options} is not recorded")
        if function is np.multiply and inputs[0] is inputs[1]:
            return self.tape.call(np.square, self)
        return self.tape.call(function, *inputs)

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise Unrecordable("a recorded array cannot become a plain array")

    def __bool__(self) -> NoReturn:
        raise Unrecordable("a branch on a recorded value may go another way at another point")

    def __array_namespace__(self, *, api_version: str | None = None) -> object:
        """Return the functions of recorded arrays, named as in the array API standard."""
        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape where it was recorded."""
        return np.shape(self.tape.values[self.index])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def real(self) -> Recorded:
        """The array itself: only real ones are recorded."""
        return self

    def __pow__(self, exponent: float) -> Recorded:
        """Return a power; the second is a square, as NumPy has it."""
        if np.ndim(exponent) == 0 and exponent == 2:  # noqa: PLR2004 - as said
            return self.tape.call(np.square, self)
        return self.tape.call(np.power, self, exponent)

    def __getitem__(self, key: Any) -> Recorded:  # noqa: ANN401 - as for arrays
        match key:
            case EllipsisType(), None:
                return self.tape.call(add_axis, self)
            case EllipsisType(), int(k) if not isinstance(k, bool):
                return self._along(column, -1, k)
        raise Unrecordable(f"only [..., None] and [..., k] are recorded, got {key}")

    def sum(self, axis: int) -> Recorded:
        """Return the sums over the last axis."""
        return self._along(sum_last, axis)

    def mean(self, axis: int) -> Recorded:
        """Return the means over the last axis."""
        return self.tape.call(np.divide, self.sum(axis), float(self.shape[-1]))

    def logsumexp(self, axis: int) -> Recorded:
        """Return ln Σ_k exp(z_k) over the last axis."""
        return self._along(log_sum_exp_last, axis)

    def _along(self, function: Callable[..., Floats], axis: int, *arguments: int) -> Recorded:
        """Call a function that reduces the last axis; the first one is that of the problems."""
        if axis != -1 or self.ndim < 2:  # noqa: PLR2004 - the problems, and one more
            raise Unrecordable("only the last axis, beyond that of the problems, is reduced")
        return self.tape.call(function, self, *arguments)


def call(function: Callable[..., Any], *arguments: Array) -> Array:
    """Call a function, and record the call where an argument is recorded."""
    tape = next((a.tape for a in arguments if isinstance(a, Recorded)), None)
    return function(*arguments) if tape is None else tape.call(function, *arguments)


def add_axis(x: Floats) -> Floats:
    """Return x with a last axis of size 1."""
    return x[..., None]


def column(x: Floats, k: int) -> Floats:
    """Return one entry of the last axis."""
    return x[..., k]


def sum_last(x: Floats) -> Floats:
    """Return the sums over the last axis."""
    sums: Floats = np.add.reduce(x, -1)
    return sums


def log_sum_exp_last(logits: Floats) -> Floats:
    """Return ln Σ_k exp(z_k) over the last axis."""
    highest = logits.max(-1)
    sums: Floats = highest + np.log(np.exp(logits - highest[..., None]).sum(-1))
    return sums


def stack_last(*columns: Array) -> Floats:
    """Return arrays and numbers, broadcast to one shape, along a new last axis."""
    stacked = np.empty((*np.broadcast(*columns).shape, len(columns)))
    for k, values in enumerate(columns):
        stacked[..., k] = values
    return stacked


def scatter(values: Array, x: Floats, k: int) -> Floats:
    """Return zeros of the shape of x with values in one entry of the last axis."""
    scattered = np.zeros(x.shape)
    scattered[..., k] = values
    return scattered


def fill_like(values: Array, x: Floats) -> Floats:
    """Return values broadcast to the shape of x."""
    filled = np.empty(x.shape)
    filled[...] = values
    return filled


where = partial(call, np.where)


def _stack(arrays: list[Array], axis: int = 0) -> Array:
    if axis != -1 or len({np.shape(array) for array in arrays} - {()}) > 1:
        raise Unrecordable("only arrays of one shape, and numbers, are stacked, along a new last axis")
    return call(stack_last, *arrays)


NAMESPACE = SimpleNamespace(
    exp=np.exp,
    log=np.log,
    sqrt=np.sqrt,
    sin=np.sin,
    square=np.square,
    where=where,
    abs=np.abs,
    maximum=np.maximum,
    minimum=np.minimum,
    stack=_stack,
    logsumexp=Recorded.logsumexp,
    zeros_like=lambda _: 0.0,
    ones_like=lambda _: 1.0,
)
"""What ``colorfix.optim.arrays.namespace`` returns for a recorded array."""


# Rules: from the adjoint d of y = f(a, b), the adjoints of a and b; None for what has no influence.
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
    """Return d where x is greater than y, and half of it where they are equal, as torch does."""
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


RESHAPING: dict[Callable[..., Any], Callable[..., Adjoints]] = {
    add_axis: _add_axis,
    column: _column,
    sum_last: _sum_last,
    log_sum_exp_last: _log_sum_exp_last,
    stack_last: _stack_last,
}
"""Rules whose adjoints have the shapes of the operands."""

RULES: dict[Callable[..., Any], Callable[..., Adjoints]] = {
    **RESHAPING,
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
}
"""All rules; those of elementwise functions return adjoints of the shape of the result."""


def backward(loss: Recorded) -> Recorded:
    """Append the gradient of the sum of a loss to its tape, by the chain rule, last node first.

    Args:
        loss: shape [P].

    Returns:
        The gradient with respect to the point, the shape of the point.

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
        slots: the constants, and room for what is computed; the first is for the points.
        per_problem: slots of constants with a row for each problem.
        ends: slots of the values and the gradients.

    >>> replay = Replay.of(lambda x: (x * x * x).sum(-1), np.ones((1, 2)))
    >>> replay(np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """

    calls: list[tuple[Callable[..., Any], Callable[[list[Any]], Any], int]]
    slots: list[Any]
    per_problem: set[int]
    ends: tuple[int, int]

    @classmethod
    @np.errstate(all="ignore")  # what is not finite where it is recorded may be finite elsewhere
    def of(cls, function: Callable[[Array], Array], points: Floats) -> Replay:
        """Record a function.

        Args:
            function: takes points of shape [..., P, D] and returns shape [..., P]; the operations must not
                depend on where the points are. It is called once, with a recorded array.
            points: where it is recorded, shape [P, D].

        Raises:
            Unrecordable: the function does something that the tape does not know, or fails.
        """
        tape = Tape(points)
        try:
            ends = _record(function, Recorded(tape, 0))
        except Exception as error:  # a third party's penalty may raise anything
            raise Unrecordable(str(error)) from error
        needed = set(ends)
        for index in range(len(tape.nodes) - 1, 0, -1):
            needed.update(tape.nodes[index].operands if index in needed else ())
        nodes = [(index, *tape.nodes[index]) for index in sorted(needed)]
        calls = [(f, _getter(operands), index) for index, f, operands in nodes if f is not None]
        slots = [value if tape.is_constant(index) else None for index, value in enumerate(tape.values)]
        return cls(calls, slots, _per_problem(tape, needed), ends)

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return values, shape [..., P], and gradients, shape [..., P, D]; they may be not finite."""
        slots, (values, gradients) = self.slots.copy(), self.ends
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
    """Return the constants whose first axis is that of the problems in the result of a call.

    Arguments of functions that add an axis have one axis less than the result.
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
    """Return a function that gets a tuple of operands out of the slots."""
    return itemgetter(*slots) if len(slots) > 1 else itemgetter(slice(slots[0], slots[0] + 1))
