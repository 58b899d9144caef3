"""Pixels in GPU memory: counted, changed and encoded there, without a transfer.

Such a photo still gives strips, decoded on the processor on demand. Code that a GPU can run faster tries
:func:`on_device` first; if that fails, the processor takes over and the photo records the reason.
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
    """The device cannot do this; the message says why in a few words. The processor takes over."""


class DeviceOutOfMemory(DeviceFailed):
    """The device has too little free memory; a later try may succeed."""


class DeviceLost(BaseException):
    """This process can no longer use its device; only a new process can."""


_BROKEN = re.compile(
    r"CUDA error: (an illegal|misaligned|unspecified launch|device-side assert|uncorrectable|the launch|"
    r"invalid program|context is destroyed|hardware stack|operation not supported on global|driver shutting|"
    r"unknown error)|CUDA Runtime failure:? '#(4|214|220|700|702|709|71[04-9]|999)'"
)
"""Messages of torch and nvImageCodec after which the process cannot use its GPU; the numbers are cudaError_t.

Other errors, such as a busy GPU or missing kernels, would occur in a new process too."""

_FULL = re.compile(
    r"out of memory|ALLOC_FAILED|[Aa]llocator (error|failed|failure)|CUDA Runtime failure:? '#2'"
)
"""Messages of torch, cuBLAS and nvImageCodec about too little memory."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that the GPU has too little free memory.

    >>> is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    True
    """
    return isinstance(error, RuntimeError) and _FULL.search(str(error)) is not None


def is_device_lost(error: Exception) -> bool:
    """Whether an error means that this process can no longer use its GPU; too little memory does not.

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


class PackedTables(Protocol):
    """Tables of a product of linear light with a matrix; see ``pixels.light_matrix.PackedSums``."""

    @property
    def entries(self) -> NDArray[Any]:
        """Summands for each code of red, green and blue, int64, shape (3, 256)."""

    @property
    def shifts(self) -> tuple[int, int, int]:
        """Number of bits below the step of each channel in a sum."""

    @property
    def mask(self) -> int:
        """Bits of a step."""

    @property
    def codes(self) -> NDArray[Any]:
        """Code of each step, uint8, shape [3, steps]; the last is for all steps above."""


class LightProduct(Protocol):
    """A product of linear light with a matrix; see ``pixels.light_matrix.LightMatrix``."""

    @property
    def packed(self) -> PackedTables:
        """The product as tables."""


class PointChange(Protocol):
    """A change of each pixel by its color alone, with or without protected highlights."""

    @property
    def light(self) -> LightProduct | None:
        """The product that changes pixels; None if :attr:`tables` do."""

    @property
    def leaves_codes(self) -> bool:
        """Whether 8-bit pixels are unchanged."""

    @property
    def tables(self) -> NDArray[Any]:
        """New value of each code, uint8, shape (3, 256); not where :attr:`light` changes pixels."""

    @property
    def highlights(self) -> str:
        """``"clip"`` or ``"protect"``."""

    @property
    def protection(self) -> RaisedChannels:
        """The rule that keeps blown highlights neutral."""


class DevicePixels(Protocol):
    """The pixels of one picture, 8-bit RGB, in a device's memory.

    Every method raises :class:`DeviceFailed` if the device cannot do it.
    """

    def counts(self, white: NDArray[Any]) -> Counts:
        """Return histograms of the grid that :func:`colorfix.photos.counts` uses, shape (2, 3, 256).

        Args:
            white: first code of each channel that may be white, shape (3,); the second half of the result
                holds the pixels whose channels all reach it.
        """

    def points(self, rows: Whole, columns: Whole) -> NDArray[Any]:
        """Return the pixels where rows and columns cross, uint8, shape [len(rows), len(columns), 3]."""

    def changed(self, change: PointChange) -> DevicePixels:
        """Return new pixels: these changed, highlights protected if the change says so."""

    def encoded(self, quality: int, subsampling: int) -> bytes:
        """Return them as a baseline JPEG without metadata.

        Args:
            quality: 1 to 100, as the Independent JPEG Group scales its tables.
            subsampling: chroma subsampling: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0, as in Pillow.
        """


@dataclass(eq=False)
class Codecs:
    """Whether the GPU or the processor decodes and encodes a photo, for a run on a GPU.

    Attributes:
        pixels: decoded by the device; None if the processor decodes.
        encoded: whether the device has encoded the corrected photo.
        reason: why the processor takes over, in a few words; None if it does not.

    >>> Codecs(None, reason="it is progressive").as_report()
    {'decode': 'cpu', 'encode': 'cpu', 'reason': 'it is progressive'}
    """

    pixels: DevicePixels | None
    encoded: bool = False
    reason: str | None = None

    def as_report(self) -> dict[str, str | None]:
        """Return the entry of the report."""
        return {
            "decode": "cpu" if self.pixels is None else "gpu",
            "encode": "gpu" if self.encoded else "cpu",
            "reason": self.reason,
        }

    def fall_back(self, reason: str) -> None:
        """Release the device's pixels, if any; the processor does the rest."""
        if self.pixels is not None:
            self.pixels, self.reason = None, reason


def on_device(codecs: Codecs | None, work: Callable[[DevicePixels], Result]) -> Result | None:
    """Run work on the device that holds a photo's pixels.

    Args:
        codecs: of the photo.
        work: called with the device's pixels.

    Returns:
        The result of the work; None if no device holds the photo or the work has failed, so that the
        processor takes over.
    """
    if codecs is None or codecs.pixels is None:
        return None
    try:
        return work(codecs.pixels)
    except DeviceFailed as error:
        codecs.fall_back(str(error))
        return None
