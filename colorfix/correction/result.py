"""A correction: the gains of one photo, with the record of how they were learned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.color.ciede2000 import mean_delta_e
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
    """One corrected photo.

    Attributes:
        source: the photo as read.
        target: its guide.
        settings: how it was corrected.
        gains: factors applied, shape (3,), red, green, blue: the learned gains blended by the strength.
        minimum: the minimum used.
        solution: learned from the start that ended in that minimum, else from the best start; a batch of one.
        minima: all minima found, lowest first.
        starts: number of starts.
        certificate: proof of the lowest loss, or None if none was requested.
        objective: the loss.
        device: where it was learned.
        before: statistics of the source.
        points: a grid of the source's pixels, uint8, shape [H, W, 4]; empty for a pool of photos.
        guide: statistics of the target, in the source's color space.
        change: applies the gains to pixels.
        seconds: wall time by stage.
        warnings: assumptions and losses, a sentence each.
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
        """Mean CIEDE2000 between the photo and its correction, over the visible points of the grid.

        The photo's primaries are taken for sRGB's.
        """
        points = self.visible_points
        return mean_delta_e(points, photos.corrected_points(points, self.change))

    @property
    def visible_points(self) -> NDArray[np.uint8]:
        """Visible points of the grid, red, green, blue, alpha, shape [N, 4], N at most 4096."""
        return self.points[self.points[..., 3] > 0]

    @property
    def image(self) -> Image:
        """The corrected photo as a Pillow image of 8 bits a channel; of several pictures, the first."""
        changed = photos.Picture.of(photos.assemble(self.source.pictures[0], self.change))
        return replace(self.source, pictures=(changed,)).image


def transfer_gains(correction: Correction, measured: Measurement) -> Correction:
    """Return the correction of a photo by the gains learned for another photo, or for a pool.

    Args:
        correction: of the other photo, with the same settings.
        measured: the photo.
    """
    photo = measured.source
    return replace(
        correction,
        source=photo,
        target=measured.target,
        before=measured.before,
        guide=measured.guide,
        points=measured.points,
        change=replace(correction.change, curve=measured.curve),
        seconds=measured.stages.seconds,
        warnings=(*photo.warnings, *measured.warnings),
    )
