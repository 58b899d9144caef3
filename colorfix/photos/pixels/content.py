"""Content of a photo's grid: no colors at all, as in black and white, or one hue throughout, as in sepia."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.photos.photo import is_gray
from colorfix.photos.pixels.frame import frame_of
from colorfix.photos.pixels.histogram import grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo

GRAY_RANGE, GRAY_SHARE = 8, 0.99
"""Largest difference between the channels of a gray point, 0 to 255, and the share of such points. JPEG gives
black and white 0; in colored photos 1 % of the points lie above 18 or more (2 542 photos, docs/pixels.md)."""

GRAY_TONES = 32
"""Range of brightness, 0 to 255, from which on a picture without colors is a photo: a gray wall is not."""


ALIKE = 16
"""Points next to each other in brightness whose colors are compared for one hue."""

TONED_DIFFERENCES = {0.75: 4, 0.9: 8, 0.97: 12}
"""In a toned photo these shares of the points differ by at most so much from the median of equally bright
points, in red - green and blue - green, 0 to 255. JPEG's coarse chroma makes it more than 0."""

TONED_RANGE = (5, 160)
"""Median difference between the channels of a toned photo, 0 to 255: it is neither gray nor a pure color."""


def has_no_colors(photo: Photo) -> bool:
    """Whether a photo is black and white: by its pixels' kind, or by its pixels.

    >>> from colorfix.photos.read import read
    >>> ramp = np.tile(np.arange(0, 200, 4, dtype=np.uint8)[:, None, None], (1, 8, 3))
    >>> has_no_colors(read(ramp)), has_no_colors(read(ramp + np.uint8([[[20, 10, 0]]])))
    (True, False)
    """
    if is_gray(photo.first_raster):
        return True
    points = grid(photo)
    frame = frame_of(points)
    return is_gray_content(points if frame is None else frame.without(points))


def is_gray_content(points: NDArray[np.uint8]) -> bool:
    """Whether nearly all visible points of a grid, shape [H, W, 4], are gray, and differ in brightness."""
    red, green, blue, alpha = np.ascontiguousarray(points.reshape(-1, 4).T)
    visible = alpha > 0
    largest = np.maximum(np.maximum(red, green), blue)[visible]
    smallest = np.minimum(np.minimum(red, green), blue)[visible]
    if not len(largest) or (largest - smallest <= GRAY_RANGE).mean() < GRAY_SHARE:
        return False
    return _has_tones(largest)


def _has_tones(brightness: NDArray[np.uint8] | NDArray[np.int16]) -> bool:
    """Whether points differ in brightness as those of a photo do, not of a plain surface."""
    darkest, brightest = np.quantile(brightness, (1 - GRAY_SHARE, GRAY_SHARE))
    return bool(brightest - darkest >= GRAY_TONES)


def is_toned(points: NDArray[np.uint8]) -> bool:
    """Whether nearly all visible points of a grid, shape [H, W, 4], have the hue of their brightness.

    >>> gray = np.random.default_rng(1).integers(0, 256, (64, 64, 1))
    >>> sepia = np.concatenate([gray, 0.85 * gray, 0.65 * gray, 255 + 0 * gray], axis=-1).astype(np.uint8)
    >>> is_toned(sepia), is_toned(np.random.default_rng(1).permuted(sepia, axis=0))
    (True, False)
    """
    colors = np.ascontiguousarray(points[::2, ::2].reshape(-1, 4).T)
    red, green, blue = colors[:3, colors[3] > 0].astype(np.int16)
    count = len(green) // ALIKE * ALIKE
    if not count:
        return False
    order = np.argsort(2 * red + 7 * green + blue, kind="stable")[:count]
    chromas = np.stack([red - green, blue - green])[:, order].reshape(2, -1, ALIKE)
    middle = np.sort(chromas, axis=-1)[..., ALIKE // 2, None]
    differences = np.abs(chromas - middle).max(axis=0)
    if any((differences <= most).mean() < share for share, most in TONED_DIFFERENCES.items()):
        return False
    spread = np.median(np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue))
    return bool(TONED_RANGE[0] <= spread <= TONED_RANGE[1]) and _has_tones(green)
