"""Weighted regularizers from the text of the command line or from a function; checks before they are used."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import SettingError, UnknownName
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted
from colorfix.regularizers.plugins.loading import FROM_FILE, function_of, plugin_errors_as

if TYPE_CHECKING:
    from collections.abc import Mapping


def adopt(regularizer: Weighted) -> Weighted:
    """Check a function of yours, written in torch, against the contract, and wrap it for NumPy arrays.

    Raises:
        SettingError: a built-in regularizer has its name.
        BrokenRegularizer: it breaks the contract; the message says how.

    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> adopt(Weighted("keep-green", keep_green, 50.0, {"wanted": 1.05})).name
    'keep-green'
    """
    from colorfix.regularizers.plugins.torch_contract import (
        TorchAdapter,
        check,
    )

    name, function = regularizer.name, regularizer.function
    if name in BUILT_IN:
        raise SettingError(
            f"the regularizer {name!r} has two owners, {function!r} and colorfix itself; rename yours"
        )
    check(name, function, dict(regularizer.parameters))
    return replace(regularizer, function=TorchAdapter(name, function))


def refuse_unadopted(regularizer: Weighted) -> None:
    """Refuse a function that does not take NumPy arrays, such as one in torch that was not adopted.

    It is called with two complex gains of one photo, as for gradients.

    Raises:
        SettingError: it raises, or does not return a penalty for each.

    >>> in_torch = Weighted("keep-green", lambda gains, scene: (gains[:, 1] - 1) ** 2, 50.0)
    >>> refuse_unadopted(in_torch)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: the regularizer 'keep-green' cannot be called with arrays ...
    """
    name, function = regularizer.name, regularizer.function
    if BUILT_IN.get(name) is function or getattr(function, "adopted", False):
        return

    def refused(why: str) -> SettingError:
        return SettingError(
            f"the regularizer {name!r} cannot be called with arrays of shape [..., P, 3] ({why}); "
            "one written in torch must pass through colorfix.regularizers.plugins.adopt"
        )

    photo = Statistics(np.ones((3, 256), np.int64))
    gains = np.ones((2, 1, 3), np.complex128)
    with plugin_errors_as(refused), np.errstate(all="ignore"):
        penalties = regularizer(gains, Scene.of([photo], [photo]))
    if np.shape(penalties) != gains.shape[:-1]:
        raise refused(f"for shape {gains.shape} it returned {np.shape(penalties)}")


FORM = "NAME=WEIGHT[,param=value...]"

NONE = "none"
"""Text that drops every regularizer before it, those of the preset too."""


def choose_regularizers(*asked: str, preset: str = "default") -> tuple[Weighted, ...]:
    """Return the regularizers of ``--preset`` and ``-R``, for :class:`colorfix.Settings`.

    Args:
        asked: ``NAME=WEIGHT[,param=value...]`` each, added to the preset in order; a name that is in it is
            replaced, ``none`` drops all before it, and a weight of 0 drops one.
        preset: a named set; ``"plain"`` is empty.

    Raises:
        SettingError: a text of another form, a number out of its range, or a broken contract.
        UnknownName: a preset, regularizer or parameter that does not exist.

    >>> [(r.name, r.weight) for r in choose_regularizers("tint=0.1", preset="paper")]
    [('double-wells', 1.0), ('tint', 0.1)]
    >>> [r.name for r in choose_regularizers("none", "gray-world=1", "tint=1", "tint=0")]
    ['gray-world']
    """
    if not isinstance(preset, str) or preset not in PRESETS:
        raise UnknownName("preset", preset, PRESETS)
    chosen = {regularizer.name: regularizer for regularizer in PRESETS[preset]}
    for text in asked:
        if text == NONE:
            chosen.clear()
        else:
            weighted = weighted_of(text)
            chosen[weighted.name] = weighted
    return tuple(weighted for weighted in chosen.values() if weighted.weight > 0)


def weighted_of(text: str) -> Weighted:
    """Parse ``NAME=WEIGHT[,param=value...]``.

    NAME is a built-in regularizer, one of an installed package, or ``PATH.py:function``; the last two are
    checked against the contract (:mod:`colorfix.regularizers.plugins.torch_contract`).

    Raises:
        SettingError: the text has another form, a value is no number, or the contract is broken.
        UnknownName: the name or a parameter does not exist.

    >>> weighted = weighted_of("blue-hinge=2.5,limit=0.3")
    >>> weighted.name, weighted.weight, dict(weighted.parameters)
    ('blue-hinge', 2.5, {'limit': 0.3})
    """
    if not isinstance(text, str):
        raise SettingError(f"a regularizer must be a text, {FORM}, got {text!r}")
    from_file = re.match(f"{FROM_FILE.pattern}(?=[=,]|$)", text)
    name = from_file.group() if from_file else re.split("[=,]", text, maxsplit=1)[0]
    first, *rest = text[len(name) :].split(",")  # a path may contain commas and equals signs
    if name.strip() == NONE:
        raise SettingError(f"{text!r}: {NONE!r} takes no weight; -R none drops every regularizer before it")
    weight = _number(name, first.removeprefix("="), text)
    parameters: dict[str, float] = {}
    for part in rest:
        parameter, _, value = part.partition("=")
        if parameter.strip() in parameters:
            raise SettingError(f"{text!r} gives {parameter.strip()!r} twice; leave one out")
        parameters[parameter.strip()] = _number(parameter, value, text)
    return regularizer_of(name.strip(), weight, parameters)


def regularizer_of(name: str, weight: float = 1.0, parameters: Mapping[str, float] | None = None) -> Weighted:
    """Return the regularizer of a name; one that is not built in is checked against the contract.

    Raises:
        SettingError: a number out of its range, or a broken contract.
        UnknownName: the name or a parameter does not exist.
    """
    penalty = Weighted(name, function_of(name), weight, parameters or {})
    return penalty if name in BUILT_IN else adopt(penalty)


def _number(name: str, value: str, text: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise SettingError(
            f"{text!r} is not {FORM}: {value!r} is no number"
            if value
            else f"{text!r} is not {FORM}: {name!r} has no number, as in {name}=1"
        ) from None
