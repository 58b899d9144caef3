"""Blown highlights: a channel at its top has lost how bright it was, so what a gain makes of it is a guess.

White, (1, 1, 1), under gains of 0.6, 1 and 1.8 would become cyan. The corrected value y_c of a channel whose
stored value x_c was near the top is only a lower bound. With w(x) rising smoothly from 0 at
:data:`BEGIN` to 1 at the top,

    y_c  <-  y_c + w(x_c) · max(0, min of the other two - y_c)      no channel is left behind the others
    y_c  <-  y_c + v · (max of the three - y_c),  v = min of w      what was white in the photo stays white

Everything else is as it was. The formula is there twice: in whole numbers for 8 bits, in floating point for
more. What it is worth, beside other rules, is measured by ``benchmarks/highlights.py`` and told in
``docs/pixels.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.photos.memory import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from colorfix.colour import Floats

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
_CODES = np.rint(255 * weight(np.arange(256) / 255)).astype(np.uint8)
_WEIGHTS, _LEAST = _CODES.tobytes(), int(np.flatnonzero(_CODES)[0])
_COLOURS = np.uint32(0x00FFFFFF)
_LOW, _HIGH, _MISSING = (np.uint32(0x00010101 * byte) for byte in (127, 128, 256 - _LEAST))
_ONE, _TWO = np.uint32(8), np.uint32(16)  # bits of one and of two channels
_GROUP = 16  # rows
_STRIP = 1 << 19  # pixels that are searched at a time: they stay in the processor's cache
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


def protect_image(before: Image.Image, after: Image.Image) -> None:
    """As :func:`protected`, in place, for images of 8 bits a channel, ``RGB`` or ``RGBA``; alpha stays.

    Few pixels are near the top, mostly. Strips are searched for them, the maximum of sixteen rows first, and
    only what is found is computed, in whole numbers.

    Args:
        before: what is stored.
        after: the same with gains, changed here.
    """
    width, height = before.size
    rows = max(_GROUP, _STRIP // width // _GROUP * _GROUP)
    source, result = Memory(before), Memory(after)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        stored = source.rows(top, bottom)
        found = _near_the_top(stored)
        if found:
            with result.edited(top, bottom) as pixels:
                words, changed = _words(stored), _words(pixels)
                for some in found:
                    changed[some] = _protected_words(words[some], changed[some])


def _words(pixels: Bytes) -> Words:
    """Return pixels as numbers, in a row: red in the lowest byte, alpha or nothing in the highest."""
    return pixels.reshape(-1).view("<u4")


def _near_the_top(pixels: Bytes) -> list[slice | NDArray[np.intp]]:
    """Where pixels have a channel above :data:`BEGIN`, counted row by row, some at a time.

    Where most do, all others come with them: finding the few would cost more.
    """
    height, width = pixels.shape[:2]
    words, groups = _words(pixels), height // _GROUP
    grouped = pixels[: groups * _GROUP].reshape(groups, _GROUP, 4 * width)
    hits = np.flatnonzero(_is_near(_words(np.maximum.reduce(grouped, axis=1))))
    if len(hits) > _MOST * groups * width:
        return [slice(start, start + _AT_ONCE) for start in range(0, len(words), _AT_ONCE)]
    first = hits + hits // width * (width * (_GROUP - 1))
    candidates = (first + width * np.arange(_GROUP)[:, None]).ravel()
    if height % _GROUP:
        candidates = np.concatenate([candidates, np.arange(groups * _GROUP * width, len(words))])
    near = candidates[np.flatnonzero(_is_near(words[candidates]))]
    return [near[start : start + _AT_ONCE] for start in range(0, len(near), _AT_ONCE)]


def _is_near(words: Words) -> NDArray[np.bool_]:
    """Whether a channel is above :data:`BEGIN`, three channels at a time.

    Without its highest bit a byte is at most 127, so that adding what is missing from the least such code to
    256 carries into the highest bit, and no further, exactly where that code is reached.
    """
    found: NDArray[np.bool_] = ((words & _LOW) + _MISSING & words & _HIGH) != 0
    return found


def _protected_words(before: Words, after: Words) -> Words:
    """Return the pixels that become of stored ones and of those with gains."""
    weights = np.frombuffer(before.tobytes().translate(_WEIGHTS), "<u4") & _COLOURS
    others = np.minimum(*_other_two(after))
    raised = _blended(_bytes(after), np.maximum(_bytes(after), others), _bytes(weights))
    largest = np.maximum(raised, np.maximum(*_other_two(raised.view("<u4"))))
    white = np.minimum(_bytes(weights), np.minimum(*_other_two(weights)))
    return _blended(raised, largest, white).view("<u4")


def _other_two(words: Words) -> tuple[Bytes, Bytes]:
    """For each channel the next one and the one after that, by turning the three bytes round."""
    colours = words & _COLOURS
    return _bytes(colours >> _ONE | colours << _TWO), _bytes(colours >> _TWO | colours << _ONE)


def _bytes(words: Words) -> Bytes:
    return words.view(np.uint8)


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
