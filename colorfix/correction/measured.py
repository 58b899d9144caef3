"""A photo as learning sees it, measured once: statistics, a sample, and what its guide wants of it.

Whether a photo can be corrected at all, and what is said of one that tells too little.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.sample import PooledSample, Sample
from colorfix.color.statistics import CHANNELS, SRGB, Curve, Statistics, in_srgb_tones
from colorfix.core.errors import BrokenRegularizer, UncorrectablePhoto
from colorfix.core.timing import Stages
from colorfix.photos.picture import is_gray
from colorfix.photos.pixels.gains import GRAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from colorfix.color.statistics import Counts, Floats
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target

AT_LIMIT = 1e-3
"""Share by which a gain may miss its limit and still be said to be there: less than 1 of 255."""


def counts_of(photo: photos.Photo, selection: photos.Selection = photos.EVERYTHING) -> Counts:
    """Return the photo's histograms.

    Args:
        photo: to be corrected.
        selection: which of its pixels count.

    Raises:
        UncorrectablePhoto: no gain can correct it: it is grey, fully transparent, or has a channel of zeros.
    """
    if is_gray(photo.first_raster):
        raise UncorrectablePhoto(photo.name, GRAY)
    selection.check(photo)
    counts = photos.counts(photo, selection)
    if not counts.any() and not selection.is_everything:
        raise UncorrectablePhoto(
            photo.name, "has no visible pixel where it is to be measured; choose another part"
        )
    if not counts.any():
        raise UncorrectablePhoto(photo.name, "is fully transparent and has no visible colour to correct")
    dark = [name for name, row in zip(CHANNELS, counts, strict=True) if not row[1:].any()]
    if len(dark) == len(CHANNELS):
        raise UncorrectablePhoto(photo.name, "is all black; there is no colour to correct")
    if dark:
        verb = "channel is" if len(dark) == 1 else "channels are"
        raise UncorrectablePhoto(
            photo.name, f"its {' and '.join(dark)} {verb} all zero, which no gain can bring back"
        )
    return counts


def one_color_warning(counts: Counts) -> tuple[str, ...]:
    """Return what a photo's histograms make doubtful, a sentence each.

    >>> import numpy as np
    >>> one_color = np.zeros((3, 256), np.int64)
    >>> one_color[[0, 1, 2], [200, 150, 90]] = 16
    >>> one_color_warning(one_color)
    ('the photo is of one colour: nothing tells the colour of its light from its own',)
    """
    if ((counts > 0).sum(axis=1) == 1).all():
        return ("the photo is of one colour: nothing tells the colour of its light from its own",)
    return ()


def limit_warnings(gains: Floats, limits: tuple[float, float]) -> tuple[str, ...]:
    """Return a sentence for each gain that could go no further.

    Args:
        gains: shape (3,), red, green, blue, as learned.
        limits: lowest and highest gain.

    >>> import numpy as np
    >>> limit_warnings(np.array([0.9, 1.0, 4.0]), (0.2, 4.0))
    ("blue's gain is at its limit, 4: a larger one is not allowed; check the blue of photo and target",)
    """
    return tuple(
        f"{name}'s gain is at its limit, {limit:.3g}: a {further} one is not allowed; "
        f"check the {name} of photo and target"
        for name, gain in zip(CHANNELS, gains.tolist(), strict=True)
        for limit, further in zip(limits, ("smaller", "larger"), strict=True)
        if math.isclose(gain, limit, rel_tol=AT_LIMIT)
    )


@contextmanager
def broken_regularizer_as_photo_error(photo: photos.Photo) -> Iterator[None]:
    """Let a regularizer that breaks its contract on a photo be that photo's error, and not the others'."""
    try:
        yield
    except BrokenRegularizer as error:
        raise UncorrectablePhoto(photo.name, str(error)) from error


@dataclass(frozen=True, eq=False)
class Measurement:
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
    guide: Statistics
    sample: Sample | PooledSample
    curve: Curve = field(default=SRGB, repr=False)
    warnings: tuple[str, ...] = ()
    stages: Stages = field(default_factory=Stages, repr=False)

    @property
    def points(self) -> NDArray[np.uint8]:
        """A grid of the source's pixels, shape [H, W, 4]; empty for a pool of photos."""
        return self.sample.pixels if isinstance(self.sample, Sample) else np.zeros((0, 0, 4), np.uint8)


def measure(
    photo: photos.Photo, target: Target, settings: Settings, stages: Stages | None = None
) -> Measurement:
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
        wanted, assumed = target.statistics_for(photo, settings.space, curve, everywhere)
        sample = Sample(
            photos.grid_in_srgb_tones(photos.grid(photo, settings.selection), curve), settings.space
        )
    return Measurement(photo, target, before, wanted, sample, curve, (*assumed, *doubtful), stages)
