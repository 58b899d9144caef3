"""A look: gains kept for other photos, as a file that people can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from colorfix import photos

if TYPE_CHECKING:
    from colorfix.choices import Highlights, Space
    from colorfix.colour import Curve, Floats

FORMAT: Final = "colorfix/look/1"


@dataclass(frozen=True, eq=False)
class Look:
    """What a correction does to any photo; not where it lies in one (a region), nor how it was learned.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: where the product is taken.
        highlights: what becomes of blown ones.
        dither: whether fine noise hides bands.
        origin: how it came about, for people to read: names of source and target, the version.
    """

    gains: Floats
    space: Space
    highlights: Highlights = "protect"
    dither: bool = False
    origin: dict[str, str] = field(default_factory=dict)

    def change(self, curve: Curve) -> photos.GainChange:
        """Return what it does to the pixels of a photo with this transfer curve."""
        return photos.GainChange(
            self.gains, self.space, curve, highlights=self.highlights, dither=self.dither
        )
