"""The parameters of a regularizer: which there are, their defaults, and where they make sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from inspect import signature
from numbers import Real
from typing import TYPE_CHECKING, Any

from colorfix.core.errors import BrokenRegularizer, SettingError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.regularizers.needs import Penalty


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

    >>> from colorfix.regularizers.blue import blue_hinge
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
