"""What a regularizer is, for whoever writes one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from colorfix.errors import SettingError
from colorfix.regularizers.parameters import check_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.optim.arrays import Array
    from colorfix.scene import Scene


class Regularizer(Protocol):
    """A penalty on gains: any function of this shape is one.

    - Returns one penalty a problem, shape [P], at least 0 by habit, finite wherever the gains are positive.
    - Uses only arithmetic and the array's own namespace (``colorfix.optim.arrays.namespace``), so that it
      serves NumPy and torch alike.
    - Sums over the *last* axis and leaves leading axes alone: the shapes below may have more in front.
    - Is differentiable; on NumPy the derivative is taken by a complex step, so write ``z * z`` and
      ``xp.where(z.real > 0, z, 0)`` rather than ``abs(z)``.
    - Leaves its arguments as they are.

    Its parameters, where it has any, are keyword-only arguments with defaults, numbers all.
    """

    def __call__(self, gains: Array, scene: Scene, /) -> Array:
        """Return the penalties.

        Args:
            gains: shape [P, 3], red, green, blue, positive factors.
            scene: statistics of the P sources and targets; its arrays are of the kind that the gains are.
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
        SettingError: a weight that is negative, NaN or infinite; a parameter that is no number or out of its
            range.
        UnknownName: a parameter that the function does not take.
    """

    name: str
    function: Regularizer
    weight: float
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise SettingError(f"the weight of {self.name} must be a number of at least 0, got {self.weight}")
        check_parameters(self.name, self.function, self.parameters)

    def __call__(self, gains: Array, scene: Scene) -> Array:
        """Return weight times penalty, shape [P]."""
        return self.weight * partial(self.function, **self.parameters)(gains, scene)
