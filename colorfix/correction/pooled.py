"""Pooled statistics of a series of photos, which then gets one correction and does not flicker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.scene import CELL, PooledSample, fixed_palette
from colorfix.color.statistics import Curve, Statistics
from colorfix.core.errors import UncorrectablePhoto
from colorfix.correction.measured import Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target

_UNIT = 1 << 40
"""Fixed-point value of 1: integers have the same sum in any order, and 2^23 photos fit."""


@dataclass(frozen=True, eq=False)
class PhotoStatistics:
    """Statistics that one photo adds to a pool; small enough to send between processes.

    Attributes:
        weights: share of the photo's pixels at each value, shape (3, 256).
        chromas: its palette, shape [256, 2]; see :attr:`colorfix.color.scene.Sample.palette`.
        shares: of each color, shape [256].
        edges: mean length of each channel's gradient, shape (3,).
        profile: its ICC profile; None if that is sRGB.
        curve: transfer curve of that profile.
    """

    weights: Floats
    chromas: Floats
    shares: Floats
    edges: Floats
    profile: bytes | None
    curve: Curve

    @classmethod
    def of(cls, measured: Measurement) -> PhotoStatistics:
        """Take the statistics of a measured photo."""
        chromas, shares = measured.sample.palette
        return cls(
            measured.learned_from.weights,
            chromas,
            shares,
            measured.sample.edges,
            None if photos.is_srgb(measured.source) else photos.without_timestamp(measured.source.profile),
            measured.curve,
        )


class PooledStatistics:
    """Statistics of many photos with equal weights; independent of their order.

    Args:
        name: of the series, for messages.

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

    def add(self, photo: PhotoStatistics) -> None:
        """Add a photo."""
        self._photos += 1
        self._weights += _fixed_point(photo.weights)
        self._edges += _fixed_point(photo.edges)
        self._profiles.setdefault(photo.profile, photo.curve)
        for chroma, share in zip(photo.chromas, photo.shares, strict=True):
            if share > 0:
                red, blue = np.rint(chroma / CELL).astype(int).tolist()
                cell = self._cells.setdefault((red, blue), np.zeros(3, np.int64))
                cell += _fixed_point(np.array([share, *(share * chroma)]))

    def measurement(self, target: Target, settings: Settings) -> Measurement:
        """Return the measurement of the whole series as one photo.

        Raises:
            UncorrectablePhoto: there is no photo, or their profiles differ.
        """
        if not self._photos:
            raise UncorrectablePhoto(self._name, "holds no photo that could be measured; see what failed")
        if len(self._profiles) > 1:
            reason = f"has photos with {len(self._profiles)} color profiles; correct each kind by itself"
            raise UncorrectablePhoto(self._name, reason)
        ((profile, curve),) = self._profiles.items()
        source = photos.Photo(self._name, b"", (), None, profile)
        shares = self._weights / self._weights.sum(axis=1, keepdims=True)
        pooled, count_white = Statistics(shares, settings.space), settings.count_white
        guide, assumed = target.statistics_for(source, settings.space, curve, pooled, count_white=count_white)
        edges = self._edges / (_UNIT * self._photos)
        sample = PooledSample(self._palette(), edges)
        likeness = target.likeness_to(pooled, guide)
        return Measurement(source, target, pooled, pooled, guide, likeness, sample, None, curve, assumed)

    def _palette(self) -> tuple[Floats, Floats]:
        cells = np.array([self._cells[key] for key in sorted(self._cells)], np.float64).reshape(-1, 3)
        return fixed_palette(cells[:, 1:] / np.maximum(cells[:, :1], 1), cells[:, 0])


def _fixed_point(shares: Floats) -> NDArray[np.int64]:
    return np.rint(shares * _UNIT).astype(np.int64)
