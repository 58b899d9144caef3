"""Text on the command line -> weighted regularizer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.errors import SettingError, UnknownName
from colorfix.plugins.loading import FROM_FILE, function_of
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE = "none"
"""The word that drops every regularizer asked for before it, the default ones too."""


def choose_regularizers(*asked: str, preset: str = "default") -> tuple[Weighted, ...]:
    """Return what the command's ``--preset`` and ``-R`` ask for, for :class:`colorfix.Settings`.

    Args:
        asked: ``NAME=WEIGHT[,param=value...]`` each, added to the preset in order; a name that is there
            already is replaced, ``none`` drops all so far, and a weight of 0 drops one.
        preset: a named set; ``"plain"`` is empty.

    Raises:
        SettingError: a text of another form, a number out of its range, or a broken contract.
        UnknownName: a preset, regularizer or parameter that does not exist.

    >>> [(r.name, r.weight) for r in choose_regularizers("tint=0.1", preset="paper")]
    [('double-wells', 1.0), ('tint', 0.1)]
    >>> [r.name for r in choose_regularizers("none", "gray-world=1", "tint=1", "tint=0")]
    ['gray-world']
    """
    if preset not in PRESETS:
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
    """Read ``NAME=WEIGHT[,param=value...]``.

    NAME is a built-in regularizer, one that an installed package offers, or ``PATH.py:function``. What is not
    built in is held to the contract (:mod:`colorfix.plugins.contract`).

    Raises:
        SettingError: the text is of another form, a number is not one, or the contract is broken.
        UnknownName: nobody has the name, or the regularizer does not take the parameter.

    >>> weighted = weighted_of("blue-hinge=2.5,limit=0.3")
    >>> weighted.name, weighted.weight, dict(weighted.parameters)
    ('blue-hinge', 2.5, {'limit': 0.3})
    """
    from_file = re.match(f"{FROM_FILE.pattern}(?=[=,]|$)", text)
    head = from_file.group() if from_file else ""  # a path may hold commas and equals signs
    first, *rest = text[len(head) :].split(",")
    name, weight = _assignment(head + first, text)
    parameters = dict(_assignment(part, text) for part in rest)
    return regularizer_of(name, weight, parameters)


def regularizer_of(name: str, weight: float = 1.0, parameters: Mapping[str, float] | None = None) -> Weighted:
    """Return the regularizer of a name; one that is not built in is held to the contract.

    Raises:
        SettingError: a number out of its range, or a broken contract.
        UnknownName: nobody has the name, or the regularizer does not take a parameter.
    """
    asked = Weighted(name, function_of(name), weight, parameters or {})
    return asked if name in BUILT_IN else adopt(asked)


def adopt(regularizer: Weighted) -> Weighted:
    """Hold a function of your own, written in torch, to the contract, and let NumPy call it too.

    Raises:
        BrokenRegularizer: it breaks the contract; the message says how.

    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> adopt(Weighted("keep-green", keep_green, 50.0, {"wanted": 1.05})).name
    'keep-green'
    """
    from colorfix.plugins.bridge import Bridge  # noqa: PLC0415 - only a third party's function needs torch
    from colorfix.plugins.contract import check  # noqa: PLC0415 - likewise

    check(regularizer.name, regularizer.function, dict(regularizer.parameters))
    return replace(regularizer, function=Bridge(regularizer.name, regularizer.function))


def _assignment(part: str, text: str) -> tuple[str, float]:
    name, _, value = part.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise SettingError(
            f"{text!r} is not NAME=WEIGHT[,param=value...]: {value!r} is no number"
            if value
            else f"{text!r} is not NAME=WEIGHT[,param=value...]: {name!r} has no number, as in {name}=1"
        ) from None
