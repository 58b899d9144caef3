"""One correction that ``compare``, ``landscape`` and ``preview`` draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.cli.conflicts import refuse_two_pipes

if TYPE_CHECKING:
    from colorfix.cli.learning_options import OnePhotoOptions
    from colorfix.correction.result import Correction
    from colorfix.correction.settings import Settings


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
