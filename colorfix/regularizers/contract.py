"""What a regularizer is, for whoever writes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from colorfix.core.errors import SettingError
from colorfix.regularizers.parameters import check_parameters, is_finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array


class Regularizer(Protocol):
    """A penalty on gains: any function of this shape is one.

    - It returns one penalty a problem, shape [P], at least 0 by habit, finite where the gains are positive.
    - It judges each problem by itself: reduce over the *last* axis only.
    - It is differentiable with respect to the gains.
    - It leaves its arguments as they are.
    - Where the scene lacks what it needs it is 0, and says what: ``@needs(Need(met, lack))``.

    Its parameters, where it has any, are keyword-only arguments with defaults, numbers all; ``@ranges`` says
    between which values.

    A built-in one serves NumPy and torch alike, and boxes of gains too: only arithmetic and the array's own
    namespace (``colorfix.optim.arrays.namespace``), any number of axes in front of those below. On NumPy it
    is called once with numbers that write down what is done with them, and the chain rule gives the slopes;
    what follows from the scene alone is computed once, so begin with it. What those numbers do not know
    takes a complex step, so ``z * z`` and ``xp.where(z.real > 0, z, 0)`` rather than ``abs(z)``. A third
    party's is called with torch tensors of exactly the shapes below, and may use all of torch.
    """

    def __call__(self, gains: Array, scene: Scene, /) -> Array:
        """Return the penalties.

        Args:
            gains: shape [P, 3], red, green, blue, positive factors.
            scene: statistics of the sources and targets, arrays of the kind that the gains are; their first
                axis has P rows, or one where all gains are for the same photo.
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
        SettingError: no function; a weight that is no number, negative, NaN or infinite; a parameter that
            is no number or out of its range.
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
