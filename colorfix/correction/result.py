"""What became of a photo: the gains that correct it, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.color.ciede2000 import ciede2000, lab_of
from colorfix.color.statistics import Statistics, in_srgb_tones

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Floats
    from colorfix.correction.measured import Measurement
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target
    from colorfix.learning import Device, Minimum, Solution
    from colorfix.learning.objective import Objective


@dataclass(frozen=True)
class Correction:
    """One photo corrected, and how it came about.

    Attributes:
        source: the photo as it was read.
        target: what guided it.
        settings: how it was corrected.
        gains: factors applied, shape (3,), red, green, blue: the learned ones blended by the strength.
        minimum: the one that was used.
        solution: what learning found from the start that ended there, or from its best, a batch of one.
        minima: all minima found, lowest first.
        starts: how many starts learning had.
        certificate: whether no allowed gains are better, where it was asked for.
        objective: the loss that was prescribed.
        device: where it was learned.
        before: statistics of the source.
        points: a grid of the source's pixels, uint8, shape [H, W, 4]; empty for a pool of photos.
        guide: statistics of the target, as the source's space has them.
        change: what the gains do to pixels.
        seconds: wall time by stage.
        warnings: what had to be assumed or cannot be kept, a sentence each.
    """

    source: photos.Photo = field(repr=False)
    target: Target = field(repr=False)
    settings: Settings = field(repr=False)
    gains: Floats
    minimum: Minimum = field(repr=False)
    solution: Solution = field(repr=False)
    minima: tuple[Minimum, ...] = field(repr=False)
    starts: int
    certificate: Certificate | None
    objective: Objective = field(repr=False)
    device: Device
    before: Statistics = field(repr=False)
    points: NDArray[np.uint8] = field(repr=False)
    guide: Statistics = field(repr=False)
    change: photos.GainChange = field(repr=False)
    seconds: dict[str, float]
    warnings: tuple[str, ...]

    @property
    def after(self) -> Statistics:
        """Statistics of the corrected pixels."""
        changed = tuple(
            photos.Picture.of(photos.assemble(picture, self.change)) for picture in self.source.pictures
        )
        counts = photos.counts(replace(self.source, pictures=changed))
        return Statistics(in_srgb_tones(counts, self.change.curve), self.settings.space)

    @property
    def delta_e(self) -> float:
        """How far the correction moves the photo: the mean CIEDE2000 between it and its corrected self.

        Over the visible points of the sample, up to 4096; the photo's primaries are taken for sRGB's.
        """
        points = self.points[self.points[..., 3] > 0]
        before, after = (
            lab_of(colours[:, :3] / 255.0)
            for colours in (points, photos.corrected_points(points, self.change))
        )
        return float(ciede2000(before, after).mean())

    @property
    def image(self) -> Image:
        """The corrected photo as a Pillow image of 8 bits a channel; of several pictures, the first."""
        changed = photos.Picture.of(photos.assemble(self.source.pictures[0], self.change))
        return replace(self.source, pictures=(changed,)).image


def transfer_gains(look: Correction, known: Measurement) -> Correction:
    """Return what another photo's correction, or a pool's, is for a photo: the same gains, nothing learned.

    Args:
        look: what was learned elsewhere, with the settings that hold here too.
        known: the photo.
    """
    photo = known.source
    return replace(
        look,
        source=photo,
        target=known.target,
        before=known.before,
        guide=known.guide,
        points=known.points,
        change=replace(look.change, curve=known.curve),
        seconds=known.stages.seconds,
        warnings=(*photo.warnings, *known.warnings),
    )
