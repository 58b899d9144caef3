"""Sample of a photo's pixels: its palette of colors, and the strength of its edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.color.statistics import CODES, LUMA, values_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import Space

PALETTE_SIZE = 256
"""Entries of a palette, the same for all photos so that they can be stacked; unused entries have share 0."""

CELL = 0.1
"""Side of a palette cell in log chromaticity: half of a visible difference."""

DARKEST, LEAST, BRIGHTEST = 0.08, 0.015, 0.98
"""Stored values, 0 to 1. A color counts if its largest value lies between the first and the last and its
smallest above the second: darker colors are noise and brighter ones are clipped; neither keeps its hue."""

EXPONENTS: dict[Space, float] = {"srgb": 1.0, "linear": 2.2}
"""Divisor that turns log gains in a space into about those on encoded values."""


@dataclass(frozen=True)
class Sample:
    """Regular grid of a photo's pixels, in one space.

    Attributes:
        pixels: uint8, shape [H, W, 4], red, green, blue and alpha; see ``photos.grid``.
        space: of logarithms and differences.

    >>> pixels = np.full((2, 2, 4), 255, np.uint8)
    >>> pixels[..., :3] = [200, 100, 50]
    >>> chromas, shares = Sample(pixels).palette
    >>> chromas[0].round(3).tolist(), shares[:2].tolist()
    ([0.693, -0.693], [1.0, 0.0])
    """

    pixels: NDArray[np.uint8]
    space: Space = "srgb"

    @property
    def palette(self) -> tuple[Floats, Floats]:
        """The photo's colors without brightness, clustered in cells of :data:`CELL`.

        Returns:
            Log chromaticities (ln x_R/x_G, ln x_B/x_G) divided by the space's exponent, shape [256, 2], and
            the share of each in the total luminance, shape [256]. The shares sum to 1, or to 0 if no color
            counts.
        """
        colors = self._counted_colors
        red, green, blue = _log_codes(self.space).take(colors)
        chromas = np.stack([red - green, blue - green])
        cells = np.rint(chromas / CELL).astype(np.intp)
        cells -= cells.min(axis=1, initial=0)[:, None]
        keys = cells[0] * (cells[1].max(initial=0) + 1) + cells[1]
        luminance = LUMA @ CODES.take(colors)
        found = np.bincount(keys, luminance).astype(np.float64)
        used = np.flatnonzero(found)
        shares = found[used]
        centres = [np.bincount(keys, luminance * chroma)[used] / shares for chroma in chromas]
        return fixed_palette(np.stack(centres, axis=1), shares)

    @property
    def edges(self) -> Floats:
        """Mean length of each channel's gradient, shape (3,).

        Over the visible points of the grid with a visible neighbor below and one to the right; 0 if there is
        none.
        """
        values, visible = values_in(self.space).take(self.pixels), self.pixels[..., 3] > 0
        here = values[:-1, :-1]
        squares = (values[1:, :-1] - here) ** 2 + (values[:-1, 1:] - here) ** 2
        seen = (visible[:-1, :-1] & visible[1:, :-1] & visible[:-1, 1:]).ravel()
        total = seen.astype(np.float64) @ np.sqrt(squares).reshape(-1, 4)
        means: Floats = total[:3] / max(int(seen.sum()), 1)
        return means

    @property
    def _counted_colors(self) -> NDArray[np.uint8]:
        """Colors of the points that count, shape [3, N]."""
        red, green, blue, alpha = channels = np.ascontiguousarray(self.pixels.reshape(-1, 4).T)
        largest = np.maximum(np.maximum(red, green), blue)
        smallest = np.minimum(np.minimum(red, green), blue)
        counting = (alpha > 0) & ((CODES > DARKEST) & (CODES < BRIGHTEST)).take(largest)
        return channels[:3].compress(counting & (CODES > LEAST).take(smallest), axis=1)


class PooledSample(NamedTuple):
    """Palette and edges of many photos together.

    Attributes:
        palette: see :attr:`Sample.palette`.
        edges: see :attr:`Sample.edges`.
    """

    palette: tuple[Floats, Floats]
    edges: Floats


@cache
def _log_codes(space: Space) -> Floats:
    """Logarithm of each code in a space over the space's exponent, shape [256]; code 0 counts as 1."""
    logs: Floats = np.log(np.maximum(values_in(space), values_in(space)[1])) / EXPONENTS[space]
    return logs


def fixed_palette(chromas: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Return the :data:`PALETTE_SIZE` colors of the largest shares, padded with zeros; shares sum to 1."""
    heaviest = np.argsort(-shares, kind="stable")[:PALETTE_SIZE]
    padded_chromas, padded_shares = np.zeros((PALETTE_SIZE, 2)), np.zeros(PALETTE_SIZE)
    padded_chromas[: len(heaviest)] = chromas[heaviest]
    padded_shares[: len(heaviest)] = shares[heaviest]
    return padded_chromas, padded_shares / (padded_shares.sum() or 1.0)
