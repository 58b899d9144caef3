"""What a correction does to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import tables_of
from colorfix.photos.applying import mapped

if TYPE_CHECKING:
    from colorfix.choices import Space
    from colorfix.colour import Floats
    from colorfix.photos.picture import Raster, Strip


@dataclass(frozen=True, eq=False)
class GainChange:
    """Multiplies each channel by its gain.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: where the product is taken.
    """

    gains: Floats
    space: Space = "srgb"

    def __call__(self, strip: Strip) -> Raster:
        """Return the strip's pixels, changed."""
        return mapped(strip.raster, tables_of(self.gains, self.space))

    @property
    def is_identity(self) -> bool:
        """Whether no pixel changes."""
        return bool((tables_of(self.gains, self.space) == np.arange(256)).all())
