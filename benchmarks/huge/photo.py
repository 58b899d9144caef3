"""A photo of 400 megapixels: peak memory and time of reading, learning from and rewriting it.

    python -m benchmarks.huge.photo --kind tiff [--side 20000] [--folder /tmp]

The file is made here, seeded, some rows at a time. Each measurement is a child process, and its peak
resident set is the kernel's own figure. The file is mapped, not read.
"""

from __future__ import annotations

import argparse
import json
import mmap
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from colorfix import photos
from colorfix.photos.formats import codec_of, recognized
from colorfix.photos.photo import Writing
from colorfix.photos.pixels.gains import GainChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

_TILE = 256
GAINS = (0.8, 1.0, 1.2)


def bands(side: int, rows: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the made-up photo, some rows at a time: an amber gradient under noise, seeded."""
    rng = np.random.default_rng(400)
    across = np.linspace(0.2, 0.8, side)[None, :, None]
    for top in range(0, side, rows):
        height = min(rows, side - top)
        down = np.linspace(top / side, (top + height) / side, height)[:, None, None]
        light = 255 * (across + 0.15 * down) * np.array([1.0, 0.75, 0.45])
        yield np.clip(light + rng.integers(-8, 9, light.shape, np.int16), 0, 255).astype(np.uint8)


def tiles(side: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the same photo as tiles, the last ones padded."""
    for band in bands(side, _TILE):
        whole = -(-side // _TILE) * _TILE
        padded = np.pad(band, ((0, _TILE - len(band)), (0, whole - side), (0, 0)))
        yield from (padded[:, left : left + _TILE] for left in range(0, whole, _TILE))


def make_strips(path: Path, side: int) -> None:
    """Write an uncompressed TIFF of one-row strips."""
    page = tifffile.memmap(path, shape=(side, side, 3), dtype=np.uint8, photometric="rgb", rowsperstrip=1)
    for number, band in enumerate(bands(side, _TILE)):
        page[number * _TILE : number * _TILE + len(band)] = band
    page.flush()


def make_tiles(path: Path, side: int) -> None:
    """Write a TIFF of deflated tiles with the predictor."""
    tifffile.imwrite(
        path,
        tiles(side),
        shape=(side, side, 3),
        dtype=np.uint8,
        photometric="rgb",
        tile=(_TILE, _TILE),
        compression="deflate",
        predictor=2,
    )


MADE: dict[str, dict[str, tuple[str, Callable[[Path, int], None]]]] = {
    "tiff": {
        "TIFF, uncompressed strips": ("strips.tif", make_strips),
        "TIFF, deflated tiles": ("tiles.tif", make_tiles),
    },
}
"""Kind, to what is measured, to a file's name and what makes it."""


def measured(path: str) -> dict[str, Any]:
    """Read, describe and rewrite a photo, in this process; return seconds and its peak resident set, MiB."""
    seconds = {}
    began = time.perf_counter()
    with Path(path).open("rb") as file, tempfile.TemporaryFile(dir=Path(path).parent) as out:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        known = codec_of(recognized(data) or "")
        photo = known.read(data, path, sys.maxsize)
        counted = photos.counts(photo)
        seconds["described"] = time.perf_counter() - began
        known.rewrite(photo, GainChange(np.array(GAINS)), out, Writing(software="colorfix"))
        seconds["rewritten"] = time.perf_counter() - began - seconds["described"]
        size = out.seek(0, 2)
    return {"pixels": int(counted[0].sum()), "bytes": size, "peak": peak(), **seconds}


def peak() -> float:
    """Return this process's peak resident set, MiB, as Linux tells it.

    ``ru_maxrss`` would not do: a child begins with its parent's.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def main() -> None:
    """Make the files, measure each in a child, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=sorted(MADE), default="tiff")
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--child", default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measured(options.child)))
        return
    print("| file | pixels | peak memory | described | rewritten |\n|---|---|---|---|---|")
    for name, (file_name, make) in MADE[options.kind].items():
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Path(folder) / file_name
            make(path, options.side)
            child = [sys.executable, "-m", "benchmarks.huge.photo", "--child", str(path)]
            figures = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
        times = f"{figures['described']:.1f} s | {figures['rewritten']:.1f} s"
        print(f"| {name} | {figures['pixels']:,} | {figures['peak']:.0f} MiB | {times} |", flush=True)


if __name__ == "__main__":
    main()
