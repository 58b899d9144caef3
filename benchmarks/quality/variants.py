"""Photos that need something else than gains: black and white, sepia, framed, letterboxed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

LUMA = np.array([0.2126, 0.7152, 0.0722])

SEPIA = np.array([1.0, 0.85, 0.65])
"""What black turns to, as a factor; white stays."""

FRAMES = {"white": (255, 255, 255), "cream": (243, 232, 208), "amber": (205, 150, 82), "black": (0, 0, 0)}
"""Colors of frames, as stored: instant film, album pages, the same in lamplight, letterboxes."""


def black_and_white(photo: Pixels) -> Pixels:
    """Return a photo without colors, stored as RGB."""
    grey = np.rint(photo @ LUMA).astype(np.uint8)
    return np.stack([grey, grey, grey], axis=-1)


def sepia(photo: Pixels) -> Pixels:
    """Return a toned photo: brown shadows, white lights, one hue throughout."""
    bright = (photo @ LUMA)[..., None] / 255
    toned: Pixels = np.rint(255 * bright * (SEPIA + (1 - SEPIA) * bright)).astype(np.uint8)
    return toned


def framed(photo: Pixels, color: tuple[int, int, int]) -> Pixels:
    """Return a photo in a frame as of instant film: a tenth around it, a quarter below it."""
    height, width = photo.shape[:2]
    side, below = height // 10, height // 4
    whole = np.empty((height + side + below, width + 2 * side, 3), np.uint8)
    whole[:] = color
    whole[side : side + height, side : side + width] = photo
    return whole


def letterboxed(photo: Pixels) -> Pixels:
    """Return a photo with black bars above and below."""
    bar = np.zeros((photo.shape[0] // 8, *photo.shape[1:]), np.uint8)
    return np.concatenate([bar, photo, bar])
