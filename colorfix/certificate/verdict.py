"""The answer to a comparison over a box: everywhere, nowhere, or here and there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Verdict:
    """Where a comparison holds, for many boxes at once.

    Attributes:
        always: it holds all over the box.
        never: it holds nowhere in the box; where neither is so, it is not known.
    """

    always: NDArray[np.bool_]
    never: NDArray[np.bool_]

    __array_ufunc__ = None  # NumPy's operators leave it alone

    def __invert__(self) -> Verdict:
        return Verdict(self.never, self.always)

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.always & other.always, self.never | other.never)

    def __or__(self, other: Verdict) -> Verdict:
        return Verdict(self.always | other.always, self.never & other.never)

    def __bool__(self) -> NoReturn:
        raise TypeError("over a box a comparison may hold here and fail there: use where(), not if")

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("over a box a comparison may hold here and fail there: use the namespace's where()")
