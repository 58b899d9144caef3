"""Corrected pixels are counted on their way into the encoder: no second pass over the photo is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.photos.describing import counts_of_strip
from colorfix.photos.picture import Strip

if TYPE_CHECKING:
    from colorfix.color.statistics import Counts
    from colorfix.photos.picture import Change, Raster


class Counting:
    """A change that remembers how often each value came out of it; smaller copies do not count.

    Args:
        change: what is done to a strip.

    >>> counting = Counting(lambda strip: strip.raster)
    >>> raster = counting(Strip(np.full((2, 3, 3), 7, np.uint16)))
    >>> counting.counts.sum(axis=1).tolist()
    [6.0, 6.0, 6.0]
    """

    def __init__(self, change: Change) -> None:
        self.counts: Counts = np.zeros((3, 256), np.int64)
        self.change = change

    def __call__(self, strip: Strip) -> Raster:
        """Return the strip's pixels, changed."""
        raster = self.change(strip)
        if strip.copy_of is None:
            self.add(counts_of_strip(Strip(raster)))
        return raster

    def add(self, counts: Counts) -> None:
        """Add what was counted of corrected pixels elsewhere."""
        self.counts = self.counts + counts
