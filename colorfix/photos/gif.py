"""GIF, of one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.pillow import decoded

if TYPE_CHECKING:
    from colorfix.photos.photo import Data, Photo


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a GIF."""
    return decoded(data, name, "GIF", max_pixels)
