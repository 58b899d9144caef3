"""The contract of a regularizer: signature, needs of a scene, basins, parameters, description.

Where a need is not met, the penalty must be 0 for that problem, whatever the gains: the term is left out, and
the correction has a warning with the reason. So a batch may hold scenes of both kinds, and no gain is NaN.
A source with a channel of zeros is refused before learning: no gain can change it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import cleandoc, signature
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from colorfix.core.errors import BrokenRegularizer, SettingError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array

Penalty = TypeVar("Penalty", bound="Callable[..., Any]")

TRAITS = "__colorfix_traits__"
"""Attribute of a penalty that holds its :class:`Traits`."""


class Need(NamedTuple):
    """A condition on a scene without which a penalty is undefined.

    Attributes:
        met: function of a scene that returns truth values, shape [P], one for each of its problems.
        lack: clause that describes a scene without it: ``"the photo has no edges"``.
    """

    met: Callable[[Scene], Array]
    lack: str


EDGES = Need(lambda scene: (scene.edges > 0).all(-1), "the photo has a channel without edges")
COLORS = Need(
    lambda scene: (scene.shares > 0).any(-1),
    "every color of the photo is clipped, or nearly black in some channel",
)
TARGET = Need(lambda scene: (scene.target_means > 0).all(-1), "the target has a channel that is all zero")

UNKNOWN = 0.0
"""Basin width of a penalty that states none: it may have narrow basins."""


@dataclass(frozen=True)
class Traits:
    """Metadata of a penalty, which the decorators :func:`needs`, :func:`basins` and :func:`ranges` set.

    Attributes:
        need: what it needs of a scene, or None.
        basin_width: of its narrowest basin, in natural logarithms of gains on encoded values; infinite for a
            penalty of one basin; or the name of the parameter that is the width.
        no_change: whether it has a narrow basin at no change, where learning then starts too.
        ranges: least and greatest value, by parameter.
    """

    need: Need | None = None
    basin_width: float | str = UNKNOWN
    no_change: bool = False
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def traits_of(penalty: Callable[..., Any]) -> Traits:
    """Return the metadata of a penalty; of an undecorated one, the defaults."""
    traits: Traits = getattr(penalty, TRAITS, Traits())
    return traits


def decorated(penalty: Penalty, **traits: Any) -> Penalty:  # noqa: ANN401 - fields of Traits
    """Return the penalty with some of its metadata replaced."""
    setattr(penalty, TRAITS, replace(traits_of(penalty), **traits))
    return penalty


def needs(need: Need) -> Callable[[Penalty], Penalty]:
    """Declare what a penalty needs of a scene.

    >>> @needs(TARGET)
    ... def cautious(gains, scene):
    ...     return TARGET.met(scene) * gains.sum(-1)
    >>> need_of(cautious).lack
    'the target has a channel that is all zero'
    """
    return partial(decorated, need=need)


def basins(width: float | str, *, no_change: bool = False) -> Callable[[Penalty], Penalty]:
    """Declare the width of a penalty's narrowest basin, one at no change apart, as :class:`Traits` has it.

    >>> @basins(math.inf)
    ... def keep_green(gains, scene):
    ...     return (gains[..., 1] - 1.0) ** 2
    >>> width_of(Weighted("keep-green", keep_green, 1.0))
    inf
    """
    return partial(decorated, basin_width=width, no_change=no_change)


def ranges(**limits: tuple[float, float]) -> Callable[[Penalty], Penalty]:
    """Declare the least and greatest value of parameters of a penalty; the others may have any.

    >>> @ranges(wanted=(0.2, 4.0))
    ... def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[..., 1] - wanted) ** 2
    >>> check_parameters("keep-green", keep_green, {"wanted": 9.0})
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: wanted of keep-green must lie between 0.2 and 4, got 9.0
    """

    def decorate(penalty: Penalty) -> Penalty:
        for name in limits.keys() - parameters_of(penalty).keys():
            raise TypeError(f"{name!r} has a range, but is no keyword-only argument of {penalty}")
        return decorated(penalty, ranges=limits)

    return decorate


def need_of(penalty: Callable[..., Any]) -> Need | None:
    """Return what a penalty needs of a scene, or None.

    Raises:
        BrokenRegularizer: ``@needs`` was given something else.
    """
    need = traits_of(penalty).need
    if need is not None and not isinstance(need, Need):
        raise _broken(penalty, f"its need must be a Need, as @needs marks it, got {need!r}")
    return need


def width_of(regularizer: Weighted) -> float:
    """Return the width of the narrowest basin, natural logarithms of gains on encoded values."""
    width = traits_of(regularizer.function).basin_width
    if isinstance(width, str):
        defaults = getattr(regularizer.function, "__kwdefaults__", None) or {}
        return float(regularizer.parameters.get(width, defaults.get(width, UNKNOWN)))
    return float(width) if regularizer.weight else math.inf


def ranges_of(penalty: Callable[..., Any]) -> Mapping[str, tuple[float, float]]:
    """Return the least and greatest value of a penalty's parameters, of those that have a range.

    Raises:
        BrokenRegularizer: ``@ranges`` was given something else.
    """
    limits = traits_of(penalty).ranges
    if not all(map(_is_range, limits.values())):
        raise _broken(penalty, f"its ranges must be (least, most) by parameter, got {limits!r}")
    return limits


def _broken(penalty: Callable[..., Any], why: str) -> BrokenRegularizer:
    return BrokenRegularizer(getattr(penalty, "__name__", repr(penalty)), why)


def parameters_of(function: Callable[..., Any]) -> dict[str, float]:
    """Return the parameters of a regularizer, its keyword-only arguments, with their defaults.

    Raises:
        SettingError: the function is written in C and has no signature.

    >>> from colorfix.regularizers.limits import blue_hinge
    >>> sorted(parameters_of(blue_hinge))
    ['limit']
    """
    try:
        arguments = signature(function).parameters.values()
    except ValueError as error:
        raise SettingError(f"{function!r} has no signature; wrap it in a Python function") from error
    return {a.name: a.default for a in arguments if a.kind is a.KEYWORD_ONLY}


def is_finite(value: object) -> bool:
    """Return whether a value is a number, and neither NaN nor infinite.

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
    """Refuse parameters that a regularizer does not take, or whose values are out of range.

    Raises:
        UnknownName: a parameter that the function does not take.
        SettingError: a value that is no number, NaN, infinite or out of its range.
        BrokenRegularizer: the function's ranges are invalid.
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
    """A penalty on gains: any function with this signature.

    - It returns one penalty a problem, shape [P], usually at least 0, and finite where the gains are
    positive.
    - Each problem is independent of the others: reduce over the *last* axis only.
    - It is differentiable with respect to the gains.
    - It does not change its arguments.
    - Where the scene lacks something that it needs, it is 0; ``@needs(Need(met, lack))`` declares the need.

    Parameters are keyword-only arguments with numbers as defaults; ``@ranges`` declares their limits.

    A third party's penalty is called with torch tensors of exactly the shapes below, and may use all of
    torch.

    A built-in one takes NumPy arrays, torch tensors and boxes of gains: it uses only arithmetic and the
    array's own namespace (``colorfix.optim.arrays.namespace``), with any number of axes in front of those
    below. On NumPy it is called once with an array that records all operations, and the chain rule gives the
    gradient; terms of the scene alone are computed once, so begin with them. An operation that cannot be
    recorded needs a complex step: ``z * z`` and ``xp.where(z.real > 0, z, 0)`` work there, ``abs(z)`` does
    not.
    """

    def __call__(self, gains: Array, scene: Scene, /) -> Array:
        """Return the penalties.

        Args:
            gains: shape [P, 3], red, green, blue, positive factors.
            scene: statistics of the sources and targets, arrays of the same kind as the gains; their first
                axis has P rows, or one if all gains are for the same photo.
        """


@dataclass(frozen=True)
class Weighted:
    """A regularizer with its weight and parameters, as in ``-R NAME=WEIGHT,param=value``.

    Args:
        name: shown in the report.
        function: the penalty.
        weight: factor, at least 0.
        parameters: numbers for the function's keyword arguments; the rest keep their defaults.

    Raises:
        SettingError: no function; a weight that is no number, negative, NaN or infinite; a parameter that is
            no number or out of its range.
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


class Description(NamedTuple):
    """The parts of a docstring, without markup and examples.

    Attributes:
        summary: the first line.
        formula: the second paragraph, which is the formula in built-in penalties.
        rest: explanation, a picture of the landscape, units, source.

    >>> from colorfix.regularizers.gray import gain_spread
    >>> Description.of(gain_spread).formula
    'Σ_c (l_c - l̄)², l_c = ln g_c'
    """

    summary: str
    formula: str
    rest: str

    @classmethod
    def of(cls, function: Callable[..., object]) -> Description:
        """Describe a function; parts that its docstring lacks are empty."""
        text = cleandoc(function.__doc__ or "").split(">>>")[0].rstrip()
        plain = re.sub(r":\w+:`([^`]*)`", r"\1", text).replace("``", "")
        summary, formula, rest = (*plain.split("\n\n", 2), "", "")[:3]
        return cls(summary, formula, rest)
