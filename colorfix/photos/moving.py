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

from colorfix.color.statistics import SRGB
from colorfix.photos.picture import rounded_like
from colorfix.photos.transfer import curve_in, primaries_in, undated

if TYPE_CHECKING:
    from colorfix.color.statistics import Curve, Floats
    from colorfix.photos.picture import Deep

_AT_ONCE = 128  # rows
_SRGB_PRIMARIES = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]]
)  # as the sRGB profiles in use have them: IEC 61966-2-1, adapted to D50
_STILL = 5e-4  # of linear light; the darkest tones, which sRGB stretches most, move by less than two codes


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
    def between(cls, before: bytes | None, after: bytes | None) -> Move | None:
        """Return the way between two profiles, or None where one of them works by tables of colours.

        Args:
            before: a profile for RGB; None is sRGB.
            after: likewise.
        """
        try:
            (first, primaries), (second, others) = _numbers_of(before), _numbers_of(after)
        except ValueError:
            return None
        return cls(first, second, np.linalg.inv(others) @ primaries)

    @property
    def leads_nowhere(self) -> bool:
        """Whether no colour moves by as much as two codes of 8 bits: two versions of one profile.

        >>> Move.between(None, None).leads_nowhere
        True
        """
        alike = self.before is self.after or bool((self.before.light == self.after.light).all())
        return alike and bool(np.abs(self.matrix - np.eye(3)).max() <= _STILL)

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


def _numbers_of(profile: bytes | None) -> tuple[Curve, Floats]:
    """The curves and the primaries of a profile."""
    plain = undated(profile)
    return (SRGB, _SRGB_PRIMARIES) if plain is None else (curve_in(plain), primaries_in(plain))
