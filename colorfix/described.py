"""A photo as learning sees it, measured once: statistics, a sample, and what its guide wants of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.sample import Gathered, Sample
from colorfix.color.statistics import SRGB, Curve, Statistics, in_srgb_tones
from colorfix.core.timing import Stages
from colorfix.correctable import counts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.settings import Settings
    from colorfix.targets import Target


@dataclass(frozen=True, eq=False)
class Described:
    """A photo, its guide, and all that learning needs to know of the two.

    Attributes:
        source: the photo as it was read.
        target: what guides it.
        before: statistics of the source.
        wanted: statistics of the target, as the source's space has them.
        sample: a grid of the source's pixels, or what many photos' say together.
        curve: the source's transfer curve.
        doubts: what had to be assumed, a sentence each.
        stages: wall time so far.
    """

    source: photos.Photo
    target: Target
    before: Statistics
    wanted: Statistics
    sample: Sample | Gathered
    curve: Curve = field(default=SRGB, repr=False)
    doubts: tuple[str, ...] = ()
    stages: Stages = field(default_factory=Stages, repr=False)

    @property
    def points(self) -> NDArray[np.uint8]:
        """A grid of the source's pixels, shape [H, W, 4]; empty for a pool of photos."""
        return self.sample.pixels if isinstance(self.sample, Sample) else np.zeros((0, 0, 4), np.uint8)


def describe(
    photo: photos.Photo, target: Target, settings: Settings, stages: Stages | None = None
) -> Described:
    """Measure a photo and its guide.

    Args:
        photo: to be corrected.
        target: what guides it.
        settings: say in which space, and which of its pixels count.
        stages: where the time is noted.

    Raises:
        UncorrectablePhoto: no gain can correct the photo, or the target cannot guide it.
    """
    stages = Stages() if stages is None else stages
    with stages("describe"):
        curve, doubtful = photos.curve_of(photo) if settings.space == "linear" else (SRGB, ())
        counts = counts_of(photo, settings.selection)
        before = Statistics(in_srgb_tones(counts, curve), settings.space)
        everywhere = counts if settings.selection.is_everything else None
        wanted, assumed = target.seen_by(photo, settings.space, curve, everywhere)
        sample = Sample(photos.toned(photos.grid(photo, settings.selection), curve), settings.space)
    return Described(photo, target, before, wanted, sample, curve, (*assumed, *doubtful), stages)
