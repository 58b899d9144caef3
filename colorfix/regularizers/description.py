"""What a regularizer's docstring says of it, for a terminal."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Description(NamedTuple):
    """A docstring in its parts, without markup and examples.

    Attributes:
        summary: the first line.
        formula: the second paragraph, which is the formula of every built-in one.
        rest: what follows: explanation, a picture of the landscape, units, source.

    >>> from colorfix.regularizers.spread import gain_spread
    >>> Description.of(gain_spread).formula
    'Σ_c (l_c - l̄)², l_c = ln g_c'
    """

    summary: str
    formula: str
    rest: str

    @classmethod
    def of(cls, function: Callable[..., object]) -> Description:
        """Describe a function; what its docstring lacks is empty."""
        text = cleandoc(function.__doc__ or "").split(">>>")[0].rstrip()
        plain = re.sub(r":\w+:`([^`]*)`", r"\1", text).replace("``", "")
        summary, formula, rest = (*plain.split("\n\n", 2), "", "")[:3]
        return cls(summary, formula, rest)
