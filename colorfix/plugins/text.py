"""Text on the command line -> weighted regularizer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.errors import SettingError, UnknownName
from colorfix.plugins.loading import function_in, installed_function
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = "none"
"""The word that drops every regularizer asked for before it, the default ones too."""


def preset_of(name: str) -> tuple[Weighted, ...]:
    """Return a named set of weighted regularizers.

    Raises:
        UnknownName: nobody has the name.

    >>> [weighted.name for weighted in preset_of("paper")]
    ['double-wells']
    """
    if name not in PRESETS:
        raise UnknownName("preset", name, PRESETS)
    return PRESETS[name]


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
    from_file = re.match(r"(?P<path>.+\.py):(?P<function>\w+)(?=[=,]|$)", text)
    head = from_file.group() if from_file else ""
    first, *rest = text[len(head) :].split(",")
    name, weight = _assignment(head + first, text)
    parameters = dict(_assignment(part, text) for part in rest)
    if from_file:
        function = function_in(from_file["path"], from_file["function"])
    else:
        function = installed_function(name)
    asked = Weighted(name, function, weight, parameters)
    return asked if name in BUILT_IN else _adopted(asked)


def _adopted(asked: Weighted) -> Weighted:
    """Return a third party's regularizer, held to the contract and callable with either kind of array."""
    from colorfix.plugins.bridge import Bridge  # noqa: PLC0415 - only a third party's function needs torch
    from colorfix.plugins.contract import check  # noqa: PLC0415 - likewise

    check(asked.name, asked.function, dict(asked.parameters))
    return replace(asked, function=Bridge(asked.function))


def combined(default: Iterable[Weighted], asked: Iterable[str]) -> tuple[Weighted, ...]:
    """Add to the default set what is asked for, in order.

    A name that is there already is replaced, ``none`` drops all so far, and a weight of 0 drops one.

    >>> default = (weighted_of("luminance=10"), weighted_of("shades-of-gray=5"))
    >>> [(r.name, r.weight) for r in combined(default, ["luminance=2", "shades-of-gray=0"])]
    [('luminance', 2.0)]
    >>> [r.name for r in combined(default, ["none", "gray-world=1"])]
    ['gray-world']
    """
    chosen = {regularizer.name: regularizer for regularizer in default}
    for text in asked:
        if text == NONE:
            chosen.clear()
        else:
            weighted = weighted_of(text)
            chosen[weighted.name] = weighted
    return tuple(weighted for weighted in chosen.values() if weighted.weight > 0)


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
