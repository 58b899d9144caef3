"""Many photos measured as one, so that a series from one room gets one correction and does not flicker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.sample import CELL, PooledSample, fixed_palette
from colorfix.color.statistics import Curve, Statistics
from colorfix.core.errors import UncorrectablePhoto
from colorfix.correction.measured import Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target

_UNIT = 1 << 40
"""What a share of 1 is counted as: whole numbers sum to the same in any order, and 2^23 photos fit."""


@dataclass(frozen=True, eq=False)
class PhotoStatistics:
    """What one photo adds to a pool; small, and fit to travel between processes.

    Attributes:
        weights: share of the photo's pixels at each value, shape (3, 256).
        chromas: its colours, shape [256, 2]; see :attr:`colorfix.color.sample.Sample.palette`.
        shares: of each of them, shape [256].
        edges: mean length of each channel's gradient, shape (3,).
        profile: of its numbers; None for any that is sRGB's.
        curve: of that profile.
    """

    weights: Floats
    chromas: Floats
    shares: Floats
    edges: Floats
    profile: bytes | None
    curve: Curve

    @classmethod
    def of(cls, described: Measurement) -> PhotoStatistics:
        """Take from a photo what counts."""
        chromas, shares = described.sample.palette
        return cls(
            described.before.weights,
            chromas,
            shares,
            described.sample.edges,
            None if photos.is_srgb(described.source) else photos.without_timestamp(described.source.profile),
            described.curve,
        )


class PooledStatistics:
    """Measures of many photos, each as heavy as any other, in whatever order they come.

    Args:
        name: of the photos, for messages.

    >>> from colorfix.correction.measured import measure
    >>> from colorfix.correction.settings import Settings
    >>> from colorfix.correction.targets import target_of
    >>> settings, pool = Settings(), PooledStatistics("photos/")
    >>> for level in (100, 200):
    ...     photo = photos.read(np.full((2, 2, 3), level, np.uint8))
    ...     pool.add(PhotoStatistics.of(measure(photo, target_of("neutral"), settings)))
    >>> pool.measurement(target_of("neutral"), settings).before.weights[0, [100, 200]].tolist()
    [0.5, 0.5]
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._photos = 0
        self._weights = np.zeros((3, 256), np.int64)
        self._edges = np.zeros(3, np.int64)
        self._cells: dict[tuple[int, int], NDArray[np.int64]] = {}
        self._profiles: dict[bytes | None, Curve] = {}

    def add(self, measured: PhotoStatistics) -> None:
        """Add a photo."""
        self._photos += 1
        self._weights += _counted(measured.weights)
        self._edges += _counted(measured.edges)
        self._profiles.setdefault(measured.profile, measured.curve)
        for chroma, share in zip(measured.chromas, measured.shares, strict=True):
            if share > 0:
                red, blue = np.rint(chroma / CELL).astype(int).tolist()
                cell = self._cells.setdefault((red, blue), np.zeros(3, np.int64))
                cell += _counted(np.array([share, *(share * chroma)]))

    def measurement(self, target: Target, settings: Settings) -> Measurement:
        """Return the photos as if they were one, with what their guide wants of it.

        Raises:
            UncorrectablePhoto: there are none, or their profiles differ, so that numbers mean other colours.
        """
        if not self._photos:
            raise UncorrectablePhoto(self._name, "holds no photo that could be measured; see what failed")
        if len(self._profiles) > 1:
            reason = f"has photos with {len(self._profiles)} colour profiles; correct each kind by itself"
            raise UncorrectablePhoto(self._name, reason)
        ((profile, curve),) = self._profiles.items()
        source = photos.Photo(self._name, b"", (), None, profile)
        shares = self._weights / self._weights.sum(axis=1, keepdims=True)
        wanted, assumed = target.statistics_for(source, settings.space, curve, shares)
        edges = self._edges / (_UNIT * self._photos)
        sample = PooledSample(self._palette(), edges)
        return Measurement(source, target, Statistics(shares, settings.space), wanted, sample, curve, assumed)

    def _palette(self) -> tuple[Floats, Floats]:
        cells = np.array([self._cells[key] for key in sorted(self._cells)], np.float64).reshape(-1, 3)
        return fixed_palette(cells[:, 1:] / np.maximum(cells[:, :1], 1), cells[:, 0])


def _counted(shares: Floats) -> NDArray[np.int64]:
    return np.rint(shares * _UNIT).astype(np.int64)
