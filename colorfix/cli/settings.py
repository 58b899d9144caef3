"""Settings of a correction, from the options of the command line; heavy imports, so imported on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.core.errors import SettingError
from colorfix.correction.settings import Settings
from colorfix.learning.options import Optimizer
from colorfix.regularizers.plugins import choose_regularizers

if TYPE_CHECKING:
    from colorfix.cli.learning_options import LearningOptions, LossOptions
    from colorfix.cli.options import PixelOptions
    from colorfix.core.defaults import Follow


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
        follow=_follow(loss.follow),
        strength=loss.strength,
        warmth=pixels.warmer - pixels.cooler,
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
        count_white=pixels.count_white,
    )


def _follow(text: str) -> Follow:
    """Return how far the target counts: a number, or ``auto``."""
    if text == "auto":
        return "auto"
    try:
        return float(text)
    except ValueError:
        raise SettingError(f"follow must be auto or lie between 0 and 1, got {text}") from None


def _selection(pixels: PixelOptions) -> photos.Selection:
    """Return the pixels that count."""
    where: photos.Region | None = None
    if pixels.mask is not None:
        where = photos.Region.of_mask(photos.read(pixels.mask, max_pixels=pixels.max_pixels))
    elif pixels.region is not None:
        where = photos.Region.of_box(pixels.region)
    unclipped = pixels.ignore_clipped
    return photos.Selection(where, unclipped=unclipped) if where or unclipped else photos.EVERYTHING
