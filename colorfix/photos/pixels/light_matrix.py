"""Multiply linear light by a matrix: decode by a table, one matrix product, encode by a table.

This is what gains in the sensor's space do (:mod:`colorfix.color.sensor`); tables alone cannot. For 8 bits it
runs in float64 on multiples of powers of 2 that are small enough for its sums to be exact, so results
depend neither on the order of additions nor on the processor. The product is truncated to one of many steps,
each with a code in a table: at most one code from the exact result. The work goes in parts that stay in the
processor's cache (``benchmarks/pixels/sensor.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.color.statistics import SRGB, Curve
from colorfix.photos.pixels.dither import noisy_values
from colorfix.photos.pixels.highlights import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

    Words = NDArray[np.uint32]

STEPS, PROFILE_STEPS = 1 << 14, 1 << 18
"""Steps of linear light, 0 to 1, that have a code each: for sRGB's curve, and for a profile's, which may be
steeper near black."""

_AT_ONCE = 1 << 16  # pixels
_LIGHT_UNIT, _MATRIX_UNIT = 2.0**22, 2.0**-6
_TOP = 65535
_ALPHA = np.uint32(0xFF000000)


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

    @property
    def steps(self) -> int:
        """Number of steps of linear light."""
        return STEPS if self.curve.tables is None else PROFILE_STEPS

    @property
    def whole_matrix(self) -> Floats:
        """The matrix times the number of steps, in multiples of a power of 2, so that products are exact."""
        whole: Floats = np.rint(self.matrix * self.steps / _MATRIX_UNIT) * _MATRIX_UNIT
        return whole

    @property
    def light(self) -> Floats:
        """Linear light of each code, in multiples of a power of 2, shape [3, 256]."""
        return decoding(self.curve)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """Code of each step of linear light, shape [3, steps]."""
        return encoding(self.curve, self.steps)

    def values(self, stored: Floats) -> Floats:
        """Return stored values, nominally 0 to 1, shape [..., 3], changed; nothing is clipped."""
        return self.curve.encoded(self.curve.decoded(stored) @ self.matrix.T)

    def applied(self, image: Image.Image) -> Image.Image:
        """Return an image, ``RGB`` or ``RGBA``, changed; alpha is unchanged."""
        result = Image.new(image.mode, image.size, None)
        before, after = Memory(image), Memory(result)
        rows = max(1, _AT_ONCE // image.width)
        work = _Buffers(self, rows * image.width)
        for top in range(0, image.height, rows):
            bottom = min(top + rows, image.height)
            with after.edited(top, bottom) as pixels:
                work.change(before.rows(top, bottom), pixels)
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


class _Buffers:
    """Memory for one part of an image, and the tables.

    Args:
        change: the product.
        pixels: in a part, at most.
    """

    def __init__(self, change: LightMatrix, pixels: int) -> None:
        self._matrix = change.whole_matrix
        self._light = change.light
        self._codes = _words_of(change.curve, change.steps)
        self._index = np.empty((3, pixels), np.intp)
        self._before = np.empty((3, pixels))
        self._after = np.empty((3, pixels))
        self._short = np.empty((3, pixels), np.int32)

    def change(self, stored: NDArray[np.uint8], result: NDArray[np.uint8]) -> None:
        """Change a part.

        Args:
            stored: its pixels, shape [H, W, 4], contiguous.
            result: for the changed ones, the same shape.
        """
        count = stored.shape[0] * stored.shape[1]
        index, before, after, short = (
            buffer[:, :count] for buffer in (self._index, self._before, self._after, self._short)
        )
        np.copyto(index, stored.reshape(-1, 4)[:, :3].T)
        for channel, table in enumerate(self._light):
            table.take(index[channel], out=before[channel], mode="wrap")  # no copy, unlike "raise"
        np.matmul(self._matrix, before, out=after)
        np.copyto(short, after, casting="unsafe")  # truncates; two casts are faster than one
        np.copyto(index, short)
        words, part = _words(result), before[0].view(np.uint32)[:count]
        np.bitwise_and(_words(stored), _ALPHA, out=words)
        for channel, codes in enumerate(self._codes):
            codes.take(index[channel], out=part, mode="clip")
            np.bitwise_or(words, part, out=words)


def _words(pixels: NDArray[np.uint8]) -> Words:
    """Return pixels as 32-bit integers: red in the lowest byte, alpha or padding in the highest."""
    return pixels.reshape(-1).view("<u4")


@lru_cache(maxsize=8)
def decoding(curve: Curve) -> Floats:
    """Return linear light of the 256 codes in multiples of a power of 2, shape [3, 256]."""
    light: Floats = np.rint(np.clip(curve.light, 0.0, 1.0).T * _LIGHT_UNIT) / _LIGHT_UNIT
    return np.ascontiguousarray(light)


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
    middles = (np.arange(PROFILE_STEPS) + 0.5) / PROFILE_STEPS
    values = np.clip(curve.encoded(np.tile(middles[:, None], 3)), 0.0, 1.0)
    return np.ascontiguousarray(np.rint(255 * 256 * values).astype(np.uint16).T)


@lru_cache(maxsize=8)
def encoding(curve: Curve, steps: int) -> NDArray[np.uint8]:
    """Return the code of each step of linear light, shape [3, steps]."""
    middles = np.tile(((np.arange(steps) + 0.5) / steps)[:, None], 3)
    codes = np.rint(255 * np.clip(curve.encoded(middles), 0.0, 1.0)).astype(np.uint8).T
    codes[:, 0] = 0  # black stays black under any curve
    return np.ascontiguousarray(codes)


@lru_cache(maxsize=8)
def _words_of(curve: Curve, steps: int) -> Words:
    """Return the code of each step in its byte of a pixel, as a 32-bit integer, shape [3, steps]."""
    words: Words = encoding(curve, steps) << np.array([[0], [8], [16]], np.uint32)
    return words
