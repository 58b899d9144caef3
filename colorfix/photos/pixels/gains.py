"""Apply gains to pixels: 8 bits through three tables in one pass in C, deeper pixels by the formula.

In the sensor's space a channel depends on all three, so pixels go through a product of linear light with a
matrix instead of tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.color.sensor import gain_matrix
from colorfix.color.statistics import SRGB, Curve, apply_gains, deep_tables_of, tables_of
from colorfix.core.errors import SettingError, UnsupportedPhoto
from colorfix.core.threads import in_threads
from colorfix.photos.photo import FROM_MEMORY, rounded_like, to_8_bits
from colorfix.photos.pixels.dither import dithered, looked_up, tables_for_dither
from colorfix.photos.pixels.highlights import Protection, protect
from colorfix.photos.pixels.light_matrix import LightMatrix
from colorfix.photos.pixels.selection import mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import Highlights, Space
    from colorfix.photos.photo import Deep, Raster, Strip
    from colorfix.photos.pixels.selection import Region

GRAY = "is a gray photo and has no color to correct; leave it as it is"
_SHAPE = (3, 256)
_ALPHA = bytes(range(256))  # identity


def mapped(raster: Raster, tables: NDArray[np.uint8]) -> Image.Image:
    """Return the pixels with every value replaced by its table's entry; alpha is unchanged.

    Of a palette image the palette is mapped, its pixels are unchanged.

    Args:
        raster: in color; more than 8 bits a channel are reduced to 8.
        tables: uint8, shape (3, 256), red green blue: the new value for each old one.

    Raises:
        UnsupportedPhoto: the pixels are gray, so there are no channels to tell apart.
        SettingError: the tables have another shape or type.

    >>> half = np.stack([np.arange(256) // 2, np.arange(256), np.arange(256)]).astype(np.uint8)
    >>> mapped(Image.new("RGB", (1, 1), (200, 200, 200)), half).getpixel((0, 0))
    (100, 200, 200)
    """
    if tables.shape != _SHAPE or tables.dtype != np.uint8:
        raise SettingError(f"tables are uint8 of the shape {_SHAPE}, got {tables.dtype} of {tables.shape}")
    image = to_8_bits(raster)
    match image.mode:
        case "RGB":
            return image.point(tables.tobytes())
        case "RGBA":
            return image.point(tables.tobytes() + _ALPHA)
        case "P":
            return _with_palette(image, lambda colors: mapped(colors, tables))
    raise UnsupportedPhoto("<image>", GRAY)


def _with_palette(image: Image.Image, recolor: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Return a palette image whose colors have been changed, as a row of pixels."""
    palette = image.getpalette("RGB") or []
    colors = recolor(Image.frombytes("RGB", (len(palette) // 3, 1), bytes(palette)))
    corrected = image.copy()
    corrected.putpalette(colors.tobytes(), "RGB")
    return corrected


_LARGE = 1 << 22  # pixels; Pillow stores more in several blocks of 16 MiB
_PIECE = 1 << 19  # pixels


@dataclass(frozen=True, eq=False)
class GainChange:
    """Multiplies each channel by its gain.

    8 bits a channel go through tables of 256 entries in C, 16 through tables of 65 536; in the sensor's space
    both go through a matrix. Floating point is computed and not clipped, so no highlights need protection.
    Alpha and NaN are unchanged.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: the color space of the multiplication.
        curve: the photo's transfer curve, for linear light.
        highlights: ``"clip"`` or ``"protect"``; see :mod:`colorfix.photos.pixels.highlights`.
        dither: whether noise hides banding; see :mod:`colorfix.photos.pixels.dither`.
        within: the region to change; None for the whole photo.
        in_place: overwrite the input pixels of a large image (saves one copy); only if the caller no longer
            needs them.

    >>> from colorfix.photos.photo import Strip
    >>> deep = np.full((1, 1, 3), 20_000, np.uint16)
    >>> GainChange(np.array([0.5, 1.0, 4.0]))(Strip(deep)).tolist()
    [[[10000, 20000, 65535]]]
    """

    gains: Floats
    space: Space = "srgb"
    curve: Curve = field(default=SRGB, repr=False)
    highlights: Highlights = "protect"
    dither: bool = False
    within: Region | None = None
    in_place: bool = False

    def __call__(self, strip: Strip) -> Raster:
        """Return the strip's pixels, changed."""
        raster = strip.raster
        if self.leaves(raster):
            return raster
        result = self._image(strip, raster) if isinstance(raster, Image.Image) else self._deep(raster)
        return result if self.within is None else mixed(strip, result, self.within)

    def leaves(self, raster: Raster) -> bool:
        """Whether pixels of this type are unchanged."""
        if isinstance(raster, Image.Image):
            return self.leaves_codes
        return bool((self.gains == 1.0).all())

    @cached_property
    def leaves_codes(self) -> bool:
        """Whether 8-bit pixels are unchanged."""
        if self.light is not None:
            return bool((self.gains == 1.0).all())
        return bool((self.tables == np.arange(256)).all())

    @property
    def is_pointwise(self) -> bool:
        """Whether the new color of a pixel depends on its old color alone."""
        return not self.dither and self.within is None

    @cached_property
    def tables(self) -> NDArray[np.uint8]:
        """The new value of each code, uint8, shape (3, 256); not in the sensor's space."""
        return tables_of(self.gains, self.space, self.curve)

    @cached_property
    def light(self) -> LightMatrix | None:
        """The product with linear light in the sensor's space; None where :attr:`tables` suffice."""
        return LightMatrix(gain_matrix(self.gains), self.curve) if self.space == "sensor" else None

    @cached_property
    def protection(self) -> Protection:
        """The rule that keeps blown highlights neutral."""
        return Protection.under((self.tables, self.tables) if self.light is None else self.light.bounds)

    @cached_property
    def _deep_tables(self) -> NDArray[np.uint16]:
        return deep_tables_of(self.gains, self.space, self.curve)

    @cached_property
    def _dither_tables(self) -> NDArray[np.uint16]:
        return tables_for_dither(self._changed)

    def _changed(self, stored: Floats) -> Floats:
        if self.light is not None:
            return self.light.values(stored)
        return apply_gains(stored, self.gains, self.space, self.curve)

    def _image(self, strip: Strip, image: Image.Image) -> Image.Image:
        rows = _rows_at_once(image)
        if rows >= image.height:
            return self._piece(strip, image)
        in_place = self.in_place and self.within is None
        result = image if in_place else Image.new(image.mode, image.size, None)

        def change(tops: Iterator[int]) -> None:
            for top in tops:
                part = image.crop((0, top, image.width, min(top + rows, image.height)))
                changed = self._piece(replace(strip, raster=part, top=strip.top + top), part)
                result.paste(changed, (0, top))

        tops = range(0, image.height, rows)
        if self.light is None:
            change(iter(tops))  # tables take less time than threads save
        else:
            in_threads(change, tops)
        return result

    def _piece(self, strip: Strip, image: Image.Image) -> Image.Image:
        if image.mode == "P":
            return _with_palette(image, self._colors)
        if self.dither and image.mode in {"RGB", "RGBA"}:
            return self._protected(image, self._dithered(strip, image))
        return self._colors(image)

    def _colors(self, image: Image.Image) -> Image.Image:
        """Return an image changed pixel by pixel."""
        if self.light is None:
            return self._protected(image, mapped(image, self.tables))
        if image.mode not in {"RGB", "RGBA"}:
            raise UnsupportedPhoto(FROM_MEMORY, GRAY)
        return self._protected(image, self.light.applied(image))

    def _protected(self, before: Image.Image, after: Image.Image) -> Image.Image:
        if self.highlights == "protect":
            self.protection(before, after)
        return after

    def _dithered(self, strip: Strip, image: Image.Image) -> Image.Image:
        pixels = np.asarray(image)
        changed = looked_up(self._dither_tables) if self.light is None else self.light.dithered
        colors = dithered(pixels[..., :3], changed, strip.left, strip.top)
        return Image.fromarray(np.concatenate([colors, pixels[..., 3:]], axis=-1))

    def _deep(self, raster: Deep) -> Deep:
        if raster.shape[2] < len("RGB"):
            raise UnsupportedPhoto(FROM_MEMORY, GRAY)
        if raster.dtype == np.uint16:
            return self._sixteen_bits(raster.astype(np.uint16, copy=False))
        colors = raster[..., :3].astype(np.float64)
        after = np.where(np.isfinite(colors), self._changed(colors), colors)
        return rounded_like(raster, np.concatenate([after, raster[..., 3:]], axis=-1))

    def _sixteen_bits(self, raster: NDArray[np.uint16]) -> NDArray[np.uint16]:
        result = raster.copy()
        if self.light is None:
            for channel, table in enumerate(self._deep_tables):
                result[..., channel] = table[raster[..., channel]]
        else:
            self.light.apply_to_16_bits(result[..., :3])
        if self.highlights == "protect":
            protect(raster[..., :3], result[..., :3])
        return result


def _rows_at_once(image: Image.Image) -> int:
    """Return how many rows are changed at once: all, or of a large image as many as fit into the cache.

    Pillow stores a large image in several blocks of memory, which cannot be viewed as one array.
    """
    if image.mode == "P" or image.width * image.height <= _LARGE:
        return image.height
    return _PIECE // image.width or image.height
