"""Thumbnails of a photo, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from colorfix.photos.inline import jpeg_of
from colorfix.photos.viewing import views

if TYPE_CHECKING:
    from colorfix.photos.change import GainChange
    from colorfix.photos.photo import Photo

THUMBNAIL: Final = (320, 320)
"""Width and height at the most, pixels."""

_QUALITY = 80


def thumbnails(photo: Photo, change: GainChange) -> tuple[bytes, bytes, tuple[int, int]]:
    """Return a small JPEG of a photo before and after, and their width and height.

    Args:
        photo: any.
        change: the correction.
    """
    before, after = views(photo, THUMBNAIL, change)
    return jpeg_of(before, _QUALITY), jpeg_of(after, _QUALITY), before.size
