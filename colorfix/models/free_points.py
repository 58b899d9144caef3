"""Points that are learned as they are: an optimizer on a loss, with nothing between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats


class FreePoints(NamedTuple):
    """The parameters are the points.

    Attributes:
        start: where each problem starts, shape [P, D]; it is not changed.
    """

    start: Floats
