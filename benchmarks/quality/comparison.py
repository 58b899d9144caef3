"""How near to the truth each way of correcting comes.

Writes the tables of ``docs/quality.md`` between its markers. Without an argument those of the sample pairs;
with the list that ``renderings.py`` wrote, those of the larger set: all of it, the ordinary photographs, the
right target, and the photographs on which most is lost. Figures are the mean CIEDE2000 between each result
and the neutral truth, on how many pairs it is worse than no change, and blue excess and clipped share beyond
the truth's (of 255, of pixels). Needs the ``test`` extra. Two processes; a minute of processor time for the
sample pairs, seven for the larger set. The figures of every pair are kept in ``benchmarks/results/quality``.

    OMP_NUM_THREADS=1 python -m benchmarks.quality.comparison [PAIRS.json] [--trial]
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.common.color import blue_excess, difference
from benchmarks.common.machine import specification
from benchmarks.common.paths import DOCS, PAIRS
from benchmarks.common.results import save
from benchmarks.common.tables import write_tables
from benchmarks.quality import classical_methods
from benchmarks.quality.comparison_tables import losing, photo_by_photo, summary
from colorfix import Settings, correct
from colorfix.regularizers import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.common.color import Pixels
    from benchmarks.quality.comparison_tables import Figures, Pairs

    Way = Callable[[Pixels, Pixels, Pixels], Pixels]

PROCESSES = 2

PLAIN = Settings(regularizers=PRESETS["plain"], exposure="match", space="srgb")
PAPER = Settings(regularizers=PRESETS["paper"], exposure="match", space="srgb")


def clipped(pixels: Pixels) -> float:
    """Return the share of pixels with a channel at 255."""
    return float((pixels == 255).any(axis=-1).mean())


def corrected(settings: Settings) -> Way:
    """Return a way of correcting: colorfix with these settings."""
    return lambda source, target, _truth: np.asarray(correct(source, target, settings=settings).image)


def guided_by_truth(settings: Settings) -> Way:
    """Return a way of correcting: colorfix, with the truth itself as the target."""
    return lambda source, _target, truth: np.asarray(correct(source, truth, settings=settings).image)


def needless(_source: Pixels, target: Pixels, truth: Pixels) -> Pixels:
    """Correct what needs no correction."""
    return np.asarray(correct(truth, target).image)


WAYS: dict[str, Way] = {
    "no change": lambda source, _target, _truth: source,
    "plain matching": corrected(PLAIN),
    "the paper's loss": corrected(PAPER),
    "Reinhard": classical_methods.reinhard,
    "histogram matching": classical_methods.histogram_matching,
    "gray-world": classical_methods.gray_world,
    "shades of gray": classical_methods.shades_of_gray,
    "**colorfix**": corrected(Settings()),
    "preset illuminants": corrected(Settings(regularizers=PRESETS["illuminants"])),
    "three best gains": classical_methods.oracle,
}
"""What the target guides, beside what it doesn't, beside the limit of any three gains."""

RIGHT: dict[str, Way] = {
    "exact matching": guided_by_truth(Settings(regularizers=PRESETS["plain"], exposure="match")),
    "exact matching, srgb": guided_by_truth(PLAIN),
    "**colorfix**": guided_by_truth(Settings()),
}
"""Ways of correcting when the target is the truth itself."""

NEUTRAL: dict[str, Way] = {"**colorfix**, the truth as the source": needless}
"""What becomes of a photo that needs nothing."""


def measured(pair: dict[str, Any], folder: Path) -> Figures:
    """Correct a pair every way; return difference, blue and clipping beyond the truth."""
    source, target, truth = (
        np.asarray(Image.open(folder / pair[key]).convert("RGB")) for key in ("source", "target", "truth")
    )
    limits = blue_excess(truth), clipped(truth)
    results = [way(source, target, truth) for ways in (WAYS, RIGHT, NEUTRAL) for way in ways.values()]
    figures = [(difference(p, truth), blue_excess(p) - limits[0], clipped(p) - limits[1]) for p in results]
    return np.array(figures)


def of_samples(figures: Figures, pairs: Pairs) -> dict[str, str]:
    """Return the tables of the sample pairs by name."""
    ways, right, neutral = np.split(figures, [len(WAYS), len(WAYS) + len(RIGHT)], axis=1)
    unchanged = figures[:, 0, 0]
    return {
        "ways": summary(WAYS, ways, unchanged),
        "right target": summary(RIGHT, right, unchanged),
        "neutral source": summary(NEUTRAL, neutral, np.zeros(len(pairs))),
        "photo by photo": photo_by_photo(list(WAYS), ways, pairs),
    }


def of_renderings(figures: Figures, pairs: Pairs) -> dict[str, str]:
    """Return the tables of the larger set by name."""
    ways, right, neutral = np.split(figures, [len(WAYS), len(WAYS) + len(RIGHT)], axis=1)
    unchanged = figures[:, 0, 0]
    ordinary = np.array([pair["photograph"]["ordinary"] for pair in pairs])
    errors = dict(zip(WAYS, ways[..., 0].T, strict=True))
    return {
        "renderings": summary(WAYS, ways, unchanged),
        "ordinary renderings": summary(WAYS, ways[ordinary], unchanged[ordinary]),
        "renderings, right target": summary(RIGHT, right, unchanged),
        "renderings, neutral source": summary(NEUTRAL, neutral, np.zeros(len(pairs))),
        "renderings, losing": losing(
            {"before": unchanged, "after": errors["**colorfix**"], "best": errors["three best gains"]}, pairs
        ),
    }


def kept_as(figures: Figures, pairs: Pairs) -> dict[str, Any]:
    """Return what is kept: by pair and way, difference, blue and clipping beyond the truth's."""
    ways = [*WAYS, *(f"{name}, guided by the truth" for name in RIGHT), *NEUTRAL]
    records = [
        {"pair": pair["name"], "figures": figure.round(4).tolist()}
        for pair, figure in zip(pairs, figures, strict=True)
    ]
    return specification() | {"ways": ways, "records": records}


def main() -> None:
    """Measure, keep it, and write the tables into the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", nargs="?", type=Path, default=PAIRS)
    parser.add_argument("--trial", action="store_true", help="save nothing, print the tables")
    options = parser.parse_args()
    pairs = json.loads(options.pairs.read_text(encoding="utf-8"))
    with Pool(PROCESSES) as pool:
        figures = np.array(pool.map(partial(measured, folder=options.pairs.parent), pairs, chunksize=1))
    samples = options.pairs == PAIRS
    tables = of_samples(figures, pairs) if samples else of_renderings(figures, pairs)
    for name, text in tables.items():
        print(f"{name}\n\n{text}\n", flush=True)
    if not options.trial:
        save("quality", "samples" if samples else "renderings", kept_as(figures, pairs))
        write_tables(DOCS / "quality.md", tables)


if __name__ == "__main__":
    main()
