"""Points that are learned as they are: an optimizer on a loss, with nothing between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.colour import Floats


@dataclass(frozen=True)
class FreePoints:
    """The parameters are the points.

    Attributes:
        start: where each problem starts, shape [P, D]; it is not changed.
    """

    start: Floats
