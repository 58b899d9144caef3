"""Gains in linear light and in the sensor's space: what a pass over 8 bits costs, and its error.

At 2 and 12 megapixels: processor time of one thread, wall time of one and of all cores, in nanoseconds a
pixel; then processor time of one thread and wall time of all, in floors (decoding and encoding by Pillow
alone). Wall times mean something on an idle machine only. The error is the distance in codes from float64.

    OMP_NUM_THREADS=1 python -m benchmarks.pixels.sensor
"""

from __future__ import annotations

from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from benchmarks.pixels.overhead import case, floor, pixels, reuse_freed_memory
from colorfix.color.sensor import gain_matrix
from colorfix.color.statistics import encoded_of, linear_of
from colorfix.core import threads
from colorfix.photos import GainChange, Strip

if TYPE_CHECKING:
    from collections.abc import Callable

GAINS = np.array([0.55, 1.1, 3.4])
SIZES = ((1732, 1155), (4243, 2828))
BRIGHT = 0.02
TRIES = 9


def least(work: Callable[[], object], clock: Callable[[], float], pixels: int) -> float:
    """Return the least time of several tries, nanoseconds a pixel."""
    times = []
    for _ in range(TRIES):
        begun = clock()
        work()
        times.append(clock() - begun)
    return 1e9 * min(times) / pixels


def errors(image: Image.Image) -> tuple[int, float]:
    """Return the largest distance from the rounded exact codes, and the share of values that are off."""
    change = GainChange(GAINS, "sensor", highlights="clip")
    largest, off = 0, 0.0
    for top in range(0, image.height, 64):
        part = image.crop((0, top, image.width, min(top + 64, image.height)))
        light = linear_of(np.asarray(part) / 255) @ gain_matrix(GAINS).T
        exact = np.rint(255 * encoded_of(np.clip(light, 0, 1)))
        distance = np.abs(np.asarray(change(Strip(part))) - exact)
        largest, off = max(largest, int(distance.max())), off + float((distance > 0).sum())
    return largest, off / (3 * image.width * image.height)


def timed(change: GainChange, image: Image.Image) -> tuple[float, float, float]:
    """Return processor time of one thread, wall time of one, and wall time of all, nanoseconds a pixel."""
    figures = []
    for limit, clock in ((1, process_time), (1, perf_counter), (threads.MOST, perf_counter)):
        threads._limit = limit  # noqa: SLF001 - the number of threads is what is compared
        figures.append(least(lambda: change(Strip(image)), clock, image.width * image.height))
    return figures[0], figures[1], figures[2]


def main() -> None:
    """Print a table and a line for each size."""
    reuse_freed_memory()
    for size in SIZES:
        image, file = Image.fromarray(pixels(size, BRIGHT)), case(size, BRIGHT, "JPEG").data
        bottom = least(lambda file=file: floor(file, "JPEG"), process_time, size[0] * size[1])
        print(f"{size[0] * size[1] / 1e6:.1f} MP, floor {bottom:.1f} ns a pixel")
        print("| | processor | wall, 1 thread | wall, all cores | floors |\n|---|--:|--:|--:|--:|")
        for space in ("linear", "sensor"):
            for highlights in ("clip", "protect"):
                figures = timed(GainChange(GAINS, space, highlights=highlights), image)
                row = " | ".join(f"{figure:.1f}" for figure in figures)
                shares = f"{figures[0] / bottom:.2f}, {figures[2] / bottom:.2f}"
                print(f"| {space}, {highlights} | {row} | {shares} |")
        largest, share = errors(image)
        print(f"error of sensor: at most {largest} code, {share:.1%} of values off\n")


if __name__ == "__main__":
    main()
