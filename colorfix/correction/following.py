"""How far a guide counts: from its likeness, and from the settings ``follow`` and ``exposure``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from colorfix.color.likeness import Likeness
    from colorfix.core.defaults import Exposure, Follow


class Following(NamedTuple):
    """How far a guide counts, each from 0 to 1.

    Attributes:
        match: factor of the match term.
        colors: weight of the channel means as those of the same scene.
        brightness: how far the luminance moves from the source's to the guide's, in logarithms.
    """

    match: float
    colors: float
    brightness: float

    @classmethod
    def of(cls, likeness: Likeness, follow: Follow, exposure: Exposure) -> Following:
        """Return how far a guide counts.

        Args:
            likeness: of the guide.
            follow: ``"auto"`` or a number; see :class:`colorfix.Settings`.
            exposure: ``"auto"``, ``"keep"`` or ``"match"``.

        >>> from colorfix.color.likeness import Likeness
        >>> twin, other = Likeness(1.0, "structure", 1.0), Likeness(0.03, "structure", 0.03)
        >>> Following.of(twin, "auto", "auto")
        Following(match=1.0, colors=1.0, brightness=1.0)
        >>> Following.of(other, "auto", "auto"), Following.of(other, 1.0, "match")
        (Following(match=1.0, colors=0.0, brightness=0.0), Following(match=1.0, colors=1.0, brightness=1.0))
        """
        match, colors = (1.0, likeness.colors) if follow == "auto" else (follow, follow)
        brightness = {"auto": match * likeness.brightness, "keep": 0.0, "match": 1.0}[exposure]
        return cls(match, colors, brightness)
