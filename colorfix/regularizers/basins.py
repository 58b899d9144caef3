"""How wide the basins of a penalty are: how closely one has to look for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.regularizers.contract import Weighted
    from colorfix.regularizers.needs import Penalty


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
