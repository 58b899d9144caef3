"""Which pixels of a photo its statistics are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.photos.picture import in_eight_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo
    from colorfix.photos.picture import Strip
    from colorfix.photos.region import Region


@dataclass(frozen=True, eq=False)
class Selection:
    """Which pixels count, beyond that transparent ones never do.

    Attributes:
        region: those inside it; None for all.
        unclipped: only those of which no channel has the top value.

    >>> from colorfix.photos.picture import Strip
    >>> blown = Image.new("RGB", (1, 1), (255, 200, 100))
    >>> Selection(unclipped=True).of(Strip(blown)).getpixel((0, 0))
    0
    >>> EVERYTHING.is_everything, Selection(unclipped=True).is_everything
    (True, False)
    """

    region: Region | None = None
    unclipped: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether every visible pixel counts."""
        return self.region is None and not self.unclipped

    def check(self, photo: Photo) -> None:
        """Refuse a photo that the region does not fit; see :meth:`colorfix.photos.Region.check`."""
        if self.region is not None:
            self.region.check(photo)

    def of(self, strip: Strip) -> Image.Image | None:
        """Return a mask of the strip, mode ``L``: 255 where a pixel counts, else 0; None where all do."""
        chosen: NDArray[np.bool_] | None = None if self.region is None else self.region.inside(strip)
        if self.unclipped:
            below = _unclipped(np.asarray(in_eight_bits(strip.raster).convert("RGB")))
            chosen = below if chosen is None else chosen & below
        return None if chosen is None else Image.fromarray(np.where(chosen, np.uint8(255), np.uint8(0)))

    def of_points(
        self, pixels: NDArray[np.uint8], rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which points of a grid count, shape [H, W].

        Args:
            pixels: the grid, shape [H, W, 4].
            rows: where its points lie, pixels from the picture's upper edge, shape [H].
            columns: likewise from its left edge, shape [W].
        """
        chosen = np.ones(pixels.shape[:2], np.bool_)
        if self.region is not None:
            chosen &= self.region.at(rows, columns)
        if self.unclipped:
            chosen &= _unclipped(pixels[..., :3])
        return chosen


EVERYTHING = Selection()
"""Every visible pixel."""

_TOP = 255


def _unclipped(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    below: NDArray[np.bool_] = pixels.max(axis=-1) < _TOP
    return below
