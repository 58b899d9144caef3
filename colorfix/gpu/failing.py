"""What a device's libraries raise becomes one reason, for which the processor takes the photo."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from colorfix.core.text import said
from colorfix.photos.device import DeviceFailed, DeviceFull, DeviceLost, is_full, is_lost

if TYPE_CHECKING:
    from collections.abc import Iterator


_BUILT_AT = re.compile(r" at /\S*")


def without_places(text: str) -> str:
    """Return what a library says without where it was built.

    >>> without_places("CUDA Runtime failure: '#1' at /build/src/decoder.cpp:559")
    "CUDA Runtime failure: '#1'"
    """
    return _BUILT_AT.sub("", text)


@contextmanager
def failing() -> Iterator[None]:
    """Turn what torch and nvImageCodec raise into :class:`DeviceFailed`.

    Too little memory costs the device that photo only, and torch gives back what it keeps for later, so that
    nvImageCodec, which has memory of its own, finds some. After some CUDA errors nothing works in this
    process any more: that is :class:`DeviceLost`, and the worker that meets it is replaced. Where
    nvImageCodec was built, which its texts tell, is left out.

    >>> with failing():
    ...     raise torch.OutOfMemoryError("tried to allocate 2 GiB")
    Traceback (most recent call last):
    colorfix.photos.device.DeviceFull: the GPU is out of memory
    >>> with failing():
    ...     raise RuntimeError("CUDA Runtime failure: '#1' at /build/src/decoder.cpp:559")
    Traceback (most recent call last):
    colorfix.photos.device.DeviceFailed: the GPU's codec failed (CUDA Runtime failure: '#1')
    """
    try:
        yield
    except (RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, torch.OutOfMemoryError) or is_full(error):
            torch.cuda.empty_cache()  # does nothing where CUDA has not been used
            raise DeviceFull("the GPU is out of memory") from error
        what = without_places(said(error))
        if is_lost(error):
            raise DeviceLost(what) from error
        raise DeviceFailed(f"the GPU's codec failed ({what})") from error
