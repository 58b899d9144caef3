"""A tape of NumPy calls, as in micrograd, but of arrays: a function is called once and recorded.

A penalty is arithmetic and calls to its array's namespace. Called with a :class:`Recorded` array, it appends
those calls to a :class:`Tape`. :mod:`colorfix.learning.gradient` differentiates and replays the tape.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a named tuple reads its types
from functools import partial
from types import EllipsisType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array


class Unrecordable(TypeError):
    """A function calls something that the tape cannot record or differentiate."""


class Node(NamedTuple):
    """One value on a tape.

    Attributes:
        function: NumPy function that computes it; None for the point and for constants.
        operands: indices of the function's arguments on the tape.
    """

    function: Callable[..., Any] | None = None
    operands: tuple[int, ...] = ()


class Tape:
    """All calls that start from a point, in order; equal calls share a node.

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
        """Return the index of an argument; constants are copied, since their owner may overwrite them."""
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
    """An array whose operators and universal functions (ufuncs) are recorded on a tape as nodes."""

    def __init__(self, tape: Tape, index: int) -> None:
        self.tape = tape
        self.index = index

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Array, **options: object) -> Recorded:
        """Record a call; calls in place, which have an output among their options, are refused."""
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
        """Return the functions of recorded arrays, by their names in the array API standard."""
        return NAMESPACE

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape where it was recorded."""
        return np.shape(self.tape.values[self.index])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def real(self) -> Recorded:
        """The array itself: recorded arrays are real."""
        return self

    def __pow__(self, exponent: float) -> Recorded:
        """Return a power; the second is a square, as NumPy has it."""
        if np.ndim(exponent) == 0 and exponent == 2:  # noqa: PLR2004 - a square
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
        """Record a function that reduces the last axis; the first axis, of the problems, is never reduced."""
        if axis != -1 or self.ndim < 2:  # noqa: PLR2004 - the problems, and one more
            raise Unrecordable("only the last axis, beyond that of the problems, is reduced")
        return self.tape.call(function, self, *arguments)


def call(function: Callable[..., Any], *arguments: Array) -> Array:
    """Call a function; record the call if an argument is a recorded array."""
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
"""Array namespace of a recorded array, for ``colorfix.optim.arrays.namespace``."""
