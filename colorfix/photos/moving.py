"""Deep pixels from one matrix profile to another: by its formula, so that nothing is rounded to 8 bits.

A matrix profile says what stored values are: linear light by three curves, and CIE XYZ under D50 by three
primaries (ICC.1:2022, F.3). Relative colorimetry between two of them is curves, a matrix M, and curves back:

    y = encode_after( M · decode_before(x) ),    M = primaries_after^-1 · primaries_before

Both have their black at zero, so that compensating for black points changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.photos.picture import rounded_like
from colorfix.photos.transfer import curve_in, primaries_in

if TYPE_CHECKING:
    from colorfix.colour import Curve, Floats
    from colorfix.photos.picture import Deep

_AT_ONCE = 128  # rows


@dataclass(frozen=True, eq=False)
class Move:
    """The way of deep pixels from one matrix profile to another.

    Attributes:
        before: the curves of the first.
        after: the curves of the second.
        matrix: M above, shape [3, 3].
    """

    before: Curve
    after: Curve
    matrix: Floats

    @classmethod
    def between(cls, before: bytes, after: bytes) -> Move | None:
        """Return the way between two profiles, or None where one of them works by tables of colours."""
        try:
            matrix = np.linalg.inv(primaries_in(after)) @ primaries_in(before)
            return cls(curve_in(before), curve_in(after), matrix)
        except ValueError:
            return None

    def __call__(self, raster: Deep) -> Deep:
        """Return the same colours as the second profile stores them.

        What its space cannot hold is clipped; what is no number stays none.

        Args:
            raster: shape [H, W, C]; grey becomes red, green and blue.
        """
        channels = [0, 1, 2] if raster.shape[2] >= len("RGB") else [0, 0, 0]
        alpha = raster[..., -1:] if raster.shape[2] in {2, 4} else raster[..., :0]
        top = 65535.0 if raster.dtype == np.uint16 else 1.0
        result: Deep = np.empty((*raster.shape[:2], 3 + alpha.shape[2]), raster.dtype)
        for row in range(0, len(raster), _AT_ONCE):
            some = slice(row, row + _AT_ONCE)
            colours = top * self._moved(raster[some][..., channels].astype(np.float64) / top)
            result[some] = rounded_like(raster, np.concatenate([colours, alpha[some]], axis=-1))
        return result

    def _moved(self, stored: Floats) -> Floats:
        known = np.where(np.isfinite(stored), np.clip(stored, 0.0, 1.0), np.nan)
        light = np.clip(self.before.decoded(known) @ self.matrix.T, 0.0, 1.0)
        return self.after.encoded(light)
