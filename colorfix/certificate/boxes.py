"""Boxes of gains: what the search cuts up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from colorfix.certificate.functions import exp
from colorfix.certificate.polynomial import Polynomial
from colorfix.certificate.taylor import Taylor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
from colorfix.learning.starts import SHEARED

LAYER = 0.1
"""Thickness of the layers along the limits, in log gains."""

STRAIGHT: Floats = np.eye(3)
"""Coordinates of the layers: the log gains themselves, so that a box can end at a limit."""

STRETCH: Floats = np.array([1.0, 1.0, 0.5])
"""How finely boxes are cut along (a, b, t), in relation: of t most penalties know nothing."""


@dataclass(frozen=True)
class Boxes:
    """Boxes x = centre + radius · ξ, ξ in [-1, 1]³, of coordinates in which ln g = matrix · x.

    Attributes:
        matrix: shape [3, 3].
        centres: shape [B, 3].
        radii: shape [B, 3].
        low: what has to be covered: least log gain.
        high: greatest log gain; boxes that lie beyond are of no interest.
    """

    matrix: Floats
    centres: Floats
    radii: Floats
    low: float
    high: float

    @classmethod
    def within(cls, limits: tuple[float, float]) -> tuple[Boxes, Boxes]:
        """Return boxes that together cover all gains within limits: layers along the limits, and the inside.

        Straight boxes end where the limits are, so that a minimum at a limit is a corner of some box. Sheared
        ones stick out, which does no harm where all that they need to cover lies a layer away.
        """
        low, high = (float(np.log(limit)) for limit in limits)
        layer = min(LAYER, (high - low) / 4)
        middle, half = (low + high) / 2, (high - low) / 2
        centres, radii = np.full((6, 3), middle), np.full((6, 3), half)
        for side, end in enumerate((low + layer / 2, high - layer / 2)):
            for axis in range(3):
                centres[3 * side + axis, axis], radii[3 * side + axis, axis] = end, layer / 2
        inside = np.array([[0.0, 0.0, middle]]), np.array([[2 * half, 2 * half, half]])
        return (
            cls(STRAIGHT, centres, radii, low, high),
            cls(SHEARED, *inside, low + layer, high - layer),
        )

    def __len__(self) -> int:
        return len(self.centres)

    def logs(self, where: Floats) -> Floats:
        """Return the log gains, shape [B, 3], at ξ of shape [B, 3]."""
        points: Floats = (self.centres + self.radii * where) @ self.matrix.T
        return points

    def gains(self) -> Taylor:
        """Return the gains over the boxes, shape [B, 1, 3]: one problem each."""
        logs = (self.centres @ self.matrix.T)[:, None, :]
        slopes = tuple((self.radii[:, i, None] * self.matrix[:, i])[:, None, :] for i in range(3))
        polynomial = Polynomial(logs, slopes)
        return exp(Taylor(polynomial, None, np.abs(logs) + polynomial.reach, 6))

    def kept(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Boxes:
        """Return some of the boxes: those where a mask is true, those of a slice, or those at indices."""
        return replace(self, centres=self.centres[which], radii=self.radii[which])

    def needed(self) -> Boxes:
        """Return the boxes that hold any gains that have to be covered."""
        logs, reach = self.logs(np.zeros(3)), self.radii @ np.abs(self.matrix).T
        touching = (logs + reach >= self.low) & (logs - reach <= self.high)
        return self.kept(np.asarray(touching.all(-1)))

    def halved(self) -> Boxes:
        """Return twice as many boxes, each half of one, cut across its longest side."""
        stretch = STRETCH if self.matrix is SHEARED else np.ones(3)
        longest = np.eye(3)[(self.radii * stretch).argmax(-1)]
        radii = self.radii * (1 - longest / 2)
        shift = radii * longest
        return replace(
            self,
            centres=np.concatenate([self.centres - shift, self.centres + shift]),
            radii=np.concatenate([radii, radii]),
        )
