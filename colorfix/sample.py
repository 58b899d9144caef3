"""What three histograms cannot know of a photo: which colours occur together, and next to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import LUMA, linear_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.choices import Space
    from colorfix.colour import Floats

COLOURS = 256
"""Entries of a palette: always so many, that photos can be stacked; unused ones have no share."""

CELL = 0.1
"""Side of the cells in which colours are gathered, in log chromaticity: half of what one can see."""

DARKEST, LEAST, BRIGHTEST = 0.08, 0.015, 0.98
"""Stored values, 0 to 1. A colour counts whose largest value lies between the first and the last, and whose
smallest above the second: darker ones are noise, brighter ones are clipped, and neither keeps its hue."""

EXPONENTS: dict[Space, float] = {"srgb": 1.0, "linear": 2.2}
"""Logarithms of gains in a space, divided by its exponent, are about those of gains on encoded values."""


@dataclass(frozen=True)
class Sample:
    """A regular grid of a photo's pixels, in one space.

    Attributes:
        pixels: uint8, shape [H, W, 4], red, green, blue and alpha, as ``photos.grid`` gives them.
        space: where logarithms and differences are taken.

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
        """The photo's colours without their brightness, gathered in cells of :data:`CELL`.

        Returns:
            Log chromaticities (ln x_R/x_G, ln x_B/x_G) divided by the space's exponent, shape [256, 2], and
            the share of each in the luminance of all, shape [256]. The shares sum to 1, or to 0 where no
            colour counts.
        """
        colours = self._stored[self._counting]
        logs = np.log(self._in_space(colours)) / EXPONENTS[self.space]
        chromas = logs[:, [0, 2]] - logs[:, [1]]
        cells, members = np.unique(np.rint(chromas / CELL), axis=0, return_inverse=True)
        members = members.ravel()
        shares: Floats = np.bincount(members, colours @ LUMA, len(cells)).astype(np.float64)
        centres = [np.bincount(members, colours @ LUMA * chroma, len(cells)) / shares for chroma in chromas.T]
        return _fixed(np.stack(centres, axis=1), shares)

    @property
    def edges(self) -> Floats:
        """Mean length of each channel's gradient, shape (3,).

        Over the visible points of the grid that have a visible neighbour below and one to the right; 0 where
        there is none.
        """
        values, visible = self._in_space(self._stored), self._visible
        down, across = np.diff(values, axis=0)[:, :-1], np.diff(values, axis=1)[:-1]
        seen = visible[:-1, :-1] & visible[1:, :-1] & visible[:-1, 1:]
        lengths = np.hypot(down, across)[seen]
        means: Floats = lengths.sum(axis=0) / max(len(lengths), 1)
        return means

    @property
    def _stored(self) -> Floats:
        return self.pixels[..., :3] / 255.0

    @property
    def _visible(self) -> NDArray[np.bool_]:
        visible: NDArray[np.bool_] = self.pixels[..., 3] > 0
        return visible

    @property
    def _counting(self) -> NDArray[np.bool_]:
        largest, smallest = self._stored.max(axis=-1), self._stored.min(axis=-1)
        counting: NDArray[np.bool_] = (
            self._visible & (largest > DARKEST) & (largest < BRIGHTEST) & (smallest > LEAST)
        )
        return counting

    def _in_space(self, stored: Floats) -> Floats:
        return stored if self.space == "srgb" else linear_of(stored)


def _fixed(chromas: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """The heaviest colours, :data:`COLOURS` of them, their shares summing to 1; padded with zeros."""
    heaviest = np.argsort(-shares, kind="stable")[:COLOURS]
    missing = COLOURS - len(heaviest)
    chromas = np.pad(chromas[heaviest], ((0, missing), (0, 0)))
    shares = np.pad(shares[heaviest], (0, missing))
    return chromas, shares / (shares.sum() or 1.0)
