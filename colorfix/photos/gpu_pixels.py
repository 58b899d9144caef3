"""Pixels in a device's memory, a GPU's: counted, changed and encoded there, so that they need not travel.

A photo whose pixels a device holds is a photo like any other: its picture still gives strips, decoded by the
processor when somebody asks for them. What a device can do quicker asks the device first, by
:func:`on_device`; where that fails, the processor does it, and the photo says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from colorfix.color.statistics import Counts

    Whole = NDArray[Any]

Result = TypeVar("Result")


class DeviceFailed(Exception):
    """A device cannot do something; its text says why in a few words, and the processor does it."""


class DeviceOutOfMemory(DeviceFailed):
    """A device has too little memory free; another try may find more."""


class DeviceLost(BaseException):
    """This process has lost its device for good, and only another one can go on."""


_BROKEN = re.compile(
    r"CUDA error: (an illegal|misaligned|unspecified launch|device-side assert|uncorrectable|the launch|"
    r"invalid program|context is destroyed|hardware stack|operation not supported on global|driver shutting|"
    r"unknown error)|CUDA Runtime failure:? '#(4|214|220|700|702|709|71[04-9]|999)'"
)
"""How torch and nvImageCodec tell of what a process does not recover from; the numbers are cudaError_t's.

Others, such as a GPU that is busy or has no kernels for it, another process would meet too."""

_FULL = re.compile(
    r"out of memory|ALLOC_FAILED|[Aa]llocator (error|failed|failure)|CUDA Runtime failure:? '#2'"
)
"""How torch, cuBLAS and nvImageCodec tell of too little memory."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that a GPU has too little memory free.

    >>> is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    True
    """
    return isinstance(error, RuntimeError) and _FULL.search(str(error)) is not None


def is_device_lost(error: Exception) -> bool:
    """Whether an error means that this process has lost its GPU for good; too little memory does not.

    >>> is_device_lost(RuntimeError("CUDA error: an illegal memory access was encountered"))
    True
    >>> is_device_lost(RuntimeError("CUDA Runtime failure: '#700' at /build/decoder.cpp:559"))
    True
    """
    return (
        isinstance(error, RuntimeError)
        and _BROKEN.search(str(error)) is not None
        and not is_out_of_memory(error)
    )


class RaisedChannels(Protocol):
    """The channels that protection raises in blown highlights; see ``pixels.highlights.Protection``."""

    @property
    def channels(self) -> Sequence[int]:
        """Numbers of the channels, 0 red, 1 green, 2 blue."""


class TableChange(Protocol):
    """A change of pixels that is a table of 256 entries a channel, with highlights protected or not."""

    @property
    def leaves_codes(self) -> bool:
        """Whether 8 bits a channel stay as they are."""

    @property
    def tables(self) -> NDArray[Any]:
        """New value of each code, uint8, shape (3, 256)."""

    @property
    def highlights(self) -> str:
        """``"clip"`` or ``"protect"``."""

    @property
    def protection(self) -> RaisedChannels:
        """The rule that keeps blown highlights neutral."""


class DevicePixels(Protocol):
    """The pixels of one picture, red, green and blue of 8 bits, in a device's memory.

    Every method raises :class:`DeviceFailed` where the device cannot do it.
    """

    def counts(self) -> Counts:
        """How many pixels have each value, on the grid that :func:`colorfix.photos.counts` looks at."""

    def points(self, rows: Whole, columns: Whole) -> NDArray[Any]:
        """The pixels where rows and columns cross, uint8, shape [len(rows), len(columns), 3]."""

    def changed(self, change: TableChange) -> DevicePixels:
        """Other pixels: what a change that is a table makes of these, highlights protected."""

    def encoded(self, quality: int, subsampling: int) -> bytes:
        """A JPEG file of them in baseline order, without metadata.

        Args:
            quality: 1 to 100, as the Independent JPEG Group scales its tables.
            subsampling: of colour: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0, as Pillow numbers them.
        """


@dataclass(eq=False)
class Codecs:
    """Who decodes and encodes a photo, where a device was asked for.

    Attributes:
        pixels: as the device has decoded them; None where the processor does.
        encoded: whether the device has encoded the corrected photo.
        reason: why the processor does what the device was asked for, in a few words; None where it does not.

    >>> Codecs(None, reason="it is progressive").as_report()
    {'decode': 'cpu', 'encode': 'cpu', 'reason': 'it is progressive'}
    """

    pixels: DevicePixels | None
    encoded: bool = False
    reason: str | None = None

    def as_report(self) -> dict[str, str | None]:
        """Return what a report says of it."""
        return {
            "decode": "cpu" if self.pixels is None else "gpu",
            "encode": "gpu" if self.encoded else "cpu",
            "reason": self.reason,
        }

    def fall_back(self, reason: str) -> None:
        """Let go of the device's pixels, where it has any: from now on the processor has the photo."""
        if self.pixels is not None:
            self.pixels, self.reason = None, reason


def on_device(codecs: Codecs | None, work: Callable[[DevicePixels], Result]) -> Result | None:
    """Have the device that holds a photo do something.

    Args:
        codecs: of the photo.
        work: is handed the device's pixels.

    Returns:
        What the work returns; None where no device holds the photo, or the work has failed, and the
        processor is to do it.
    """
    if codecs is None or codecs.pixels is None:
        return None
    try:
        return work(codecs.pixels)
    except DeviceFailed as error:
        codecs.fall_back(str(error))
        return None
