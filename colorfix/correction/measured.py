"""Measure a photo and its guide: histograms, a grid of points, refusals and warnings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.scene import PooledSample, Sample
from colorfix.color.statistics import CHANNELS, SRGB, Curve, Statistics, in_srgb_tones, learned_statistics
from colorfix.core.errors import GrayPhoto, UncorrectablePhoto
from colorfix.core.timing import Stages
from colorfix.photos.photo import is_gray
from colorfix.photos.pixels.gains import GRAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.likeness import Likeness
    from colorfix.color.statistics import Counts, Floats
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target

AT_LIMIT = 1e-3
"""Relative distance to a limit at which a gain counts as being there: less than 1 of 255."""


def counts_of(
    photo: photos.Photo, curve: Curve = SRGB, selection: photos.Selection = photos.EVERYTHING
) -> tuple[Counts, Counts]:
    """Return the photo's histograms, and those of its white pixels, shape (3, 256) each.

    Args:
        photo: the photo to correct.
        curve: its transfer curve.
        selection: the pixels to count.

    Raises:
        GrayPhoto: it is stored as gray.
        UncorrectablePhoto: no gain can correct it: it is fully transparent, or has a channel of zeros.
    """
    if is_gray(photo.first_raster):
        raise GrayPhoto(photo.name, GRAY)
    selection.check(photo)
    counts, white = photos.counts_and_white(photo, curve, selection)
    if not counts.any() and not selection.is_everything:
        raise UncorrectablePhoto(
            photo.name, "has no visible pixel where it is to be measured; choose another part"
        )
    if not counts.any():
        raise UncorrectablePhoto(photo.name, "is fully transparent and has no visible color to correct")
    dark = [name for name, row in zip(CHANNELS, counts, strict=True) if not row[1:].any()]
    if len(dark) == len(CHANNELS):
        raise UncorrectablePhoto(photo.name, "is all black; there is no color to correct")
    if dark:
        verb = "channel is" if len(dark) == 1 else "channels are"
        raise UncorrectablePhoto(
            photo.name, f"its {' and '.join(dark)} {verb} all zero, which no gain can bring back"
        )
    return counts, white


TONED = "the photo is toned, of one hue as sepia is; a correction takes the tone for a cast"


def frame_warnings(source: photos.Frame | None, target: photos.Frame | None) -> tuple[str, ...]:
    """Return a sentence for each frame that is left out of the statistics.

    >>> frame_warnings(None, photos.Frame((4, 60), (0, 64), (64, 64)))
    ('bars on two sides of the target are left out of the statistics',)
    """
    return tuple(
        f"bars on two sides of the {name} are left out of the statistics"
        if frame.is_letterbox
        else f"the frame around the {name} is left out of the statistics"
        for name, frame in (("photo", source), ("target", target))
        if frame is not None
    )


def one_color_warning(counts: Counts) -> tuple[str, ...]:
    """Return a warning if a photo has one color only.

    >>> import numpy as np
    >>> one_color = np.zeros((3, 256), np.int64)
    >>> one_color[[0, 1, 2], [200, 150, 90]] = 16
    >>> one_color_warning(one_color)
    ('the photo is of one color: nothing tells the color of its light from its own',)
    """
    if ((counts > 0).sum(axis=1) == 1).all():
        return ("the photo is of one color: nothing tells the color of its light from its own",)
    return ()


def limit_warnings(gains: Floats, limits: tuple[float, float]) -> tuple[str, ...]:
    """Return a warning for each gain that is at its limit.

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


@dataclass(frozen=True, eq=False)
class Measurement:
    """A photo and its guide, measured for learning.

    Attributes:
        source: the photo as read.
        target: its guide.
        before: statistics of the source, all selected pixels.
        learned_from: the same without the pixels that learning leaves out: white ones, those of a frame.
        guide: statistics of the target, in the source's color space.
        likeness: of the target to the source.
        sample: a grid of the source's pixels, or palette and edges of a pool of photos.
        frame: around the source, or None.
        curve: the source's transfer curve.
        warnings: assumptions that were made, a sentence each.
        stages: wall time so far.
    """

    source: photos.Photo
    target: Target
    before: Statistics
    learned_from: Statistics
    guide: Statistics
    likeness: Likeness
    sample: Sample | PooledSample
    frame: photos.Frame | None = None
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
        photo: the photo to correct.
        target: its guide.
        settings: space and selection of pixels.
        stages: records the time.

    Raises:
        GrayPhoto: the photo is black and white, however it is stored.
        UncorrectablePhoto: no gain can correct it, or the target cannot guide it.
    """
    stages = Stages() if stages is None else stages
    with stages("describe"):
        curve, doubtful = photos.curve_of(photo) if settings.space != "srgb" else (SRGB, ())
        counts, white = counts_of(photo, curve, settings.selection)
        before = Statistics(in_srgb_tones(counts, curve), settings.space)
        points = photos.grid(photo, settings.selection)
        whole = points if settings.selection.is_everything else photos.grid(photo)
        frame = None if settings.selection.region is not None else photos.frame_of(whole)
        if photos.is_gray_content(whole if frame is None else frame.without(whole)):
            raise GrayPhoto(photo.name, GRAY)
        if frame is not None:
            points = frame.without(points)
            counts, white = counts_of(photos.without_frame(photo, frame), curve, settings.selection)
        count_white = settings.count_white
        learned_from = learned_statistics(counts, white, curve, settings.space, count_white=count_white)
        own = learned_from if settings.selection.is_everything else None
        guide, assumed = target.statistics_for(photo, settings.space, curve, own, count_white=count_white)
        likeness = target.likeness_to(learned_from, guide, points)
        colors = photos.grid_in_srgb_tones(points, curve)
        sample = Sample(colors, settings.space, count_white=learned_from.white == 0)
        toned = (TONED,) if photos.is_toned(points) else ()
    warnings = (*assumed, *doubtful, *frame_warnings(frame, target.frame), *toned)
    return Measurement(
        photo, target, before, learned_from, guide, likeness, sample, frame, curve, warnings, stages
    )
