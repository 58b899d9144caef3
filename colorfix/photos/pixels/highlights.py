"""Blown highlights: a channel at its top has lost how bright it was, so what a gain makes of it is a guess.

White, (1, 1, 1), under gains of 0.6, 1 and 1.8 would become cyan. The corrected value y_c of a channel whose
stored value x_c was near the top is only a lower bound. With w(x) rising smoothly from 0 at
:data:`BEGIN` to 1 at the top,

    y_c  <-  y_c + w(x_c) · max(0, min of the other two - y_c)      no channel is left behind the others
    y_c  <-  y_c + v · (max of the three - y_c),  v = min of w      what was white in the photo stays white

Everything else is as it was. The formula is there twice: in whole numbers for 8 bits, in floating point for
more. What it is worth, beside other rules, is measured by ``benchmarks/pixels/highlights.py`` and told in
``docs/pixels.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.photos.pixels.pillow_memory import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from colorfix.color.statistics import Floats

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]

BEGIN = 0.96
"""Stored value, 0 to 1, from which a channel counts as nearly blown."""


def weight(stored: Floats) -> Floats:
    """How far stored values, 0 to 1, are blown: 0 up to :data:`BEGIN`, 1 at the top.

    >>> weight(np.array([0.5, 0.96, 0.98, 1.0])).round(3).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    share = np.clip((stored - BEGIN) / (1 - BEGIN), 0.0, 1.0)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


_TOP = 65535
WEIGHTS = np.rint(255 * weight(np.arange(256) / 255)).astype(np.uint8)
"""The weight of each code, in 255ths."""

LEAST = int(np.flatnonzero(WEIGHTS)[0])
"""The least code that has one."""

_WEIGHTS = WEIGHTS.tobytes()
_ALL = np.uint32(0x01010101)  # four bytes of yes
_VALUES = 256
_SLACK = 2  # codes by which dithering may move what a table says
_STRIP = 1 << 21  # pixels that are changed at a time
_SEARCHED = 1 << 17  # pixels that are searched at a time: they stay in the processor's cache
_AT_ONCE = 1 << 14  # pixels that are computed at a time, likewise
_MOST = 0.75  # share of the pixels from which all are computed


def protected(before: Floats, after: Floats) -> Floats:
    """Return corrected values whose blown channels follow the others.

    Args:
        before: stored values, shape [..., 3], 0 to 1.
        after: corrected ones.

    >>> white, gains = np.ones((1, 3)), np.array([0.6, 1.0, 1.8])
    >>> protected(white, np.clip(white * gains, 0, 1)).tolist()
    [[1.0, 1.0, 1.0]]
    """
    weights = weight(before)
    red, green, blue = np.moveaxis(after, -1, 0)
    others = np.stack([np.minimum(green, blue), np.minimum(red, blue), np.minimum(red, green)], axis=-1)
    raised = after + weights * np.maximum(0.0, others - after)
    white = weights.min(axis=-1, keepdims=True)
    result: Floats = raised + white * (raised.max(axis=-1, keepdims=True) - raised)
    return result


def protect(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> None:
    """As :func:`protected`, in place, for 16 bits; only pixels near the top are computed.

    Args:
        before: shape [H, W, 3].
        after: the same, changed here.
    """
    near = (before > BEGIN * _TOP).any(axis=-1)
    if near.any():
        after[near] = np.rint(_TOP * protected(before[near] / _TOP, after[near] / _TOP))


@dataclass(frozen=True, eq=False)
class Protection:
    """Protects images of 8 bits a channel, as :func:`protected` says it.

    Few pixels are touched, mostly: under a gain that lowers red, only those whose red is near the top and
    whose green and blue come out above it. Images are searched for them, and only what is found is computed,
    in whole numbers.

    Attributes:
        behind: channels that may be left behind the others.
        touched: the least codes, red, green, blue and anything, of pixels that may be touched: of each kind.
    """

    behind: tuple[int, ...]
    touched: tuple[Bytes, ...]

    @classmethod
    def under(cls, tables: Bytes | None = None) -> Protection:
        """Return the protection under gains.

        Args:
            tables: what the gains make of each code, to within a code or two, shape (3, 256); None where
                every pixel near the top may be touched.
        """
        behind = _behind(tables)
        return cls(tuple(behind), tuple(_touched(behind)))

    def __call__(self, before: Image.Image, after: Image.Image) -> None:
        """Protect the highlights of an image, ``RGB`` or ``RGBA``, in place; alpha stays.

        Args:
            before: what is stored.
            after: the same with gains, changed here.
        """
        width, height = before.size
        rows = max(1, _STRIP // width)
        source, result = Memory(before), Memory(after)
        touched = [np.tile(least, width) for least in self.touched]
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            stored = source.rows(top, bottom)
            found = _found(stored, touched)
            if found:
                with result.edited(top, bottom) as pixels:
                    words, changed = _words(stored), _words(pixels)
                    for some in found:
                        changed[some] = _protected_words(words[some], changed[some], self.behind)


def _behind(tables: Bytes | None) -> dict[int, NDArray[np.int64]]:
    """Channels that may be left behind, and the least codes, red, green, blue, of pixels in which they are.

    A channel near the top is left behind where both others come out above it, so above what the least code
    near the top becomes.
    """
    behind = {}
    for channel in range(3):
        least = np.zeros(3, np.int64)
        if tables is not None:
            level = max(0, int(tables[channel, LEAST]) - _SLACK)
            least = np.array([np.searchsorted(table, level) for table in tables])
        least[channel] = LEAST
        if least.max() < _VALUES:
            behind[channel] = least
    return behind


def _touched(behind: dict[int, NDArray[np.int64]]) -> list[Bytes]:
    """The least codes, red, green, blue and anything, of pixels that may be touched: of each kind of them.

    Those in which a channel is left behind, and white: all three near the top. A kind that is part of a
    broader one is left out.
    """
    broadest: list[NDArray[np.int64]] = []
    for least in sorted((np.full(3, LEAST), *behind.values()), key=lambda each: int(each.sum())):
        if not any((broader <= least).all() for broader in broadest):
            broadest.append(least)
    return [np.array([*least, 0], np.uint8) for least in broadest]


def _found(pixels: Bytes, touched: list[Bytes]) -> list[slice | NDArray[np.intp]]:
    """Where pixels of a strip may be touched, counted row by row, some at a time.

    Where most are, all others come with them: picking them would cost more.
    """
    lines = pixels.reshape(len(pixels), -1)
    rows = max(1, _SEARCHED // pixels.shape[1])
    found = np.concatenate(
        [
            np.flatnonzero(_hits(lines[top : top + rows], touched)) + top * pixels.shape[1]
            for top in range(0, len(lines), rows)
        ]
    )
    size = pixels.shape[0] * pixels.shape[1]
    if len(found) > _MOST * size:
        return [slice(start, start + _AT_ONCE) for start in range(0, size, _AT_ONCE)]
    return [found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE)]


def _hits(lines: Bytes, touched: list[Bytes]) -> NDArray[np.bool_]:
    """Which pixels reach the least codes of one kind or another."""
    kinds = ((lines >= least).reshape(-1).view("<u4") == _ALL for least in touched)
    hits: NDArray[np.bool_] = next(kinds)
    for more in kinds:
        hits |= more
    return hits


def _words(pixels: Bytes) -> Words:
    """Return pixels as numbers, in a row: red in the lowest byte, alpha or nothing in the highest."""
    return pixels.reshape(-1).view("<u4")


def _protected_words(before: Words, after: Words, behind: tuple[int, ...]) -> Words:
    """Return the pixels that become of stored ones and of those with gains.

    Args:
        before: stored.
        after: with gains.
        behind: channels that may be left behind the others.
    """
    stored, channels = (
        [np.ascontiguousarray(words.view(np.uint8)[c::4]) for c in range(3)] for words in (before, after)
    )
    raised = list(channels)
    for c in behind:
        others = np.minimum(channels[c - 1], channels[c - 2])
        raised[c] = _blended(channels[c], np.maximum(channels[c], others), _weights(stored[c]))
    white = np.minimum(np.minimum(*stored[:2]), stored[2])
    if white.max(initial=0) >= LEAST:
        largest, share = np.maximum(np.maximum(*raised[:2]), raised[2]), _weights(white)
        raised = [_blended(own, largest, share) for own in raised]
    result = after.copy()
    for own, old, place in zip(raised, channels, range(3), strict=True):
        if own is not old:
            result.view(np.uint8)[place::4] = own
    return result


def _weights(codes: Bytes) -> Bytes:
    return np.frombuffer(codes.tobytes().translate(_WEIGHTS), np.uint8)


def _blended(low: Bytes, high: Bytes, share: Bytes) -> Bytes:
    """The sum low + share / 255 (high - low), to the nearest.

    n / 255 to the nearest is (m + m // 256) // 256 with m = n + 128, in 16 bits throughout.
    """
    part = (high - low).astype(np.uint16)
    part *= share
    part += np.uint16(128)
    part += part >> np.uint16(8)
    part >>= np.uint16(8)
    return low + part.astype(np.uint8)
