"""Multiply linear light by a matrix: decode by a table, one matrix product, encode by a table.

This is what gains in the sensor's space do (:mod:`colorfix.color.sensor`); tables alone cannot. For 8 bits
the product is a sum of three integers from tables, which hold all three channels at once
(:class:`PackedSums`), and each channel of the sum has a code in a table: at most one code from the exact
result, and the same on every processor. The work goes in parts that stay in the processor's cache,
over the cores of a process that corrects one photo (``benchmarks/pixels/sensor.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.color.statistics import SRGB, Curve
from colorfix.core.threads import in_threads
from colorfix.photos.pixels.dither import noisy_values
from colorfix.photos.pixels.highlights import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

    Words = NDArray[np.uint32]

STEP_BITS, PROFILE_STEP_BITS = 14, 18
"""Linear light, 0 to 1, has a code for each of this power of 2 of steps: for sRGB's curve, and for a
profile's, which may be steeper near black."""

FIELD_BITS = 21
"""Bits of a channel in :class:`PackedSums`."""

_AT_ONCE = 1 << 15  # pixels
_NOISY_STEPS = 1 << 18
_TOP = 65535
_COLORS = np.uint32(0x00FFFFFF)


@dataclass(frozen=True, eq=False)
class LightMatrix:
    """A product of linear light with a matrix, for stored values.

    Attributes:
        matrix: shape (3, 3); one whose rows sum to 1 leaves gray as it is.
        curve: the photo's transfer curve.

    >>> swap = LightMatrix(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    >>> swap.applied(Image.new("RGB", (1, 1), (10, 20, 30))).getpixel((0, 0))
    (20, 10, 30)
    """

    matrix: Floats
    curve: Curve = field(default=SRGB, repr=False)

    @cached_property
    def packed(self) -> PackedSums:
        """The product and the curve as tables for 8 bits."""
        return PackedSums.of(self.matrix, self.curve)

    def values(self, stored: Floats) -> Floats:
        """Return stored values, nominally 0 to 1, shape [..., 3], changed; nothing is clipped."""
        return self.curve.encoded(self.curve.decoded(stored) @ self.matrix.T)

    def applied(self, image: Image.Image) -> Image.Image:
        """Return an image, ``RGB`` or ``RGBA``, changed; alpha is unchanged."""
        result = Image.new(image.mode, image.size, None)
        before, after = Memory(image), Memory(result)
        rows = max(1, _AT_ONCE // image.width)

        def change(tops: Iterator[int]) -> None:
            buffers = _Buffers(self.packed, rows * image.width, alpha=image.mode == "RGBA")
            for top in tops:
                bottom = min(top + rows, image.height)
                with after.edited(top, bottom) as pixels:
                    buffers.change(before.rows(top, bottom), pixels)

        in_threads(change, range(0, image.height, rows))
        return result

    def apply_to_16_bits(self, colors: NDArray[np.uint16]) -> None:
        """Change 16-bit values in place, computed in float64.

        Args:
            colors: shape [H, W, 3].
        """
        light = deep_decoding(self.curve)
        rows = max(1, _AT_ONCE // colors.shape[1])
        for top in range(0, len(colors), rows):
            part = colors[top : top + rows]
            before = np.stack([table[part[..., channel]] for channel, table in enumerate(light)], axis=-1)
            after = self.curve.encoded(np.clip(before @ self.matrix.T, 0.0, 1.0))
            part[...] = np.rint(_TOP * np.clip(after, 0.0, 1.0))

    def dithered(self, entries: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Return 256 times the changed value of codes with noise (:mod:`colorfix.photos.pixels.dither`).

        Args:
            entries: 256 times a code, plus its noise, shape [..., 3].
        """
        light, values = noisy_decoding(self.curve), noisy_encoding(self.curve)
        before = np.stack([table[entries[..., channel]] for channel, table in enumerate(light)], axis=-1)
        index = (before @ self.matrix.T * values.shape[1]).astype(np.intp)
        return np.stack([row.take(index[..., c], mode="clip") for c, row in enumerate(values)], axis=-1)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The least and the largest new code of each code of a channel over all codes of the others.

        Both have the shape (3, 256).
        """
        own, others = np.diag(self.matrix), self.matrix - np.diag(np.diag(self.matrix))
        least, largest = (
            255 * np.clip(self.curve.encoded(self.curve.light * own + part.sum(axis=1)), 0.0, 1.0).T
            for part in (np.minimum(others, 0.0), np.maximum(others, 0.0))
        )
        return least, largest


@dataclass(frozen=True, eq=False)
class PackedSums:
    """Tables whose sum over a pixel's three codes holds the products for all three channels.

    The sum of three entries is an integer of three fields of :data:`FIELD_BITS`. A field is a channel's
    product in fractions of linear light, plus an offset that keeps it above 0. Entries that clip whatever the
    others are, are lowered to that, so that no field overflows.

    Attributes:
        entries: int64, shape (3, 256): of each code of red, green and blue.
        shifts: number of bits below the step in each field.
        mask: bits of a step.
        codes: uint8, shape [3, steps]: code of each step, offset included; the last is for all steps above.
    """

    entries: NDArray[np.int64]
    shifts: tuple[int, int, int]
    mask: int
    codes: NDArray[np.uint8]

    @classmethod
    def of(cls, matrix: Floats, curve: Curve) -> PackedSums:
        """Return the tables of a matrix for a photo's curve."""
        negative = np.maximum(0.0, -matrix).sum(axis=1)
        unit_bits = FIELD_BITS - math.ceil(math.log2(3.01 + 4.0 * float(negative.max())))
        step_bits = min(unit_bits, STEP_BITS if curve.tables is None else PROFILE_STEP_BITS)
        rest = unit_bits - step_bits
        products = matrix[:, :, None] * np.clip(curve.light, 0.0, 1.0).T
        lowered = np.minimum(products, 1.0 + negative[:, None, None])
        fields = np.rint(lowered * 2.0**unit_bits).astype(np.int64)
        offsets = np.ceil(negative * 2.0**step_bits).astype(np.int64) + 1  # 1 for what is rounded
        fields[:, 0] += (offsets << rest)[:, None]
        places = FIELD_BITS * np.arange(3)
        return cls(
            (fields << places[:, None, None]).sum(axis=0),
            (rest, FIELD_BITS + rest, 2 * FIELD_BITS + rest),
            (1 << FIELD_BITS - rest) - 1,
            _with_offsets(encoding(curve, 1 << step_bits), offsets.tolist()),
        )

    @cached_property
    def pairs(self) -> NDArray[np.int64]:
        """Sum of the entries of red and green, for each red + 256 green, shape [65536]."""
        pairs: NDArray[np.int64] = (self.entries[0] + self.entries[1][:, None]).ravel()
        return pairs

    @cached_property
    def words(self) -> Words:
        """:attr:`codes` in the bytes of a pixel, as 32-bit integers; red's with 255 in the fourth byte."""
        words: Words = self.codes << np.array([[0], [8], [16]], np.uint32)
        words[0] |= ~_COLORS
        return words


def _with_offsets(codes: NDArray[np.uint8], offsets: list[int]) -> NDArray[np.uint8]:
    """Return the codes of steps from below 0 on, each channel from its offset, up to the same step."""
    rows = [np.pad(row, (offset, 0)) for row, offset in zip(codes, offsets, strict=True)]
    longest = max(map(len, rows))
    return np.stack([np.pad(row, (0, longest - len(row)), "edge") for row in rows])


class _Buffers:
    """Memory for one part of an image.

    Args:
        tables: of the change.
        pixels: in a part, at most.
        alpha: whether the fourth byte of a pixel is alpha, not padding.
    """

    def __init__(self, tables: PackedSums, pixels: int, *, alpha: bool) -> None:
        self._tables, self._alpha = tables, alpha
        self._index = np.empty(pixels, np.intp)
        self._sums = np.empty(pixels, np.int64)
        self._blue = np.empty(pixels, np.int64)

    def change(self, stored: NDArray[np.uint8], result: NDArray[np.uint8]) -> None:
        """Change a part.

        Args:
            stored: its pixels, shape [H, W, 4], contiguous.
            result: for the changed ones, the same shape.
        """
        count, tables = stored.shape[0] * stored.shape[1], self._tables
        index, sums, blue = self._index[:count], self._sums[:count], self._blue[:count]
        flat, words, part = stored.reshape(-1), _words(result), blue.view(np.uint32)[:count]
        np.copyto(index, flat.view("<u2")[::2])
        tables.pairs.take(index, out=sums, mode="wrap")  # no copy, unlike "raise"
        np.copyto(index, flat[2::4])
        tables.entries[2].take(index, out=blue, mode="wrap")
        np.add(sums, blue, out=sums)
        for channel, (shift, codes) in enumerate(zip(tables.shifts, tables.words, strict=True)):
            np.right_shift(sums, shift, out=index)
            np.bitwise_and(index, tables.mask, out=index)
            codes.take(index, out=part if channel else words, mode="clip")
            if channel:
                np.bitwise_or(words, part, out=words)
        if self._alpha:
            np.bitwise_and(words, _COLORS, out=words)
            np.bitwise_or(words, np.bitwise_and(_words(stored), ~_COLORS, out=part), out=words)


def _words(pixels: NDArray[np.uint8]) -> Words:
    """Return pixels as 32-bit integers: red in the lowest byte, alpha or padding in the highest."""
    return pixels.reshape(-1).view("<u4")


@lru_cache(maxsize=2)
def deep_decoding(curve: Curve) -> Floats:
    """Return linear light of the 65 536 values of 16 bits, shape [3, 65536]."""
    values = np.arange(_TOP + 1) / _TOP
    return np.ascontiguousarray(curve.decoded(np.tile(values[:, None], 3)).T)


@lru_cache(maxsize=2)
def noisy_decoding(curve: Curve) -> Floats:
    """Return linear light of every code with every level of noise, shape [3, 65536]."""
    return np.ascontiguousarray(curve.decoded(np.tile(noisy_values()[:, None], 3)).T)


@lru_cache(maxsize=2)
def noisy_encoding(curve: Curve) -> NDArray[np.uint16]:
    """Return 256 times the code of each step of linear light, shape [3, steps]."""
    middles = (np.arange(_NOISY_STEPS) + 0.5) / _NOISY_STEPS
    values = np.clip(curve.encoded(np.tile(middles[:, None], 3)), 0.0, 1.0)
    return np.ascontiguousarray(np.rint(255 * 256 * values).astype(np.uint16).T)


@lru_cache(maxsize=8)
def encoding(curve: Curve, steps: int) -> NDArray[np.uint8]:
    """Return the code of each step of linear light, shape [3, steps]."""
    middles = np.tile(((np.arange(steps) + 0.5) / steps)[:, None], 3)
    codes = np.rint(255 * np.clip(curve.encoded(middles), 0.0, 1.0)).astype(np.uint8).T
    codes[:, 0] = 0  # black stays black under any curve
    return np.ascontiguousarray(codes)
