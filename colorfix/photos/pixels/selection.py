"""Selection of the pixels to measure, and the region of a photo to measure or change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.errors import SettingError, UncorrectablePhoto, UnsupportedPhoto
from colorfix.core.text import printable
from colorfix.photos.photo import Strip, assemble, rounded_like, size_of, to_8_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.photos.photo import Photo, Raster


@dataclass(frozen=True, eq=False)
class Selection:
    """The pixels to count; transparent ones are never counted.

    Attributes:
        region: only pixels inside it; None for all.
        unclipped: only pixels without a channel at its top value.

    >>> from colorfix.photos.photo import Strip
    >>> blown = Image.new("RGB", (1, 1), (255, 200, 100))
    >>> Selection(unclipped=True).of(Strip(blown)).getpixel((0, 0))
    0
    >>> EVERYTHING.is_everything, Selection(unclipped=True).is_everything
    (True, False)
    """

    region: Region | None = None
    unclipped: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether every visible pixel counts."""
        return self.region is None and not self.unclipped

    def check(self, photo: Photo) -> None:
        """Refuse a photo that the region does not fit; see :meth:`Region.check`."""
        if self.region is not None:
            self.region.check(photo)

    def of(self, strip: Strip) -> Image.Image | None:
        """Return a mask of the strip, mode ``L``: 255 where a pixel counts, else 0; None if all do."""
        chosen: NDArray[np.bool_] | None = None if self.region is None else self.region.inside(strip)
        if self.unclipped:
            below = _unclipped(np.asarray(to_8_bits(strip.raster).convert("RGB")))
            chosen = below if chosen is None else chosen & below
        return None if chosen is None else Image.fromarray(np.where(chosen, np.uint8(255), np.uint8(0)))

    def of_points(
        self, pixels: NDArray[np.uint8], rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which points of a grid count, shape [H, W].

        Args:
            pixels: the grid, shape [H, W, 4].
            rows: of its points in the picture, shape [H].
            columns: of its points in the picture, shape [W].
        """
        chosen = np.ones(pixels.shape[:2], np.bool_)
        if self.region is not None:
            chosen &= self.region.at(rows, columns)
        if self.unclipped:
            chosen &= _unclipped(pixels[..., :3])
        return chosen


EVERYTHING = Selection()
"""Every visible pixel."""

_TOP = 255


def _unclipped(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    below: NDArray[np.bool_] = pixels.max(axis=-1) < _TOP
    return below


_SOFT = 0.02
"""Width of a rectangle's soft edge, as a share of its shorter side."""

_INSIDE = 128
"""Least value of a mask inside the region."""


_LARGEST = 1 << 31  # pixels; no format is larger


@dataclass(frozen=True, eq=False)
class Region:
    """A rectangle, or a mask of the photo's size, in stored pixels before any orientation tag.

    Attributes:
        box: left, top, width, height, pixels.
        mask: mode ``L``: white is inside, black outside, gray a soft edge between them.

    >>> Region.of_box("0,0,2")
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: a region is x,y,width,height in pixels, such as 100,80,640,480; got '0,0,2'
    """  # noqa: E501 - a message is one line

    box: tuple[int, int, int, int] | None = None
    mask: Image.Image | None = None

    @classmethod
    def of_box(cls, text: str) -> Region:
        """Parse a rectangle from ``x,y,width,height``.

        Raises:
            SettingError: the text is not a rectangle.
        """
        try:
            left, top, width, height = (int(number) for number in text.split(","))
        except ValueError:
            left = top = width = height = -1
        if min(left, top) < 0 or min(width, height) < 1 or max(left, top, width, height) > _LARGEST:
            raise SettingError(
                f"a region is x,y,width,height in pixels, such as 100,80,640,480; got {text!r}"
            )
        return cls(box=(left, top, width, height))

    @classmethod
    def of_mask(cls, photo: Photo) -> Region:
        """Return a mask from a photo: its lightness, multiplied by its alpha if it has one."""
        image = to_8_bits(assemble(photo.pictures[0])).convert("LA")
        lightness, alpha = (np.asarray(channel, np.uint16) for channel in image.split())
        return cls(mask=Image.fromarray((lightness * alpha // 255).astype(np.uint8)))

    def check(self, photo: Photo) -> None:
        """Refuse a photo that the region does not fit.

        Raises:
            UncorrectablePhoto: the rectangle lies outside it, or the mask is of another size.
        """
        width, height = photo.size
        if self.mask is not None and self.mask.size != photo.size:
            across, down = self.mask.size
            raise UncorrectablePhoto(
                printable(photo.name),
                f"is of {width} x {height} pixels as stored and the mask of {across} x {down}; "
                "give a mask of the photo's size",
            )
        if self.box is not None and (self.box[0] >= width or self.box[1] >= height):
            raise UncorrectablePhoto(
                printable(photo.name),
                f"is of {width} x {height} pixels; the region lies outside it; give one inside",
            )

    def share(self, strip: Strip) -> NDArray[np.uint8]:
        """Return the weight of each pixel of a strip, 0 outside to 255 inside the region, shape [H, W]."""
        width, height = size_of(strip.raster)
        if strip.scaled_from is not None:
            across, down = strip.scaled_from
            return self._scaled(width / across, height / down).share(Strip(strip.raster))
        if self.mask is not None:
            return np.asarray(self.mask.crop((strip.left, strip.top, strip.left + width, strip.top + height)))
        left, top, across, down = self.box or (0, 0, 0, 0)
        soft = _SOFT * min(across, down)
        columns = _ramp(strip.left + np.arange(width), left, across, soft)
        rows = _ramp(strip.top + np.arange(height), top, down, soft)
        return np.rint(255 * rows[:, None] * columns).astype(np.uint8)

    def _scaled(self, across: float, down: float) -> Region:
        """Return the region scaled to a thumbnail."""
        if self.mask is not None:
            return Region(
                mask=self.mask.resize((round(self.mask.width * across), round(self.mask.height * down)))
            )
        left, top, width, height = self.box or (0, 0, 0, 0)
        box = (round(left * across), round(top * down), round(width * across), round(height * down))
        return Region(box=box)

    def inside(self, strip: Strip) -> NDArray[np.bool_]:
        """Return which pixels of a strip count, shape [H, W]; a rectangle's soft edge counts."""
        if self.mask is not None:
            return self.share(strip) >= _INSIDE
        hard: NDArray[np.bool_] = self.share(strip) > 0
        return hard

    def at(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which points of a grid count, shape [rows, columns]."""
        if self.mask is not None:
            picked: NDArray[np.bool_] = np.asarray(self.mask)[np.ix_(rows, columns)] >= _INSIDE
            return picked
        left, top, across, down = self.box or (0, 0, 0, 0)
        inside: NDArray[np.bool_] = ((rows >= top) & (rows < top + down))[:, None] & (
            (columns >= left) & (columns < left + across)
        )
        return inside


def mixed(strip: Strip, changed: Raster, region: Region) -> Raster:
    """Blend the changed pixels with the strip's own by the weights of the region.

    Raises:
        UnsupportedPhoto: the pixels share a palette.
    """
    share = region.share(strip)
    before = strip.raster
    if not isinstance(changed, Image.Image) and not isinstance(before, Image.Image):
        part = (share / 255.0)[..., None]
        blended = before + part * (changed.astype(np.float64) - before)
        return rounded_like(before, blended)
    before, changed = to_8_bits(before), to_8_bits(changed)
    if changed.mode == "P":
        reason = "has a palette, of which no part can change alone; save it as a PNG of full color first"
        raise UnsupportedPhoto("<image>", reason)
    return Image.composite(changed, before, Image.fromarray(share))


def _ramp(places: NDArray[np.int64], start: int, length: int, soft: float) -> Floats:
    """Return 1 inside, falling to 0 at both ends over the soft width, and 0 outside."""
    depth = np.minimum(places - start + 0.5, start + length - places - 0.5)
    ramp: Floats = np.clip(depth / max(soft, 0.5), 0.0, 1.0)
    return ramp
