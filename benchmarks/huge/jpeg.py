"""A JPEG of 400 megapixels: peak memory and time, colorfix beside Pillow in one piece and libvips alone.

    python -m benchmarks.huge.jpeg [--side 20000] [--folder /tmp] [--rounds 3]

The file is made here, seeded, strip by strip. Each measurement is a child process whose peak resident set is
the kernel's own figure; the children take turns, and times are medians over the rounds. All apply the same
gains at quality 92 with 4:2:0 sampling; what is beside colorfix keeps no metadata.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.huge.photo import GAINS, bands, measured, peak
from colorfix.color.statistics import tables_of
from colorfix.photos.codecs import jpeg_strips
from colorfix.photos.photo import Picture, Strip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_QUALITY = 92
_SAMPLING = 2  # 4:2:0, as Pillow counts
_TIMES = ("described", "rewritten")


def make(path: Path, side: int) -> None:
    """Write the made-up photo of ``huge.bands`` as a baseline JPEG."""

    def strips() -> Iterator[Strip]:
        for number, band in enumerate(bands(side, jpeg_strips.ROWS)):
            yield Strip(Image.fromarray(band), top=number * jpeg_strips.ROWS)

    settings = {"quality": _QUALITY, "subsampling": _SAMPLING}
    with path.open("wb") as file:
        file.write(b"\xff\xd8")
        jpeg_strips.write_scan(Picture(side, side, strips), lambda strip: strip.raster, file, settings)


def make_progressive(path: Path, side: int) -> None:
    """Write the same in progressive order; Pillow does that in one piece."""
    make(path, side)
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        image.load()
        image.save(path, "JPEG", quality=_QUALITY, subsampling=_SAMPLING, progressive=True)


def by_pillow(path: str) -> dict[str, Any]:
    """Decode, map and encode the whole."""
    Image.MAX_IMAGE_PIXELS = None
    began = time.perf_counter()
    with Image.open(path) as image, tempfile.TemporaryFile(dir=Path(path).parent) as out:
        changed = image.point(tables_of(np.array(GAINS)).tobytes())
        changed.save(out, "JPEG", quality=_QUALITY, subsampling=_SAMPLING)
    return {"peak": peak(), "rewritten": time.perf_counter() - began}


def by_vips(path: str) -> dict[str, Any]:
    """Let libvips read, map and write by itself, on every core."""
    import pyvips  # noqa: PLC0415 - in this child alone

    began = time.perf_counter()
    table = pyvips.Image.new_from_array(np.ascontiguousarray(tables_of(np.array(GAINS)).T[None]))
    changed = pyvips.Image.new_from_file(path, access="sequential").maplut(table)
    with tempfile.NamedTemporaryFile(dir=Path(path).parent, suffix=".jpg") as out:
        changed.jpegsave(out.name, Q=_QUALITY, subsample_mode="on")
    return {"peak": peak(), "rewritten": time.perf_counter() - began}


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "colorfix": measured,
    "Pillow, whole": by_pillow,
    "libvips alone": by_vips,
}
MADE = {"baseline": make, "progressive": make_progressive}


def in_child(way: str, path: Path) -> dict[str, Any]:
    """Measure one way in a child process."""
    child = [sys.executable, "-m", "benchmarks.huge.jpeg", "--child", way, str(path)]
    figures: dict[str, Any] = json.loads(
        subprocess.run(child, check=True, capture_output=True, text=True).stdout
    )
    return figures


def row(name: str, rounds: list[dict[str, Any]]) -> str:
    """Return a line of the table: the highest peak, the median times."""
    times = [median(each[key] for each in rounds) if key in rounds[0] else None for key in _TIMES]
    shown = " | ".join("" if each is None else f"{each:.1f} s" for each in times)
    return f"| {name} | {max(each['peak'] for each in rounds):.0f} MiB | {shown} |"


def main() -> None:
    """Make the files, let the ways take turns, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=2, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        way, path = options.child
        print(json.dumps(WAYS[way](path)))
        return
    print("| JPEG | peak memory | described | rewritten |\n|---|---|---|---|")
    for order, write in MADE.items():
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Path(folder) / "photo.jpg"
            write(path, options.side)
            turns = [{way: in_child(way, path) for way in WAYS} for _ in range(options.rounds)]
        for way in WAYS:
            print(row(f"{order}, {way}", [turn[way] for turn in turns]), flush=True)


if __name__ == "__main__":
    main()
