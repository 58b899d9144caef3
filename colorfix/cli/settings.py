"""Settings of a correction, from the options of the command line.

One correction that ``compare``, ``landscape`` and ``preview`` draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.cli.conflicts import refuse_two_pipes
from colorfix.correction.settings import Settings
from colorfix.learning.options import Optimizer
from colorfix.regularizers.plugins import choose_regularizers

if TYPE_CHECKING:
    from colorfix.cli.learning_options import LearningOptions, LossOptions, OnePhotoOptions
    from colorfix.cli.options import PixelOptions
    from colorfix.correction.result import Correction


def settings_of(loss: LossOptions, learning: LearningOptions, pixels: PixelOptions) -> Settings:
    """Return the settings of a correction.

    Args:
        loss: regularizers and statistics.
        learning: the optimizer and its starts.
        pixels: which of them count; the mask is read here.

    Raises:
        SettingError: a value is out of its range.
        PhotoError: the mask cannot be read.
    """
    optimizer = Optimizer(
        learning.optimizer,
        learning.lr,
        learning.delta,
        learning.gamma,
        seed=learning.seed,
        exploration=learning.exploration,
    )
    return Settings(
        regularizers=choose_regularizers(*(loss.regularizer or ()), preset=loss.preset),
        match=loss.match,
        space=loss.space,
        exposure=loss.exposure,
        strength=loss.strength,
        model=learning.model,
        optimizer=optimizer,
        steps=learning.steps,
        patience=learning.patience,
        starts=learning.starts,
        alternative=learning.alternative,
        certify=learning.certify,
        seed=learning.seed,
        device=learning.device,
        highlights=pixels.highlights,
        dither=pixels.dither,
        selection=_selection(pixels),
        only_region=pixels.only_region,
    )


def _selection(pixels: PixelOptions) -> photos.Selection:
    """Return the pixels that count."""
    where: photos.Region | None = None
    if pixels.mask is not None:
        where = photos.Region.of_mask(photos.read(pixels.mask, max_pixels=pixels.max_pixels))
    elif pixels.region is not None:
        where = photos.Region.of_box(pixels.region)
    unclipped = pixels.ignore_clipped
    return photos.Selection(where, unclipped=unclipped) if where or unclipped else photos.EVERYTHING


def correct_one(
    photo: OnePhotoOptions, settings: Settings, max_pixels: int, truth: str | None = None
) -> Correction:
    """Read a photo and its target, and learn; nothing is written.

    Args:
        photo: the photo and its target.
        settings: of the correction.
        max_pixels: width times height that is still accepted.
        truth: a further photo that the command reads.

    Raises:
        SettingError: two of them are to come from stdin.
        PhotoError: one of them cannot be read, or the photo not corrected.
    """
    from colorfix import photos
    from colorfix.correction.correct import correct
    from colorfix.correction.targets import target_of

    refuse_two_pipes([*photo, truth])
    target = target_of(photo.target, max_pixels=max_pixels)
    return correct(photos.read(photo.source, max_pixels=max_pixels), target, settings=settings)
