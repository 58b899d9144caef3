"""Blown highlights: the brightness of a clipped channel is lost, so its value under a gain is a guess.

White, (1, 1, 1), under gains of 0.6, 1 and 1.8 would become cyan. The corrected value y_c of a channel whose
stored value x_c was near the top is only a lower bound. With w(x) rising smoothly from 0 at
:data:`BEGIN` to 1 at the top,

    y_c  <-  y_c + w(x_c) · max(0, min of the other two - y_c)      green, blue: not below both others
    y_R  <-  y_R + w(x_R) · max(0, y_G - y_R)                       red: not below green
    y_c  <-  y_c + v · (max of the three - y_c),  v = min of w      white stays white

Lamps, flames and skin blow red first. Under a gain below 1 such a pixel turns green where blue is dark, so
red follows green alone.

All other values are unchanged. The formula is implemented twice: in floating point for deep pixels, and in
integers for 8 bits, where :class:`Memory` gives Pillow's pixels as an array without a copy.
``benchmarks/pixels/highlights.py`` compares it with other rules; see ``docs/pixels.md``.
"""

from __future__ import annotations

import ctypes
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]
    from collections.abc import Iterator

_ARRAY = struct.Struct("5q5P")  # length, nulls, offset, numbers of buffers and of children; then pointers
_BUFFERS, _CHILDREN = 5, 6
_POINTER = struct.Struct("P")

_address_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


class Memory:
    """The pixels of an image in its own memory, or copied strip by strip if that is in several blocks.

    Pixels have the shape [H, W, 4]: red, green, blue, and alpha or padding. Pillow exports an image of one
    block through Arrow's C data interface; large images have several (of 16 MiB, ``PILLOW_BLOCK_SIZE``).

    Source: https://arrow.apache.org/docs/format/CDataInterface.html.

    Args:
        image: of mode ``RGB`` or ``RGBA``.

    >>> image = Image.new("RGB", (1, 2))
    >>> with Memory(image).edited(1, 2) as pixels:
    ...     pixels[0, 0] = [10, 20, 30, 255]
    >>> Memory(image).rows(0, 2)[:, 0, :3].tolist(), image.getpixel((0, 1))
    ([[0, 0, 0], [10, 20, 30]], (10, 20, 30))
    """

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._whole = _exported(image)

    def rows(self, top: int, bottom: int) -> NDArray[np.uint8]:
        """Return the pixels from one row up to another, for reading."""
        return self._copied(top, bottom)[1] if self._whole is None else self._whole[top:bottom]

    @contextmanager
    def edited(self, top: int, bottom: int) -> Iterator[NDArray[np.uint8]]:
        """Yield the pixels from one row up to another, for writing."""
        if self._whole is not None:
            yield self._whole[top:bottom]
            return
        copy, pixels = self._copied(top, bottom)
        yield pixels
        self._image.paste(copy, (0, top))

    def _copied(self, top: int, bottom: int) -> tuple[Image.Image, NDArray[np.uint8]]:
        """Return a copy of some rows, and its memory."""
        copy = self._image.crop((0, top, self._image.width, bottom))
        pixels = _exported(copy)
        if pixels is None:  # blocks smaller than that
            pixels = np.array(copy.convert("RGBA"))
            copy = Image.frombuffer("RGBA", copy.size, pixels, "raw", "RGBA", 0, 1)
        return copy, pixels


def _exported(image: Image.Image) -> NDArray[np.uint8] | None:
    """Return the memory of an image; None if it is in several blocks."""
    try:
        return np.asarray(_Exported(image))
    except ValueError:
        return None


class _Exported:
    """An image's memory by NumPy's array interface; Pillow keeps it alive as long as the capsule exists."""

    def __init__(self, image: Image.Image) -> None:
        _, self._capsule = image.__arrow_c_array__()
        fields = _ARRAY.unpack(ctypes.string_at(_address_of(self._capsule, b"arrow_array"), _ARRAY.size))
        child = _ARRAY.unpack(ctypes.string_at(_pointer(fields[_CHILDREN]), _ARRAY.size))
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (image.height, image.width, 4),
            "data": (
                _pointer(child[_BUFFERS] + _POINTER.size),
                False,
            ),  # the first buffer is the validity bitmap
        }


def _pointer(at: int) -> int:
    address: int = _POINTER.unpack(ctypes.string_at(at, _POINTER.size))[0]
    return address


BEGIN = 0.96
"""Stored value, 0 to 1, from which a channel counts as nearly blown."""


def weight(stored: Floats) -> Floats:
    """Return how far stored values, 0 to 1, are blown: 0 up to :data:`BEGIN`, 1 at the top.

    >>> weight(np.array([0.5, 0.96, 0.98, 1.0])).round(3).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    share = np.clip((stored - BEGIN) / (1 - BEGIN), 0.0, 1.0)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


_TOP = 65535
WEIGHTS = np.rint(255 * weight(np.arange(256) / 255)).astype(np.uint8)
"""The weight of each code, in 255ths."""

FIRST_CODE = int(np.flatnonzero(WEIGHTS)[0])
"""The first code whose weight is not 0."""

_WEIGHTS = WEIGHTS.tobytes()
_ALL_TRUE = np.uint32(0x01010101)  # four true bytes
_VALUES = 256
_RED, _GREEN, _BLUE = range(3)
_SLACK = 2  # codes by which dithering may differ from a table
_STRIP = 1 << 21  # pixels changed at a time
_SEARCHED = 1 << 17  # pixels searched at a time: they stay in the processor's cache
_COMPUTED = 1 << 14  # pixels computed at a time, for the same reason
_DENSE_SHARE = 0.75  # share of affected pixels above which all are computed


def protected(before: Floats, after: Floats) -> Floats:
    """Return corrected values whose blown channels follow the others.

    Args:
        before: stored values, shape [..., 3], 0 to 1.
        after: corrected ones.

    >>> white_and_skin, gains = np.array([[1.0, 1.0, 1.0], [1.0, 0.8, 0.1]]), np.array([0.6, 1.0, 1.8])
    >>> protected(white_and_skin, np.clip(white_and_skin * gains, 0, 1)).round(2).tolist()
    [[1.0, 1.0, 1.0], [0.8, 0.8, 0.18]]
    """
    weights = weight(before)
    red, green, blue = np.moveaxis(after, -1, 0)
    others = np.stack([green, np.minimum(red, blue), np.minimum(red, green)], axis=-1)
    raised = after + weights * np.maximum(0.0, others - after)
    white = weights.min(axis=-1, keepdims=True)
    result: Floats = raised + white * (raised.max(axis=-1, keepdims=True) - raised)
    return result


def protect(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> None:
    """Apply :func:`protected` in place to 16 bits; only pixels near the top are computed.

    Args:
        before: shape [H, W, 3].
        after: corrected, the same shape, modified here.
    """
    near = (before > BEGIN * _TOP).any(axis=-1)
    if near.any():
        after[near] = np.rint(_TOP * protected(before[near] / _TOP, after[near] / _TOP))


@dataclass(frozen=True, eq=False)
class Protection:
    """The formula of :func:`protected` for images of 8 bits a channel.

    Usually few pixels change: under a gain that lowers red, only those whose red is near the top and whose
    green comes out above it. The image is searched for such pixels, and only they are computed, in integers.

    Attributes:
        channels: those that may be raised.
        thresholds: the lowest codes, red, green, blue and 0, of pixels that may change; an array per case.
    """

    channels: tuple[int, ...]
    thresholds: tuple[Bytes, ...]

    @classmethod
    def under(cls, bounds: tuple[Floats | Bytes, Floats | Bytes]) -> Protection:
        """Return the protection under gains.

        Args:
            bounds: the least and the largest new code of each old one, correct to within a code or two, both
                of shape (3, 256); under a table per channel both are the table.
        """
        by_channel = _thresholds_by_channel(*bounds)
        return cls(tuple(by_channel), tuple(_distinct_thresholds(by_channel)))

    def __call__(self, before: Image.Image, after: Image.Image) -> None:
        """Protect the highlights of an image, ``RGB`` or ``RGBA``, in place; alpha is unchanged.

        Args:
            before: the stored pixels.
            after: the same with gains, modified here.
        """
        width, height = before.size
        rows = max(1, _STRIP // width)
        source, result = Memory(before), Memory(after)
        thresholds = [np.tile(lowest, width) for lowest in self.thresholds]
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            stored = source.rows(top, bottom)
            affected = _affected_pixels(stored, thresholds)
            if affected:
                with result.edited(top, bottom) as pixels:
                    words, changed = _packed(stored), _packed(pixels)
                    for part in affected:
                        changed[part] = _protect_packed(words[part], changed[part], self.channels)


def _thresholds_by_channel(least: Floats | Bytes, largest: Floats | Bytes) -> dict[int, NDArray[np.int64]]:
    """Return the channels that may be raised, and the lowest codes of such pixels.

    A channel near the top is raised only if the channels that it follows exceed the least value that its
    codes near the top are mapped to.
    """
    by_channel = {}
    reached = np.maximum.accumulate(largest, axis=1)
    for channel in range(3):
        level = max(0.0, float(least[channel, FIRST_CODE:].min()) - _SLACK)
        lowest = np.array([np.searchsorted(row, level) for row in reached])
        lowest[channel] = FIRST_CODE
        if channel == _RED:
            lowest[_BLUE] = 0
        if lowest.max() < _VALUES:
            by_channel[channel] = lowest
    return by_channel


def _distinct_thresholds(by_channel: dict[int, NDArray[np.int64]]) -> list[Bytes]:
    """Return the lowest codes of pixels that may change: the cases above, and white.

    A case that another one includes is omitted.
    """
    broadest: list[NDArray[np.int64]] = []
    for lowest in sorted((np.full(3, FIRST_CODE), *by_channel.values()), key=lambda each: int(each.sum())):
        if not any((broader <= lowest).all() for broader in broadest):
            broadest.append(lowest)
    return [np.array([*lowest, 0], np.uint8) for lowest in broadest]


def _affected_pixels(pixels: Bytes, thresholds: list[Bytes]) -> list[slice | NDArray[np.intp]]:
    """Return the flat indices of pixels of a strip that may change, in parts.

    If most may, all are returned: selecting them would cost more.
    """
    lines = pixels.reshape(len(pixels), -1)
    rows = max(1, _SEARCHED // pixels.shape[1])
    affected = np.concatenate(
        [
            np.flatnonzero(_reach_thresholds(lines[top : top + rows], thresholds)) + top * pixels.shape[1]
            for top in range(0, len(lines), rows)
        ]
    )
    size = pixels.shape[0] * pixels.shape[1]
    if len(affected) > _DENSE_SHARE * size:
        return [slice(start, start + _COMPUTED) for start in range(0, size, _COMPUTED)]
    return [affected[start : start + _COMPUTED] for start in range(0, len(affected), _COMPUTED)]


def _reach_thresholds(lines: Bytes, thresholds: list[Bytes]) -> NDArray[np.bool_]:
    """Whether each pixel reaches all the lowest codes of at least one case."""
    cases = ((lines >= lowest).reshape(-1).view("<u4") == _ALL_TRUE for lowest in thresholds)
    reached: NDArray[np.bool_] = next(cases)
    for case in cases:
        reached |= case
    return reached


def _packed(pixels: Bytes) -> Words:
    """Return a row of pixels as 32-bit integers: red in the lowest byte, alpha or padding in the highest."""
    return pixels.reshape(-1).view("<u4")


def _protect_packed(before: Words, after: Words, lowered: tuple[int, ...]) -> Words:
    """Return the protected pixels.

    Args:
        before: stored pixels.
        after: the same with gains.
        lowered: channels that may be raised.
    """
    stored, corrected = (
        [np.ascontiguousarray(words.view(np.uint8)[c::4]) for c in range(3)] for words in (before, after)
    )
    raised = list(corrected)
    for c in lowered:
        others = corrected[_GREEN] if c == _RED else np.minimum(corrected[c - 1], corrected[c - 2])
        raised[c] = _blended(corrected[c], np.maximum(corrected[c], others), _weights(stored[c]))
    white = np.minimum(np.minimum(*stored[:2]), stored[2])
    if white.max(initial=0) >= FIRST_CODE:
        largest, share = np.maximum(np.maximum(*raised[:2]), raised[2]), _weights(white)
        raised = [_blended(channel, largest, share) for channel in raised]
    result = after.copy()
    for place, (new, old) in enumerate(zip(raised, corrected, strict=True)):
        if new is not old:
            result.view(np.uint8)[place::4] = new
    return result


def _weights(codes: Bytes) -> Bytes:
    return np.frombuffer(codes.tobytes().translate(_WEIGHTS), np.uint8)


def _blended(low: Bytes, high: Bytes, share: Bytes) -> Bytes:
    """Return low + share / 255 (high - low), rounded to nearest.

    n / 255 to the nearest is (m + m // 256) // 256 with m = n + 128, in 16 bits throughout.
    """
    part = (high - low).astype(np.uint16)
    part *= share
    part += np.uint16(128)
    part += part >> np.uint16(8)
    part >>= np.uint16(8)
    return low + part.astype(np.uint8)
