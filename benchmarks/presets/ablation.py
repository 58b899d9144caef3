"""What each term and weight of the default is worth, on the tuning half of the tungsten set.

Corrects every photo with the default, with one thing at a time left out or changed, and with the weights of
earlier versions. Takes the tuning half that :mod:`benchmarks.quality.tungsten` wrote, never the test half,
and further lists of pairs if wanted; writes the table of ``docs/quality.md`` with ``--save``. A figure is the
mean CIEDE2000 to the truth over a grid of pixels; *neutral* is that of the truth as the source; *too blue*
counts photos whose mean of max(0, B - max(R, G)) lies more than 5 of 255 above the truth's.

    OMP_NUM_THREADS=1 python -m benchmarks.presets.ablation TUNGSTEN/tuning [--save]
"""

from __future__ import annotations

import argparse
import json
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from benchmarks.common.color import blue_excess, difference
from benchmarks.common.paths import DOCS, PAIRS
from benchmarks.common.tables import table, write_tables
from benchmarks.quality.tungsten_comparison import PROCESSES, TOO_BLUE
from colorfix import Settings, choose_regularizers, correct

if TYPE_CHECKING:
    from benchmarks.common.color import Floats, Pixels

EVERY = 4
"""Rows and columns between the pixels that are compared."""

VERSION_0_1 = (
    *("none", "luminance=10", "shades-of-gray=10", "gray-edge=3", "neutral-pixels=5"),
    *("temperature=0.2", "tint=0.02", "same-scene=1"),
)
"""The default of version 0.1.0, as ``-R`` takes it."""


class Variant(NamedTuple):
    """A loss, and the space that it works in; None for the default's."""

    regularizers: tuple[str, ...] = ()
    space: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings of a correction."""
        chosen = Settings(regularizers=choose_regularizers(*self.regularizers))
        return chosen if self.space is None else Settings(regularizers=chosen.regularizers, space=self.space)


VARIANTS = {
    "**the default**": Variant(),
    "in linear light": Variant(space="linear"),
    "without no-change": Variant(("no-change=0",)),
    "no-change 3": Variant(("no-change=3",)),
    "no-change 4": Variant(("no-change=4",)),
    "unbounded": Variant(
        tuple(f"{name},reach=1000" for name in ("shades-of-gray=4", "gray-world=4", "gray-edge=2.5"))
    ),
    "without shades-of-gray": Variant(("shades-of-gray=0",)),
    "without gray-world": Variant(("gray-world=0",)),
    "without gray-edge": Variant(("gray-edge=0",)),
    "without neutral-pixels": Variant(("neutral-pixels=0",)),
    "weights of 0.1.0": Variant(VERSION_0_1),
    "weights of 0.1.0, p = 2, neutral-pixels 10": Variant(
        (*VERSION_0_1, "shades-of-gray=10,p=2", "neutral-pixels=10")
    ),
}


def measured(photos: dict[str, Path]) -> Floats:
    """Correct a pair by every variant.

    Args:
        photos: paths of the source, its truth and a blue guide of another scene.

    Returns:
        Difference to the truth, blue excess over it, and difference for the truth as source; first row: no
        change. Shape [1 + variants, 3].
    """
    source, truth, guide = (
        np.asarray(Image.open(photos[key]).convert("RGB")) for key in ("source", "truth", "blue")
    )
    rows = [_figures(source, truth, truth)]
    for variant in VARIANTS.values():
        amber, neutral = (
            np.asarray(correct(photo, guide, settings=variant.settings).image) for photo in (source, truth)
        )
        rows.append(_figures(amber, neutral, truth))
    return np.array(rows)


def _figures(amber: Pixels, neutral: Pixels, truth: Pixels) -> tuple[float, float, float]:
    """Return difference and blue excess of a correction, and the difference of a needless one."""
    thin = (slice(None, None, EVERY), slice(None, None, EVERY))
    blue = blue_excess(amber) - blue_excess(truth)
    return difference(amber[thin], truth[thin]), blue, difference(neutral[thin], truth[thin])


def row(name: str, figures: Floats, unchanged: Floats, incandescent: Floats, samples: Floats) -> str:
    """Return a variant's line; figures of shape [photos, 3], unchanged and incandescent [photos]."""
    errors, blue, neutral = figures.T
    return (
        f"| {name} | {errors.mean():.2f} | {errors[incandescent].mean():.2f} "
        f"| {np.percentile(errors, 95):.1f} | {(errors > unchanged).sum()} | {(blue > TOO_BLUE).sum()} "
        f"| {neutral.mean():.2f} | {neutral.max():.1f} | {samples.mean():.2f} |"
    )


def pairs_of(path: Path) -> list[dict[str, Any]]:
    """Return the pairs of a list."""
    pairs: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return pairs


def files_of(pair: dict[str, Any], folder: Path) -> dict[str, Path]:
    """Return the paths of a pair's photos."""
    names = pair.get("files") or {**pair, "blue": pair["target"]}
    return {key: folder / names[key] for key in ("source", "truth", "blue")}


def main() -> None:
    """Measure, print the table, and write it into the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th photo")
    parser.add_argument("--save", action="store_true", help="write the table into docs/quality.md")
    options = parser.parse_args()
    pairs = pairs_of(options.folder / "pairs.json")[:: options.every]
    files = [files_of(pair, options.folder) for pair in pairs]
    files += [files_of(pair, PAIRS.parent) for pair in pairs_of(PAIRS)]
    with Pool(PROCESSES) as pool:
        found = np.array(pool.map(measured, files, chunksize=1))
    figures, samples = found[: len(pairs)], found[len(pairs) :]
    incandescent = np.array([pair["kind"] == "incandescent" for pair in pairs])
    rows = [
        row(name, figures[:, n], figures[:, 0, 0], incandescent, samples[:, n, 0])
        for n, name in enumerate(["no change", *VARIANTS])
    ]
    head = "| loss | mean | incandescent | 95 % | worse | too blue | neutral | its worst | sample pairs |"
    text = table(head, rows)
    print(text)
    if options.save:
        write_tables(DOCS / "quality.md", {"ablation": text})


if __name__ == "__main__":
    main()
