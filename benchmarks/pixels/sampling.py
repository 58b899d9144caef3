"""What it costs in exactness to count a large photo on a grid instead of every pixel.

The sample pairs' amber photos are enlarged to 2 and to 12 megapixels and given grain of 3.5 codes, for
enlarging makes them smoother than photos are; and every JPEG and PNG of 1.8 megapixels or more in the
folders named is taken as it is. Figures are relative differences between statistics on the grid and of every
pixel, in linear light, the worst channel of each photo: the median over photos, the 95th percentile and the
largest. Of the sample pairs, the gains learned with the guide too.

    OMP_NUM_THREADS=1 python -m benchmarks.pixels.sampling [FOLDER ...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from benchmarks.common.paths import SAMPLES
from colorfix import correct, photos
from colorfix.color.statistics import Statistics
from colorfix.photos.pixels import histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

LARGE = ((1632, 1224), (4000, 3000))
FEWEST, LEAST, GRAIN = histogram.FEWEST, 1_800_000, 3.5


def both_ways(measure: Callable[[], Floats]) -> tuple[Floats, Floats]:
    """Return a measure on the grid, and of every pixel."""
    on_grid = measure()
    histogram.FEWEST = 1 << 62
    try:
        return on_grid, measure()
    finally:
        histogram.FEWEST = FEWEST


def statistics(pixels: Pixels) -> Floats:
    """Return means, deviations and clipped shares, shape [3, 3]."""
    found = Statistics(photos.counts(photos.read(pixels, max_pixels=1 << 30)), "linear")
    return np.stack([found.means, found.deviations, found.clipped])


def errors(pixels: Pixels) -> Floats:
    """Return the relative error of means and deviations, and the difference of clipped shares, shape [3]."""
    grid, every = both_ways(lambda: statistics(pixels))
    apart = np.abs(grid - every).max(axis=1)
    return np.array([*np.abs(grid[:2] / every[:2] - 1).max(axis=1), apart[2]])


def enlarged(path: Path, size: tuple[int, int]) -> Pixels:
    """Return a photo of about as many pixels, with grain."""
    image = Image.open(path)
    factor = (size[0] * size[1] / (image.width * image.height)) ** 0.5
    larger = image.resize(
        (round(factor * image.width), round(factor * image.height)), Image.Resampling.LANCZOS
    )
    noisy = np.asarray(larger) + np.random.default_rng(0).normal(0, GRAIN, (larger.height, larger.width, 3))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def in_folder(folder: Path) -> Iterator[Pixels]:
    """Yield the large photos in a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"}:
            with Image.open(path) as image:
                if image.mode == "RGB" and image.width * image.height >= LEAST:
                    yield np.asarray(image)


def told(name: str, rows: Iterable[Floats]) -> None:
    """Print a line of the table."""
    of_each = np.stack(list(rows))
    cells = []
    for column, error in enumerate(of_each.T):
        digits = 3 if column == 2 else 2
        found = (np.median(error), np.percentile(error, 95), error.max())
        cells.append(" / ".join(f"{100 * share:.{digits}f}" for share in found))
    print(f"| {name} | {len(of_each)} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print the tables."""
    print("| photos | number | means, % | deviations, % | clipped, % of pixels |\n|---|--:|--:|--:|--:|")
    folders = [pair for pair in sorted(SAMPLES.iterdir()) if pair.is_dir()]
    for size in LARGE:
        name = f"samples, {size[0] * size[1] / 1e6:.0f} MP"
        told(name, (errors(enlarged(pair / "amber.jpg", size)) for pair in folders))
    for folder in sys.argv[1:]:
        told(folder, map(errors, in_folder(Path(folder))))
    for size in LARGE:
        apart = []
        for pair in folders:
            amber = enlarged(pair / "amber.jpg", size)
            grid, every = both_ways(lambda: correct(amber, pair / "guide.jpg").gains)  # noqa: B023 - called at once
            apart.append((np.abs(grid / every - 1).max(), pair.name))
        worst = ", ".join(f"{error:.2%} ({name})" for error, name in sorted(apart)[:-3:-1])
        print(f"gains at {size[0]} x {size[1]}: median {np.median([e for e, _ in apart]):.3%}, worst {worst}")


if __name__ == "__main__":
    main()
