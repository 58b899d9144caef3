"""What a penalty needs of a scene, and what is said of a scene that lacks it.

Where the need is not met the penalty is 0 for that problem, whatever the gains: the term is left out, and
the correction carries a warning that says why. So a batch may hold scenes of both kinds, and no gain is NaN.
A source with a channel of zeros is no need: no gain can bring it back, and it is refused before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from colorfix.core.errors import BrokenRegularizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array
    from colorfix.regularizers.contract import Regularizer

Penalty = TypeVar("Penalty", bound="Callable[..., Any]")


class Need(NamedTuple):
    """Something without which a penalty is undefined.

    Attributes:
        met: takes a scene and returns which of its P problems have it: truth values, shape [P].
        lack: said of one that has not, as a clause: ``"the photo has no edges"``.
    """

    met: Callable[[Scene], Array]
    lack: str


EDGES = Need(lambda scene: (scene.edges > 0).all(-1), "the photo has a channel without edges")
COLOURS = Need(
    lambda scene: (scene.shares > 0).any(-1),
    "every colour of the photo is clipped, or nearly black in some channel",
)
TARGET = Need(lambda scene: (scene.target_means > 0).all(-1), "the target has a channel that is all zero")


def needs(need: Need) -> Callable[[Penalty], Penalty]:
    """Mark a penalty with what it needs of a scene.

    >>> @needs(TARGET)
    ... def cautious(gains, scene):
    ...     return TARGET.met(scene) * gains.sum(-1)
    >>> need_of(cautious).lack
    'the target has a channel that is all zero'
    """

    def mark(penalty: Penalty) -> Penalty:
        vars(penalty)["need"] = need
        return penalty

    return mark


def need_of(penalty: Regularizer) -> Need | None:
    """Return what a penalty needs of a scene, or None.

    Raises:
        BrokenRegularizer: its mark holds something else.
    """
    need = getattr(penalty, "need", None)
    if need is not None and not isinstance(need, Need):
        name = getattr(penalty, "__name__", repr(penalty))
        raise BrokenRegularizer(name, f"its need must be a Need, as @needs marks it, got {need!r}")
    return need
