"""Frame of a photo: a border of one color on all four sides, or black or white bars on two opposite sides.

It is found on the grid of :func:`colorfix.photos.grid`. From each side inwards a line of points belongs to
the frame while most of its points have the color of the point before them: so the frame may be lit unevenly,
have rounded corners, or lie askew by a degree or two. A backdrop, a sky or a night is no frame: it ends at a
few points of a line, where an object begins, but a frame ends along the photo's whole side.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from colorfix.photos.photo import Picture, Strip, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo

    Lines = NDArray[np.int16]

FEWEST_LINES = 16
"""Points along each side of a grid at least; a photo of fewer pixels has no frame."""

NEAR = 18
"""Largest difference of a channel, 0 to 255, between a point of the frame and the one before it."""

BELONGING = 0.8
"""Share of a line's points that are near if the line belongs to the frame."""

FAR = 22
"""Difference of a channel, 0 to 255, by which the photo's outermost points differ from the frame."""

ENDING, ENDING_MEAN = 0.5, 0.65
"""Share of the points along a side at which the frame ends, at least: on each side, and on average."""

CONTENT = 0.5
"""Least share of each side of the grid that lies within a frame."""

HUE, BRIGHTNESS = 0.24, 0.7
"""Largest range of the colors of the sides, in logarithms: of a channel over the mean, and of the mean."""

OFFSET = 16.0
"""Added to values, 0 to 255, before their logarithm: in dark colors small differences are noise."""

BLACK, WHITE = 32, 230
"""Bars on two sides only have no channel above the first value, or none below the second, 0 to 255."""


class Frame(NamedTuple):
    """A frame of one color; the points of a grid that lie within it.

    Attributes:
        rows: first row of the photo's points, and the first below them.
        columns: first column of the photo's points, and the first to the right of them.
        shape: rows and columns of the grid.

    >>> Frame((4, 60), (0, 64), (64, 64)).box((6400, 6400))
    (0, 450, 6400, 5951)
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    shape: tuple[int, int]

    @property
    def is_letterbox(self) -> bool:
        """Whether it is of two bars only."""
        sides = zip((self.rows, self.columns), self.shape, strict=True)
        return any(inner == (0, whole) for inner, whole in sides)

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the photo within the frame, pixels.

        Args:
            size: width and height with the frame, pixels.
        """
        (left, right), (top, bottom) = (
            _pixels(inner, points, side)
            for inner, points, side in zip((self.columns, self.rows), self.shape[::-1], size, strict=True)
        )
        return left, top, right, bottom

    def without(self, points: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a grid whose points on the frame are transparent, shape [H, W, 4]."""
        inside = points.copy()
        inside[..., 3] = 0
        within = slice(*self.rows), slice(*self.columns)
        inside[within] = points[within]
        return inside


def _pixels(inner: tuple[int, int], points: int, side: int) -> tuple[int, int]:
    """Return the pixel of the first point within and the one behind the last; a frame's side has none."""
    first, end = inner
    start = ((2 * first + 1) * side) // (2 * points) if first else 0
    stop = ((2 * end - 1) * side) // (2 * points) + 1 if end < points else side
    return start, stop


def frame_of(points: NDArray[np.uint8]) -> Frame | None:
    """Return the frame that a grid shows, or None.

    Args:
        points: the grid of the whole photo, shape [H, W, 4]; with a transparent point there is no frame.

    >>> points = np.full((64, 64, 4), 255, np.uint8)
    >>> points[6:50, 6:58, :3] = np.random.default_rng(1).integers(0, 200, (44, 52, 3))
    >>> frame_of(points)
    Frame(rows=(6, 50), columns=(6, 58), shape=(64, 64))
    """
    if min(points.shape[:2]) < FEWEST_LINES or not points[..., 3].all():
        return None
    down = points[..., :3].astype(np.int16)
    across = down.swapaxes(0, 1)
    from_sides = down, down[::-1], across, across[::-1]
    colors = np.array([np.sort(lines[0], axis=0)[len(lines[0]) // 2] for lines in from_sides])
    for sides in ((0, 1, 2, 3), (0, 1), (2, 3)):
        if _is_one_color(colors[list(sides)]) and (frame := _frame(from_sides, sides)) is not None:
            return frame
    return None


def _is_one_color(colors: Lines) -> bool:
    """Whether the colors of sides, shape [4, 3] or [2, 3], may be those of one frame."""
    if len(colors) == len(("above", "below")) and not (colors.max() <= BLACK or colors.min() >= WHITE):
        return False
    logs = np.log(colors + OFFSET)
    means = logs.mean(axis=1)
    return bool(np.ptp(logs - means[:, None], axis=0).max() < HUE and np.ptp(means) < BRIGHTNESS)


def _frame(from_sides: Sequence[Lines], sides: Sequence[int]) -> Frame | None:
    """Return the frame of some sides, if each belongs to it and it ends along the photo.

    Args:
        from_sides: the grid with the top, bottom, left and right line first.
        sides: of the frame, by their place in that order.
    """
    depths = [0, 0, 0, 0]
    ends: dict[int, Lines] = {}
    for side in sides:
        depths[side], ends[side] = _depth(from_sides[side])
        if not depths[side]:
            return None
    shape = from_sides[0].shape[:2]
    rows, columns = ((depths[i], shape[i // 2] - depths[i + 1]) for i in (0, 2))
    if any(b - a < CONTENT * whole for (a, b), whole in zip((rows, columns), shape, strict=True)):
        return None
    along = columns, columns, rows, rows
    shares = [_ending(from_sides[i][depths[i] :], ends[i], slice(*along[i])) for i in sides]
    if min(shares) < ENDING or np.mean(shares) < ENDING_MEAN:
        return None
    return Frame(rows, columns, (shape[0], shape[1]))


def _depth(lines: Lines) -> tuple[int, Lines]:
    """Return how many lines belong to a frame, from the first, and its color at each point of the last."""
    color, depth = _smoothed(lines[0]), 0
    while depth < len(lines) // 2:
        near = (np.abs(lines[depth] - color) <= NEAR).all(axis=-1)
        if near.mean() < BELONGING:
            break
        color = np.where(near[:, None], lines[depth], color)
        depth += 1
    return depth, color


_SMOOTHED = 9  # points of a running median


def _smoothed(line: Lines) -> Lines:
    padded = np.pad(line, ((_SMOOTHED // 2, _SMOOTHED // 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTHED, axis=0)
    return np.sort(windows, axis=-1)[..., _SMOOTHED // 2]


def _ending(lines: Lines, color: Lines, inner: slice) -> float:
    """Return the share of a side's points at which the frame ends: the next two lines differ from it."""
    differences = np.abs(lines[:2, inner] - color[inner]).max(axis=(0, 2))
    return float((differences > FAR).mean())


def without_frame(photo: Photo, frame: Frame) -> Photo:
    """Return the photo within a frame, for its statistics; a device that holds its pixels is not used.

    Args:
        photo: of several pictures, those as large as the first lose the frame.
        frame: of the first picture.
    """
    pictures = tuple(
        cropped(picture, frame.box(picture.size)) if picture.size == photo.size else picture
        for picture in photo.pictures
    )
    return replace(photo, pictures=pictures, codecs=None)


def cropped(picture: Picture, box: tuple[int, int, int, int]) -> Picture:
    """Return a picture within a box: left, top, right and bottom, pixels."""
    left, top, right, bottom = box
    return replace(picture, width=right - left, height=bottom - top, strips=partial(_strips, picture, box))


def _strips(picture: Picture, box: tuple[int, int, int, int]) -> Iterator[Strip]:
    """Yield the parts of a picture's strips within a box."""
    for strip in picture.strips():
        width, height = size_of(strip.raster)
        left, right = (min(max(x - strip.left, 0), width) for x in box[::2])
        top, bottom = (min(max(y - strip.top, 0), height) for y in box[1::2])
        if left < right and top < bottom:
            part = (
                strip.raster.crop((left, top, right, bottom))
                if isinstance(strip.raster, Image.Image)
                else strip.raster[top:bottom, left:right]
            )
            yield Strip(part, strip.left + left - box[0], strip.top + top - box[1])
