"""A photo that gets a look: nothing is measured, and nothing learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.colour import SRGB

if TYPE_CHECKING:
    from colorfix.look import Look
    from colorfix.timing import Stages


@dataclass(frozen=True, eq=False)
class Applied:
    """A photo and what a look does to it.

    Attributes:
        source: the photo as it was read.
        look: what it gets.
        change: what that does to its pixels.
        seconds: wall time by stage.
        warnings: what had to be assumed, a sentence each.
    """

    source: photos.Photo
    look: Look
    change: photos.GainChange
    seconds: dict[str, float]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, photo: photos.Photo, look: Look, stages: Stages) -> Applied:
        """Return what a look does to a photo, by the photo's own transfer curve."""
        curve, doubtful = photos.curve_of(photo) if look.space == "linear" else (SRGB, ())
        return cls(photo, look, look.change(curve), stages.seconds, (*photo.warnings, *doubtful))
