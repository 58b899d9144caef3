"""Histograms of a photo, one per channel, and a small grid of its pixels.

All per-channel statistics follow from the histograms; measures that need whole colors use the grid. Corrected
pixels are counted on their way into the encoder, without a second pass over the photo.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops
from PIL.Image import Resampling, Transform

from colorfix.color.statistics import CODES, SRGB, encoded_of, interpolated_histogram, white_codes
from colorfix.photos.gpu_pixels import on_device
from colorfix.photos.photo import Strip, size_of, to_8_bits
from colorfix.photos.pixels.selection import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from colorfix.color.statistics import Counts, Curve, Floats
    from colorfix.photos.photo import Change, Deep, Photo, Raster
    from colorfix.photos.pixels.gains import GainChange
    from colorfix.photos.pixels.selection import Selection

_VALUES, _DEEP_VALUES = 256, 65536
_ROUNDING = 1e-9
_VISIBLE = [0] + [255] * 255  # any alpha except 0 counts fully

NO_WHITE = np.full(3, _VALUES)
"""First code of each channel that may be white, where no pixel is to count as white."""

FEWEST = 200_000
"""Pixels of an RGB picture that are counted at least, if it has as many; more change nothing."""


def counts(photo: Photo, selection: Selection = EVERYTHING) -> Counts:
    """Return how many visible pixels have each value; transparent ones (alpha 0) do not count.

    An 8-bit RGB picture of at least nine times :data:`FEWEST` pixels is sampled on a regular grid of at least
    :data:`FEWEST`, which changes linear means by less than 0.1 % in most photos (``docs/pixels.md``). Its
    points are 3, 5, 7, ... pixels apart; odd distances meet a codec's blocks at every offset. If the grid
    finds a single value in a channel, and for all other pictures, every pixel is counted.

    Args:
        photo: all its pictures that are in the statistics, together.
        selection: the pixels to count.

    Returns:
        Shape (3, 256), red green blue; three equal rows for a gray photo. Each row sums to the number of
        pixels that count, which may be 0; a point of a grid counts for its square. A value of more than 8
        bits is divided between the two nearest codes, so that the mean is exact; floating point is clipped
        to 0 to 1, NaN is left out.

    >>> import numpy as np
    >>> from colorfix.photos.read import read
    >>> rows = counts(read(np.array([[[255, 128, 0], [255, 0, 0]]], np.uint8)))
    >>> rows[:, 255].tolist(), rows[:, 0].tolist()
    ([2, 0, 0], [0, 1, 2])
    """
    every: Counts = _counts(photo, None, selection)[0]
    return every


def counts_and_white(
    photo: Photo, curve: Curve = SRGB, selection: Selection = EVERYTHING
) -> tuple[Counts, Counts]:
    """Return :func:`counts`, and those of the white pixels among them, shape (3, 256) each.

    Args:
        photo: all its pictures that are in the statistics, together.
        curve: its transfer curve; a pixel is white if its smallest channel reaches
            :data:`colorfix.color.statistics.WHITE` in tones of sRGB's.
        selection: the pixels to count.

    >>> from colorfix.photos.read import read
    >>> every, white = counts_and_white(read(np.array([[[255, 230, 240], [255, 229, 255]]], np.uint8)))
    >>> every[0, 255].item(), white[0, 255].item(), white[1].nonzero()[0].tolist()
    (2, 1, [230])
    """
    every, white = _counts(photo, white_codes(curve), selection)
    return every, white


def _counts(photo: Photo, white: Floats | None, selection: Selection) -> Counts:
    """Return the histograms of a photo, and those of its white pixels; see :func:`_of_strip`."""
    if selection.is_everything:
        on_gpu = on_device(photo.codecs, lambda pixels: pixels.counts(_first_white(white)))
        if on_gpu is not None:
            return on_gpu
    counted = [picture for picture in photo.pictures if picture.in_statistics]
    strips = (strip for picture in counted for strip in picture.strips())
    total: Counts = np.zeros((2, 3, _VALUES), np.int64)
    for strip in strips:
        total = total + _of_strip(strip, white, selection)
    return total


def counts_of_strip(strip: Strip, selection: Selection = EVERYTHING) -> Counts:
    """Return the histograms of a strip; see :func:`counts`."""
    every: Counts = _of_strip(strip, None, selection)[0]
    return every


def _of_strip(strip: Strip, white: Floats | None, selection: Selection) -> Counts:
    """Return the histograms of a strip, and those of its white pixels, shape (2, 3, 256).

    Args:
        strip: a part of a picture.
        white: value from which on each channel may be white, shape (3,); None where no pixel is.
        selection: the pixels to count.
    """
    selected = selection.of(strip)
    if isinstance(strip.raster, Image.Image):
        return _of_image(strip.raster, selected, _first_white(white))
    within = None if selected is None else np.asarray(selected) > 0
    return _of_deep(strip.raster, within, np.full(3, np.inf) if white is None else white)


def _first_white(white: Floats | None) -> NDArray[np.int64]:
    """Return the first code of each channel that may be white, shape (3,); 256 where none is."""
    return NO_WHITE if white is None else np.searchsorted(CODES, white - _ROUNDING)


def _of_deep(raster: Deep, selected: NDArray[np.bool_] | None, white: Floats) -> Counts:
    channels = raster[..., :3] if raster.shape[2] >= len("RGB") else raster[..., [0, 0, 0]]
    visible = np.isfinite(channels).all(axis=-1)
    if raster.shape[2] in {2, 4}:
        visible &= raster[..., -1] > 0
    if selected is not None:
        visible &= selected
    pixels = channels if visible.all() else channels[visible]
    top = 65535.0 if raster.dtype == np.uint16 else 1.0
    bright = (pixels >= (white - _ROUNDING) * top).all(axis=-1)
    return np.stack([_split_channels(pixels), _split_channels(pixels[bright])]).astype(np.float64)


def _split_channels(pixels: Deep) -> Counts:
    """Return the histograms of deep pixels, shape [..., 3]."""
    shares = [_split(pixels[..., channel].ravel()) for channel in range(3)]
    return np.stack(shares).astype(np.float64)


def _split(values: NDArray[np.uint16] | NDArray[np.float32] | NDArray[np.float64]) -> Counts:
    if values.dtype == np.uint16:
        times = np.bincount(values, minlength=_DEEP_VALUES)
        return interpolated_histogram(np.linspace(0.0, 255.0, _DEEP_VALUES), times.astype(np.float64))
    return interpolated_histogram(255.0 * np.clip(values.astype(np.float64), 0.0, 1.0), np.ones(len(values)))


def _of_image(
    image: Image.Image, selected: Image.Image | None, white: NDArray[np.int64]
) -> NDArray[np.int64]:
    if image.mode == "P":
        return _of_palette(image, selected, white)
    mask = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    if selected is not None:
        mask = selected if mask is None else ImageChops.multiply(mask.point(_VISIBLE), selected)
    if image.mode == "RGB" and mask is None:
        return counts_on_grid(image.size, lambda step: _of_pixels(_thinned(image, step), None, white))
    return _of_pixels(image, mask, white)


def _of_pixels(image: Image.Image, mask: Image.Image | None, white: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the histograms of pixels within a mask, and of the white ones, shape (2, 3, 256)."""
    every = _channels_of(image, mask)
    if not all(row[first:].any() for row, first in zip(every, white, strict=True)):
        return np.stack([every, np.zeros_like(every)])
    bands = image.getbands()
    channels = image.split()[:3] if bands[:3] == ("R", "G", "B") else (image.getchannel(0),) * 3
    reached = [
        channel.point([0] * first + [255] * (_VALUES - first))
        for channel, first in zip(channels, white.tolist(), strict=True)
    ]
    bright = reduce(ImageChops.darker, reached if mask is None else [*reached, mask.point(_VISIBLE)])
    return np.stack([every, _channels_of(image, bright)])


def _channels_of(image: Image.Image, mask: Image.Image | None) -> NDArray[np.int64]:
    """Return the histograms of pixels within a mask, red, green, blue, shape (3, 256)."""
    histogram = _histogram(image, mask)
    return histogram[:3] if image.mode in {"RGB", "RGBA"} else np.repeat(histogram[:1], 3, axis=0)


def counts_on_grid(
    size: tuple[int, int], histograms: Callable[[int], NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Count an RGB picture on the grid that :func:`counts` describes.

    Args:
        size: its width and height, pixels.
        histograms: of the middle pixels of squares, and of the white ones among them, shape (2, 3, 256);
            called with the squares' side, an odd number of pixels.
    """
    step = step_of(*size)
    found = histograms(step) * step**2
    alike = step > 1 and ((found[0] > 0).sum(axis=1) == 1).any()
    return histograms(1) if alike else found


def _histogram(image: Image.Image, mask: Image.Image | None = None) -> NDArray[np.int64]:
    return np.array(image.histogram(mask), np.int64).reshape(-1, _VALUES)


def step_of(width: int, height: int) -> int:
    """The largest odd distance of points that leaves :data:`FEWEST` of them; 1 where there is none."""
    step = math.isqrt(width * height // FEWEST)
    step -= 1 - step % 2
    while step > 1 and (width // step) * (height // step) < FEWEST:
        step -= 2
    return max(step, 1)


def _thinned(image: Image.Image, step: int) -> Image.Image:
    """The pixels in the middle of squares of so many pixels a side: picked, not averaged."""
    if step == 1:
        return image
    columns, rows = image.width // step, image.height // step
    return image.resize((columns, rows), Resampling.NEAREST, (0, 0, columns * step, rows * step))


def _of_palette(
    image: Image.Image, selected: Image.Image | None, white: NDArray[np.int64]
) -> NDArray[np.int64]:
    # 256 colors and their frequencies: no pixel has to be looked up
    used = np.array(image.histogram(selected), np.int64) * (palette_alphas(image) > 0)
    colors = np.zeros((_VALUES, 3), np.int64)
    palette = np.array(image.getpalette("RGB"), np.int64).reshape(-1, 3)
    colors[: len(palette)] = palette
    bright = used * (colors >= white).all(axis=1)
    histograms = [[np.bincount(c, part, _VALUES) for c in colors.T] for part in (used, bright)]
    return np.array(histograms).astype(np.int64)


def palette_alphas(image: Image.Image) -> NDArray[np.int64]:
    """Return the alpha of each of a palette's 256 entries, 0 (transparent) to 255, shape (256,)."""
    alpha = np.full(_VALUES, 255, np.int64)
    transparency = image.info.get("transparency")
    if isinstance(transparency, bytes):
        alpha[: len(transparency)] = list(transparency[:_VALUES])
    elif transparency is not None:
        alpha[transparency] = 0
    return alpha


class CountingChange:
    """A change that counts the values of its results; those of thumbnails are not counted.

    Args:
        change: of a strip.

    >>> counting = CountingChange(lambda strip: strip.raster)
    >>> raster = counting(Strip(np.full((2, 3, 3), 7, np.uint16)))
    >>> counting.counts.sum(axis=1).tolist()
    [6.0, 6.0, 6.0]
    """

    def __init__(self, change: Change) -> None:
        self.counts: Counts = np.zeros((3, 256), np.int64)
        self.change = change

    def __call__(self, strip: Strip) -> Raster:
        """Return the strip's pixels, changed."""
        raster = self.change(strip)
        if strip.scaled_from is None:
            self.add(counts_of_strip(Strip(raster)))
        return raster

    def add(self, counts: Counts) -> None:
        """Add histograms of corrected pixels that were counted on a GPU."""
        self.counts = self.counts + counts


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
