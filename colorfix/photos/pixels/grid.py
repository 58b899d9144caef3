"""A small grid of a photo's pixels, for measures that need whole colors instead of histograms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.Image import Resampling, Transform

from colorfix.color.statistics import SRGB, encoded_of
from colorfix.photos.gpu_pixels import on_device
from colorfix.photos.picture import Strip, size_of, to_8_bits
from colorfix.photos.pixels.selection import EVERYTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Curve
    from colorfix.photos.photo import Photo
    from colorfix.photos.pixels.gains import GainChange
    from colorfix.photos.pixels.selection import Selection

SIDE = 64
"""Points of a grid along each side; fewer for a smaller photo."""


def grid(photo: Photo, selection: Selection = EVERYTHING) -> NDArray[np.uint8]:
    """Return pixels of the photo at regular distances: sampled, not averaged, so every color occurs in it.

    Args:
        photo: of several pictures, the first that is in the statistics.
        selection: the pixels to count; the others get alpha 0.

    Returns:
        Shape [H, W, 4], red, green, blue and alpha, H and W at most 64.

    >>> from colorfix.photos.read import read
    >>> grid(read(np.full((1000, 10, 3), 200, np.uint8))).shape
    (64, 10, 4)
    """
    picture = next(picture for picture in photo.pictures if picture.in_statistics)
    columns, rows = (_places(side) for side in picture.size)
    if selection.is_everything:
        points = on_device(photo.codecs, lambda pixels: pixels.points(rows, columns))
        if points is not None:
            return np.dstack([points, np.full(points.shape[:2], 255, np.uint8)])
    pixels = np.zeros((len(rows), len(columns), 4), np.uint8)
    steps = picture.width / len(columns), picture.height / len(rows)
    for strip in picture.strips():
        width, height = size_of(strip.raster)
        box = _within(rows, strip.top, height), _within(columns, strip.left, width)
        if pixels[box].size:
            pixels[box] = _picked(strip, box, (rows, columns), steps)
    pixels[~selection.of_points(pixels, rows, columns), 3] = 0
    return pixels


def _places(side: int) -> NDArray[np.int64]:
    """Return the middles of 64 equal parts of a side, or every pixel of a shorter one."""
    points = min(side, SIDE)
    return ((2 * np.arange(points) + 1) * side) // (2 * points)


def _within(places: NDArray[np.int64], start: int, length: int) -> slice:
    """Return the slice of positions within a part of a side."""
    return slice(*np.searchsorted(places, (start, start + length)).tolist())


def _picked(
    strip: Strip,
    box: tuple[slice, slice],
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    steps: tuple[float, float],
) -> NDArray[np.uint8]:
    """Return the points of a box of the grid that lies in the strip.

    Pillow adds up their distances, which are multiples of 1/64, so its sums are exact.
    """
    down, across = box
    if isinstance(strip.raster, Image.Image):
        size = (across.stop - across.start, down.stop - down.start)
        left, top = steps[0] * across.start - strip.left, steps[1] * down.start - strip.top
        way = (steps[0], 0.0, left, 0.0, steps[1], top)
        picked = strip.raster.transform(size, Transform.AFFINE, way, Resampling.NEAREST)
    else:
        rows, columns = places[0][down] - strip.top, places[1][across] - strip.left
        picked = to_8_bits(strip.raster[np.ix_(rows, columns)])
    return np.asarray(picked.convert("RGBA"))


def grid_in_srgb_tones(pixels: NDArray[np.uint8], curve: Curve) -> NDArray[np.uint8]:
    """Return a grid's pixels with the photo's transfer curve replaced by sRGB's.

    Args:
        pixels: shape [H, W, 4].
        curve: of the photo.
    """
    if curve.tables is None:
        return pixels
    light = np.clip(curve.decoded(pixels[..., :3] / 255.0), 0.0, 1.0)
    colors = np.rint(255.0 * encoded_of(light)).astype(np.uint8)
    return np.concatenate([colors, pixels[..., 3:]], axis=-1)


def corrected_points(points: NDArray[np.uint8], change: GainChange) -> NDArray[np.uint8]:
    """Return points of a grid in sRGB's curve after a correction, regardless of its region.

    Args:
        points: shape [N, 4].
        change: of the photo.

    >>> from colorfix.photos.pixels.gains import GainChange
    >>> points = np.array([[200, 100, 50, 255]], np.uint8)
    >>> corrected_points(points, GainChange(np.array([0.5, 1.0, 2.0]))).tolist()
    [[100, 100, 100, 255]]
    """
    everywhere = replace(change, curve=SRGB, within=None, dither=False)
    changed: NDArray[np.uint8] = np.asarray(everywhere(Strip(Image.fromarray(points[None]))))[0]
    return changed
