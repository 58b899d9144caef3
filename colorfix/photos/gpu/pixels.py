"""Pixels on a GPU: counted, sampled and changed with torch, to the same codes as on the processor.

Errors of the GPU's libraries become :class:`DeviceFailed`, after which the processor takes over.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

from colorfix.core.text import one_line
from colorfix.photos.gpu_pixels import (
    DeviceFailed,
    DeviceLost,
    DeviceOutOfMemory,
    is_device_lost,
    is_out_of_memory,
)
from colorfix.photos.pixels.highlights import FIRST_CODE, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from colorfix.photos.gpu_pixels import PackedTables

_CHANNELS, _VALUES = 3, 256
_HALF, _SHIFT = 128, 8


def thinned(pixels: Tensor, step: int) -> Tensor:
    """Return the middle pixel of each square of ``step`` pixels a side, an odd number.

    >>> thinned(torch.arange(36).reshape(6, 6, 1), 3)[..., 0].tolist()
    [[7, 10], [25, 28]]
    """
    height, width, _ = pixels.shape
    down, across = (slice(step // 2, side // step * step, step) for side in (height, width))
    return pixels[down, across]


def histograms(pixels: Tensor, white: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many pixels have each value, and how many white ones, shape (2, 3, 256).

    Args:
        pixels: uint8, shape [H, W, 3].
        white: first code of each channel that may be white, shape (3,).

    >>> histograms(torch.tensor([[[0, 255, 255], [255, 255, 240]]]), np.full(3, 230))[:, 0, [0, 255]].tolist()
    [[1, 1], [0, 1]]
    """
    first = torch.from_numpy(white).to(pixels.device)
    bright = pixels[(pixels >= first).all(dim=-1)]
    rows = [
        torch.bincount(_table_indices(part), minlength=_CHANNELS * _VALUES).reshape(_CHANNELS, _VALUES)
        for part in (pixels, bright)
    ]
    found: NDArray[np.int64] = torch.stack(rows).cpu().numpy()
    return found


def mapped(pixels: Tensor, tables: NDArray[np.uint8]) -> Tensor:
    """Return pixels with every value replaced by its table's entry.

    Args:
        pixels: uint8, shape [H, W, 3].
        tables: uint8, shape (3, 256): the new value for each old one.
    """
    entries = torch.from_numpy(tables.reshape(-1).copy()).to(pixels.device)
    return entries.index_select(0, _table_indices(pixels)).reshape(pixels.shape)


def multiplied(pixels: Tensor, tables: PackedTables) -> Tensor:
    """Return pixels whose linear light is multiplied by a matrix, in integers as on the processor.

    Args:
        pixels: uint8, shape [H, W, 3].
        tables: of the product.
    """
    entries, codes = (
        torch.from_numpy(np.ascontiguousarray(array)).to(pixels.device)
        for array in (tables.entries.reshape(-1), tables.codes)
    )
    sums = entries.index_select(0, _table_indices(pixels)).reshape(-1, _CHANNELS).sum(dim=-1)
    result = torch.empty_like(pixels).view(-1, _CHANNELS)
    for channel, shift in enumerate(tables.shifts):
        steps = ((sums >> shift) & tables.mask).clamp(max=codes.shape[1] - 1)
        result[:, channel] = codes[channel].index_select(0, steps)
    return result.reshape(pixels.shape)


def _table_indices(pixels: Tensor) -> Tensor:
    """Return the index of each value in the three tables joined into one, int32, flat."""
    starts = torch.arange(_CHANNELS, dtype=torch.int32, device=pixels.device) * _VALUES
    return (pixels.to(torch.int32) + starts).reshape(-1)


def protect(before: Tensor, after: Tensor, lowered: Sequence[int]) -> None:
    """Protect blown highlights in place, as :class:`colorfix.photos.pixels.highlights.Protection` does.

    Args:
        before: stored pixels, uint8, shape [H, W, 3].
        after: with gains, the same shape, modified here.
        lowered: channels that may be raised.
    """
    near = (before >= FIRST_CODE).any(dim=-1).reshape(-1).nonzero()[:, 0]  # elsewhere all weights are 0
    if not len(near):
        return
    whole = after.view(-1, _CHANNELS)
    weights = torch.from_numpy(WEIGHTS.astype(np.int32)).to(before.device)
    stored = before.view(-1, _CHANNELS).index_select(0, near).to(torch.int32)
    whole.index_copy_(0, near, _protected(stored, whole.index_select(0, near), weights, lowered))


def _protected(stored: Tensor, corrected: Tensor, weights: Tensor, lowered: Sequence[int]) -> Tensor:
    """Return protected pixels, shape [N, 3]."""
    channels = list(corrected.to(torch.int32).unbind(dim=-1))
    raised = list(channels)
    for c in lowered:
        others = channels[1] if c == 0 else torch.minimum(channels[c - 1], channels[c - 2])
        own = weights.index_select(0, stored[:, c])
        raised[c] = _blended(channels[c], torch.maximum(channels[c], others), own)
    share = weights.index_select(0, stored.amin(dim=-1))
    largest = torch.stack(raised).amax(dim=0)
    return torch.stack([_blended(each, largest, share) for each in raised], dim=-1).to(torch.uint8)


def _blended(low: Tensor, high: Tensor, share: Tensor) -> Tensor:
    """Return low + share / 255 (high - low), rounded to nearest, in integers as on the processor."""
    part = (high - low) * share + _HALF
    return low + ((part + (part >> _SHIFT)) >> _SHIFT)


_BUILT_AT = re.compile(r" at /\S*")


def without_paths(text: str) -> str:
    """Return a library's message without its source paths.

    >>> without_paths("CUDA Runtime failure: '#1' at /build/src/decoder.cpp:559")
    "CUDA Runtime failure: '#1'"
    """
    return _BUILT_AT.sub("", text)


@contextmanager
def device_errors() -> Iterator[None]:
    """Translate errors of torch and nvImageCodec into :class:`DeviceFailed`.

    With too little memory only that photo is left to the processor; torch releases its cached memory, so
    that nvImageCodec, which allocates by itself, finds some. After some CUDA errors the process can no longer
    use its GPU: that is :class:`DeviceLost`, and the worker is replaced. Source paths are removed from
    messages.

    >>> with device_errors():
    ...     raise torch.OutOfMemoryError("tried to allocate 2 GiB")
    Traceback (most recent call last):
    colorfix.photos.gpu_pixels.DeviceOutOfMemory: the GPU is out of memory
    >>> with device_errors():
    ...     raise RuntimeError("CUDA Runtime failure: '#1' at /build/src/decoder.cpp:559")
    Traceback (most recent call last):
    colorfix.photos.gpu_pixels.DeviceFailed: the GPU's codec failed (CUDA Runtime failure: '#1')
    """
    try:
        yield
    except (RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, torch.OutOfMemoryError) or is_out_of_memory(error):
            torch.cuda.empty_cache()  # does nothing if CUDA has not been used
            raise DeviceOutOfMemory("the GPU is out of memory") from error
        what = without_paths(one_line(error))
        if is_device_lost(error):
            raise DeviceLost(what) from error
        raise DeviceFailed(f"the GPU's codec failed ({what})") from error
