"""Pixels in a device's memory: counted, picked and changed by torch, to the same codes as here.

What a device's libraries raise becomes one reason, for which the processor takes the photo.
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

_CHANNELS, _VALUES = 3, 256
_HALF, _SHIFT = 128, 8


def thinned(pixels: Tensor, step: int) -> Tensor:
    """The pixels in the middle of squares of so many pixels a side, an odd number: picked, not averaged.

    >>> thinned(torch.arange(36).reshape(6, 6, 1), 3)[..., 0].tolist()
    [[7, 10], [25, 28]]
    """
    height, width, _ = pixels.shape
    down, across = (slice(step // 2, side // step * step, step) for side in (height, width))
    return pixels[down, across]


def histograms(pixels: Tensor) -> NDArray[np.int64]:
    """How many pixels have each value, shape (3, 256).

    >>> histograms(torch.zeros((2, 3, 3), dtype=torch.uint8))[:, 0].tolist()
    [6, 6, 6]
    """
    times = torch.bincount(_table_indices(pixels), minlength=_CHANNELS * _VALUES)
    found: NDArray[np.int64] = times.reshape(_CHANNELS, _VALUES).cpu().numpy()
    return found


def mapped(pixels: Tensor, tables: NDArray[np.uint8]) -> Tensor:
    """Return pixels with every value replaced by its table's entry.

    Args:
        pixels: uint8, shape [H, W, 3].
        tables: uint8, shape (3, 256): the new value for each old one.
    """
    entries = torch.from_numpy(tables.reshape(-1).copy()).to(pixels.device)
    return entries.index_select(0, _table_indices(pixels)).reshape(pixels.shape)


def _table_indices(pixels: Tensor) -> Tensor:
    """Where each value stands in a row of three tables, int32, in a row."""
    starts = torch.arange(_CHANNELS, dtype=torch.int32, device=pixels.device) * _VALUES
    return (pixels.to(torch.int32) + starts).reshape(-1)


def protect(before: Tensor, after: Tensor, behind: Sequence[int]) -> None:
    """Protect blown highlights in place, as :class:`colorfix.photos.pixels.highlights.Protection` does.

    Args:
        before: stored, uint8, shape [H, W, 3].
        after: with gains, the same shape, changed here.
        behind: channels that may be left behind the others.
    """
    near = (before >= FIRST_CODE).any(dim=-1).reshape(-1).nonzero()[:, 0]  # elsewhere all weights are 0
    if not len(near):
        return
    whole = after.view(-1, _CHANNELS)
    weights = torch.from_numpy(WEIGHTS.astype(np.int32)).to(before.device)
    stored = before.view(-1, _CHANNELS).index_select(0, near).to(torch.int32)
    whole.index_copy_(0, near, _protected(stored, whole.index_select(0, near), weights, behind))


def _protected(stored: Tensor, corrected: Tensor, weights: Tensor, behind: Sequence[int]) -> Tensor:
    """Return some pixels, shape [N, 3]: no channel is left behind the others, and what was white is white."""
    channels = list(corrected.to(torch.int32).unbind(dim=-1))
    raised = list(channels)
    for c in behind:
        others = torch.minimum(channels[c - 1], channels[c - 2])
        own = weights.index_select(0, stored[:, c])
        raised[c] = _blended(channels[c], torch.maximum(channels[c], others), own)
    share = weights.index_select(0, stored.amin(dim=-1))
    largest = torch.stack(raised).amax(dim=0)
    return torch.stack([_blended(each, largest, share) for each in raised], dim=-1).to(torch.uint8)


def _blended(low: Tensor, high: Tensor, share: Tensor) -> Tensor:
    """The sum low + share / 255 (high - low), to the nearest, in whole numbers as on the processor."""
    part = (high - low) * share + _HALF
    return low + ((part + (part >> _SHIFT)) >> _SHIFT)


_BUILT_AT = re.compile(r" at /\S*")


def without_paths(text: str) -> str:
    """Return what a library says without where it was built.

    >>> without_paths("CUDA Runtime failure: '#1' at /build/src/decoder.cpp:559")
    "CUDA Runtime failure: '#1'"
    """
    return _BUILT_AT.sub("", text)


@contextmanager
def device_errors() -> Iterator[None]:
    """Turn what torch and nvImageCodec raise into :class:`DeviceFailed`.

    Too little memory costs the device that photo only, and torch gives back what it keeps for later, so that
    nvImageCodec, which has memory of its own, finds some. After some CUDA errors nothing works in this
    process any more: that is :class:`DeviceLost`, and the worker that meets it is replaced. Where
    nvImageCodec was built, which its texts tell, is left out.

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
            torch.cuda.empty_cache()  # does nothing where CUDA has not been used
            raise DeviceOutOfMemory("the GPU is out of memory") from error
        what = without_paths(one_line(error))
        if is_device_lost(error):
            raise DeviceLost(what) from error
        raise DeviceFailed(f"the GPU's codec failed ({what})") from error
