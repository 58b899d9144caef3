"""How near to the truth the default comes on the tungsten set, by the kind of lamp and of guide.

Takes what :mod:`benchmarks.quality.tungsten` wrote, one half of it, and prints Markdown tables: mean and 95 %
of the mean CIEDE2000 to the truth, how many photos end farther from it than they began, and how many are
bluer than the truth by more than 5 of 255 (mean of max(0, B - max(R, G))).

    OMP_NUM_THREADS=1 python -m benchmarks.quality.tungsten_table ~/.cache/colorfix-benchmarks/tungsten/tuning
"""

from __future__ import annotations

import json
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.quality.tungsten import difference
from benchmarks.quality.variants import FRAMES, framed, letterboxed
from colorfix import Settings, choose_regularizers, correct

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Photos = dict[str, Pixels]

PROCESSES = 2
TOO_BLUE = 5.0
"""Of 255."""

PLAIN = Settings(regularizers=choose_regularizers(preset="plain"), exposure="match")


def default(source: str, guide: str) -> Callable[[Photos], Pixels]:
    """Return a way of correcting: the default, of one photo by another."""
    return lambda photos: np.asarray(correct(photos[source], photos[guide]).image)


def plain(guide: str) -> Callable[[Photos], Pixels]:
    """Return a way of correcting: plain matching."""
    return lambda photos: np.asarray(correct(photos["source"], photos[guide], settings=PLAIN).image)


def in_frame(photos: Photos) -> Pixels:
    """Correct the photo in a white frame, and return what is within."""
    height, width = photos["source"].shape[:2]
    whole = np.asarray(correct(framed(photos["source"], FRAMES["white"]), photos["blue"]).image)
    side = height // 10
    return whole[side : side + height, side : side + width]


def by_letterboxed(photos: Photos) -> Pixels:
    """Correct by the truth between black bars."""
    return np.asarray(correct(photos["source"], letterboxed(photos["truth"])).image)


WAYS: dict[str, Callable[[Photos], Pixels]] = {
    "untouched": lambda photos: photos["source"],
    "default, blue guide": default("source", "blue"),
    "plain, right guide": plain("truth"),
    "default, right guide": default("source", "truth"),
    "plain, daylight guide": plain("twin"),
    "default, daylight guide": default("source", "twin"),
    "plain, daylight guide rendered otherwise": plain("other"),
    "default, daylight guide rendered otherwise": default("source", "other"),
    "default, right guide letterboxed": by_letterboxed,
    "default, source in a white frame": in_frame,
    "default, neutral source": default("truth", "blue"),
}


def blue_excess(photo: Pixels) -> float:
    """Return the mean of max(0, B - max(R, G)), 0 to 255."""
    values = photo.astype(float)
    return float(np.maximum(0, values[..., 2] - values[..., :2].max(axis=-1)).mean())


def measured(pair: dict[str, Any], folder: Path) -> list[tuple[float, float]]:
    """Return difference to the truth and blue excess over it, for each way."""
    photos = {key: np.asarray(Image.open(folder / path)) for key, path in pair["files"].items()}
    truth = photos["truth"]
    results = [way(photos) for way in WAYS.values()]
    return [(difference(photo, truth), blue_excess(photo) - blue_excess(truth)) for photo in results]


def line(name: str, found: NDArray[np.float64], before: NDArray[np.float64]) -> str:
    """Return a line of a table; ``found`` is of shape [pairs, 2]."""
    difference, blue = found.T
    worse, bluer = int((difference > before).sum()), int((blue > TOO_BLUE).sum())
    return (
        f"| {name} | {difference.mean():.2f} | {np.percentile(difference, 95):.1f} "
        f"| {difference.max():.1f} | {worse} | {bluer} |"
    )


def main() -> None:
    """Measure, and print the tables."""
    folder = Path(sys.argv[1]).expanduser()
    pairs = json.loads((folder / "pairs.json").read_text(encoding="utf-8"))
    with Pool(PROCESSES) as pool:
        found = np.array(pool.map(partial(measured, folder=folder), pairs, chunksize=1))
    kinds = np.array([pair["kind"] for pair in pairs])
    for kind in ("all", *sorted(set(kinds))):
        chosen = (kinds == kind) | (kind == "all")
        print(f"\n{kind}, {chosen.sum()} photos\n\n| way | mean | 95 % | worst | worse | too blue |")
        print("| --- |" + " --: |" * 5)
        for number, name in enumerate(WAYS):
            print(line(name, found[chosen, number], found[chosen, 0, 0]))


if __name__ == "__main__":
    main()
