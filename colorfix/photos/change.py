"""What a correction does to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import tables_of
from colorfix.photos.applying import mapped
from colorfix.photos.region import mixed

if TYPE_CHECKING:
    from colorfix.choices import Highlights, Space
    from colorfix.colour import Floats
    from colorfix.photos.picture import Raster, Strip
    from colorfix.photos.region import Region


@dataclass(frozen=True, eq=False)
class GainChange:
    """Multiplies each channel by its gain.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: where the product is taken.
        highlights: ``"clip"`` or ``"protect"``.
        dither: whether fine noise hides bands.
        within: where alone pixels change; None for everywhere.
    """

    gains: Floats
    space: Space = "srgb"
    highlights: Highlights = "clip"
    dither: bool = False
    within: Region | None = None

    def __call__(self, strip: Strip) -> Raster:
        """Return the strip's pixels, changed."""
        changed = mapped(strip.raster, tables_of(self.gains, self.space))
        return changed if self.within is None else mixed(strip, changed, self.within)

    @property
    def is_identity(self) -> bool:
        """Whether no pixel changes."""
        return bool((tables_of(self.gains, self.space) == np.arange(256)).all())
