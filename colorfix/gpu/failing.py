"""What a device's libraries raise becomes one reason, for which the processor takes the photo."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from colorfix.photos.device import DeviceFailed, DeviceLost, is_lost
from colorfix.wording import said

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def failing() -> Iterator[None]:
    """Turn what torch and nvImageCodec raise into :class:`DeviceFailed`.

    Too little memory costs the device that photo only. After a CUDA error nothing works in this process any
    more: that is :class:`DeviceLost`, and the worker that meets it is replaced.

    >>> with failing():
    ...     raise torch.OutOfMemoryError("tried to allocate 2 GiB")
    Traceback (most recent call last):
    colorfix.photos.device.DeviceFailed: the GPU is out of memory
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise DeviceFailed("the GPU is out of memory") from error
    except (RuntimeError, ValueError, TypeError) as error:
        if is_lost(error):
            raise DeviceLost(said(error)) from error
        raise DeviceFailed(f"the GPU's codec failed ({said(error)})") from error
