"""What a regularizer is, for whoever writes one.

What a penalty needs of a scene, and what is said of a scene that lacks it.

Where the need is not met the penalty is 0 for that problem, whatever the gains: the term is left out, and
the correction carries a warning that says why. So a batch may hold scenes of both kinds, and no gain is NaN.
A source with a channel of zeros is no need: no gain can bring it back, and it is refused before.

How wide the basins of a penalty are: how closely one has to look for them.

The parameters of a regularizer: which there are, their defaults, and where they make sense.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from colorfix.core.errors import BrokenRegularizer, SettingError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array

Penalty = TypeVar("Penalty", bound="Callable[..., Any]")


class Need(NamedTuple):
    """Something without which a penalty is undefined.

    Attributes:
        met: takes a scene and returns which of its P problems have it: truth values, shape [P].
        lack: said of one that has not, as a clause: ``"the photo has no edges"``.
    """

    met: Callable[[Scene], Array]
    lack: str


EDGES = Need(lambda scene: (scene.edges > 0).all(-1), "the photo has a channel without edges")
COLORS = Need(
    lambda scene: (scene.shares > 0).any(-1),
    "every colour of the photo is clipped, or nearly black in some channel",
)
TARGET = Need(lambda scene: (scene.target_means > 0).all(-1), "the target has a channel that is all zero")


def needs(need: Need) -> Callable[[Penalty], Penalty]:
    """Mark a penalty with what it needs of a scene.

    >>> @needs(TARGET)
    ... def cautious(gains, scene):
    ...     return TARGET.met(scene) * gains.sum(-1)
    >>> need_of(cautious).lack
    'the target has a channel that is all zero'
    """

    def mark(penalty: Penalty) -> Penalty:
        vars(penalty)["need"] = need
        return penalty

    return mark


def need_of(penalty: Regularizer) -> Need | None:
    """Return what a penalty needs of a scene, or None.

    Raises:
        BrokenRegularizer: its mark holds something else.
    """
    need = getattr(penalty, "need", None)
    if need is not None and not isinstance(need, Need):
        name = getattr(penalty, "__name__", repr(penalty))
        raise BrokenRegularizer(name, f"its need must be a Need, as @needs marks it, got {need!r}")
    return need


UNKNOWN = 0.0
"""The width of a basin where nobody says: any."""


def basins(width: float | str) -> Callable[[Penalty], Penalty]:
    """Mark a penalty with the width of its narrowest basin; without a mark it may have any.

    Args:
        width: in natural logarithms of gains on encoded values; infinite for a penalty of one basin. Or the
            name of the parameter that is the width.

    >>> @basins(math.inf)
    ... def keep_green(gains, scene):
    ...     return (gains[..., 1] - 1.0) ** 2
    >>> from colorfix.regularizers import Weighted
    >>> width_of(Weighted("keep-green", keep_green, 1.0))
    inf
    """

    def mark(penalty: Penalty) -> Penalty:
        vars(penalty)["basins"] = width
        return penalty

    return mark


def width_of(regularizer: Weighted) -> float:
    """Return the width of the narrowest basin, natural logarithms of gains on encoded values."""
    width = getattr(regularizer.function, "basins", UNKNOWN)
    if isinstance(width, str):
        defaults = getattr(regularizer.function, "__kwdefaults__", None) or {}
        return float(regularizer.parameters.get(width, defaults.get(width, UNKNOWN)))
    return float(width) if regularizer.weight else math.inf


def ranges(**limits: tuple[float, float]) -> Callable[[Penalty], Penalty]:
    """Say between which values, both allowed, parameters of a regularizer must lie; the rest are free.

    >>> @ranges(wanted=(0.2, 4.0))
    ... def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[..., 1] - wanted) ** 2
    >>> check_parameters("keep-green", keep_green, {"wanted": 9.0})
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: wanted of keep-green must lie between 0.2 and 4, got 9.0
    """

    def mark(penalty: Penalty) -> Penalty:
        for name in limits.keys() - parameters_of(penalty).keys():
            raise TypeError(f"{name!r} has a range, but is no keyword-only argument of {penalty}")
        vars(penalty)["ranges"] = limits
        return penalty

    return mark


def parameters_of(function: Callable[..., Any]) -> dict[str, float]:
    """Return the parameters of a regularizer with their defaults: its keyword-only arguments.

    Raises:
        SettingError: the function is written in C and does not tell its arguments.

    >>> from colorfix.regularizers.limits import blue_hinge
    >>> sorted(parameters_of(blue_hinge))
    ['limit']
    """
    try:
        arguments = signature(function).parameters.values()
    except ValueError as error:
        raise SettingError(
            f"{function!r} does not tell its arguments; wrap it in a Python function"
        ) from error
    return {a.name: a.default for a in arguments if a.kind is a.KEYWORD_ONLY}


def ranges_of(function: Callable[..., Any]) -> Mapping[str, tuple[float, float]]:
    """Return the ranges of a regularizer's parameters, of those that have one.

    Raises:
        BrokenRegularizer: its mark holds something else.
    """
    limits = getattr(function, "ranges", {})
    if not isinstance(limits, Mapping) or not all(map(_is_range, limits.values())):
        name = getattr(function, "__name__", repr(function))
        raise BrokenRegularizer(name, f"its ranges must be (least, most) by parameter, got {limits!r}")
    return limits


def is_finite(value: object) -> bool:
    """Tell whether something is a number, and neither NaN nor infinite.

    >>> is_finite(1), is_finite("1"), is_finite(math.nan)
    (True, False, False)
    """
    return isinstance(value, Real) and math.isfinite(value)


def _is_range(limits: object) -> bool:
    return (
        isinstance(limits, tuple | list)
        and len(limits) == 2  # noqa: PLR2004 - the least and the most
        and all(isinstance(limit, Real) for limit in limits)
    )


def check_parameters(name: str, function: Callable[..., Any], parameters: Mapping[str, float]) -> None:
    """Refuse parameters that a regularizer does not take or that make no sense.

    Raises:
        UnknownName: a parameter that the function does not take.
        SettingError: one that is no number, NaN, infinite or out of its range.
        BrokenRegularizer: the function's ranges are none.
    """
    if not isinstance(parameters, Mapping):
        raise SettingError(f"the parameters of {name} must be numbers by name, got {parameters!r}")
    known, limits = parameters_of(function), ranges_of(function)
    for parameter, value in parameters.items():
        if parameter not in known:
            raise UnknownName(f"parameter of {name}", parameter, known)
        if not is_finite(value):
            raise SettingError(f"{parameter} of {name} must be a finite number, got {value!r}")
        least, most = limits.get(parameter, (-math.inf, math.inf))
        if not least <= value <= most:
            raise SettingError(f"{parameter} of {name} must lie between {least:g} and {most:g}, got {value}")


class Regularizer(Protocol):
    """A penalty on gains: any function of this shape is one.

    - It returns one penalty a problem, shape [P], at least 0 by habit, finite where the gains are positive.
    - It judges each problem by itself: reduce over the *last* axis only.
    - It is differentiable with respect to the gains.
    - It leaves its arguments as they are.
    - Where the scene lacks what it needs it is 0, and says what: ``@needs(Need(met, lack))``.

    Its parameters, where it has any, are keyword-only arguments with defaults, numbers all; ``@ranges`` says
    between which values.

    A built-in one serves NumPy and torch alike, and boxes of gains too: only arithmetic and the array's own
    namespace (``colorfix.optim.arrays.namespace``), any number of axes in front of those below. On NumPy it
    is called once with numbers that write down what is done with them, and the chain rule gives the slopes;
    what follows from the scene alone is computed once, so begin with it. What those numbers do not know
    takes a complex step, so ``z * z`` and ``xp.where(z.real > 0, z, 0)`` rather than ``abs(z)``. A third
    party's is called with torch tensors of exactly the shapes below, and may use all of torch.
    """

    def __call__(self, gains: Array, scene: Scene, /) -> Array:
        """Return the penalties.

        Args:
            gains: shape [P, 3], red, green, blue, positive factors.
            scene: statistics of the sources and targets, arrays of the kind that the gains are; their first
                axis has P rows, or one where all gains are for the same photo.
        """


@dataclass(frozen=True)
class Weighted:
    """A regularizer with its weight and parameters, as ``-R NAME=WEIGHT,param=value`` asks for it.

    Args:
        name: as the report shows it.
        function: the penalty.
        weight: factor, at least 0.
        parameters: numbers for the function's keyword arguments; the rest keep their defaults.

    Raises:
        SettingError: no function; a weight that is no number, negative, NaN or infinite; a parameter that
            is no number or out of its range.
        UnknownName: a parameter that the function does not take.
    """

    name: str
    function: Regularizer
    weight: float
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise SettingError(f"the name of a regularizer must be a text, got {self.name!r}")
        if not callable(self.function):
            raise SettingError(f"{self.name} must be a function of (gains, scene), got {self.function!r}")
        if not (is_finite(self.weight) and self.weight >= 0):
            raise SettingError(
                f"the weight of {self.name} must be a number of at least 0, got {self.weight!r}"
            )
        check_parameters(self.name, self.function, self.parameters)

    def __call__(self, gains: Array, scene: Scene) -> Array:
        """Return weight times penalty, shape [P]."""
        return self.weight * partial(self.function, **self.parameters)(gains, scene)
