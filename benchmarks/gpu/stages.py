"""What each stage of a photo takes on a GPU, and how much of its memory's speed it uses: a roofline.

Nothing here computes much: a stage is held against the bytes that it moves through the device's memory.
*Moved* is what its kernels, as they are written, read and write; *least* is what any way of doing it must.
Both are counted, with n pixels, k = n / step² of them on the grid that is counted, h pixels with a channel
near the top, and f and e bytes of file read and written:

    stage    moved                                  least
    decode   f + 9n + 3n                            f + 3n    what lies before pixels; pixels
    count    (15 + 24 + 24) k                       3k        to 32 bits; places; histogram, in two looks
    change   (15 + 24 + 15 + 6 + 4 + 2) n + 540 h   6n        to 32 bits; places; table; near the top?
    encode   3n + 9n + e                            3n + e    as decode

Each of the h pixels goes through some thirty small kernels, with one channel left behind as amber light wants
it. nvJPEG's own kernels are not known. For them *moved* is a lower bound: 1.5 samples a pixel (4:2:0), as
coefficients of 16 bits and as planes of 8, written and read once. The roof is measured in the same run, by
copying within the device's memory. What crosses the bus is the file each way, the histograms, and the
tables of the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from benchmarks.common.synthetic_photos import QUALITY
from colorfix import photos
from colorfix.color.statistics import SRGB
from colorfix.photos.gpu.codec import Codec
from colorfix.photos.pixels.highlights import FIRST_CODE
from colorfix.photos.pixels.histogram import step_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.photos.gpu.codec import DeviceKind

GAINS = np.array([0.6, 1.0, 1.8])
"""As amber light wants them: about as many pixels are protected as in use."""

SUBSAMPLING = 2
"""4:2:0, as the photos that folder_photos.py makes have it."""

_MIDDLE = 9
"""Bytes a pixel between Huffman codes and pixels: 1.5 samples of 16 bits and as many of 8, out and in."""

_CHANGE = photos.GainChange(GAINS, "linear", SRGB)


@dataclass(frozen=True)
class Sizes:
    """What the formulas count with: pixels, those on the grid, those near the top, bytes read and written."""

    n: int
    k: int
    h: int
    f: int
    e: int

    def moved(self) -> dict[str, int]:
        """Bytes through the device's memory, by stage, as the kernels are written."""
        return {
            "decode": self.f + (3 + _MIDDLE) * self.n,
            "count": 63 * self.k,
            "change": 66 * self.n + 540 * self.h,
            "encode": (3 + _MIDDLE) * self.n + self.e,
        }

    def least(self) -> dict[str, int]:
        """Bytes that any way of doing it moves."""
        return {
            "decode": self.f + 3 * self.n,
            "count": 3 * self.k,
            "change": 6 * self.n,
            "encode": 3 * self.n + self.e,
        }

    def over_the_bus(self) -> dict[str, int]:
        """Bytes between the processor's memory and the device's: files, histograms, tables."""
        return {"decode": self.f, "count": 3 * 256 * 8, "change": 3 * 256 + 4 * 256, "encode": self.e}


class Clock:
    """Seconds of work on a device: between CUDA's events, or, on the processor, by the clock."""

    def __init__(self, device: DeviceKind) -> None:
        self._device = device

    def __call__(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """Return how long some work takes, what the host does in between included, and its result."""
        if self._device == "cpu":
            begun = perf_counter()
            result = work()
            return perf_counter() - begun, result
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        begin.record()
        result = work()
        end.record()
        torch.cuda.synchronize()
        return begin.elapsed_time(end) / 1000, result


def peak(device: DeviceKind, copied: int) -> float:
    """Bytes a second, read and written, of the best of ten copies of so many within the device's memory."""
    source = torch.empty(copied, dtype=torch.uint8, device=device)
    into, clock = torch.empty_like(source), Clock(device)
    return 2 * copied / min(clock(lambda: into.copy_(source))[0] for _ in range(10))


def stages(files: Sequence[bytes], device: DeviceKind, rounds: int) -> list[dict[str, Any]]:
    """Return what each stage took and moved for each photo; the first round warms up and does not count."""
    codec, clock = Codec(device), Clock(device)
    records = []
    for number in range(rounds + 1):
        for data in files:
            decode, held = clock(lambda data=data: codec.decoded(data))
            count, _ = clock(held.counts)
            change, after = clock(lambda held=held: held.changed(_CHANGE))
            encode, file = clock(lambda after=after: after.encoded(QUALITY, SUBSAMPLING))
            seconds = {"decode": decode, "count": count, "change": change, "encode": encode}
            height, width, _ = held.pixels.shape
            near = int((held.pixels >= FIRST_CODE).any(dim=-1).sum())
            points = width * height // step_of(width, height) ** 2
            sizes = Sizes(width * height, points, near, len(data), len(file))
            counted = {"moved": sizes.moved(), "least": sizes.least(), "over the bus": sizes.over_the_bus()}
            records += [
                {"stage": stage, "seconds": taken, **{name: own[stage] for name, own in counted.items()}}
                for stage, taken in seconds.items()
                if number
            ]
    return records


def summed(records: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return, by stage, the median over photos and rounds of each figure."""
    names = list(dict.fromkeys(record["stage"] for record in records))
    figures = ("seconds", "moved", "least", "over the bus")
    return {
        name: {figure: median(r[figure] for r in records if r["stage"] == name) for figure in figures}
        for name in names
    }
