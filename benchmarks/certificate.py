"""What a certificate costs: time and boxes of every loss, over the sample pairs, on one core.

Prints a Markdown table: for each loss the median and the greatest time of ``certify`` (CPU seconds), the
median and the greatest number of boxes, the greatest gap between the reported loss and the proven bound,
how many minima were found, and on how many pairs the proof succeeded. Arguments are the numbers of colours in
a photo's sample.

    OMP_NUM_THREADS=1 python benchmarks/certificate.py [500 1500]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix import photos
from colorfix.certificate import certify
from colorfix.colour import Statistics
from colorfix.losses import Objective
from colorfix.regularizers import BUILT_IN, DEFAULT, Weighted
from colorfix.scene import Scene

if TYPE_CHECKING:
    from colorfix.certificate import Certificate
    from colorfix.colour import Floats

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "sample_images"
sys.path.insert(0, str(HERE.parent / "tests" / "certificate"))

import landscapes  # noqa: E402 - the tests' losses, which are no package

COLOURS = (500,)
"""Colours in a photo's sample, unless asked for otherwise."""


def scene_of(source: Path, target: Path) -> Scene:
    """Return the scene that ``colorfix correct`` learns on."""
    before, guide = (Statistics(photos.counts(photos.read(str(path)))) for path in (source, target))
    return Scene.of([before], [guide]).keeping_exposure()


def colours_of(path: Path, count: int) -> Floats:
    """Return colours of a photo, neither clipped nor dark, shape [count, 3], 0 to 1."""
    pixels = np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3) / 255
    fair = pixels[(pixels.max(1) < 0.98) & (pixels.max(1) > 0.08) & (pixels.min(1) > 0.015)]
    chosen: Floats = np.random.default_rng(0).choice(fair, count)
    return chosen


def losses_of(colours: Floats) -> dict[str, tuple[Weighted, ...]]:
    """Return every set of penalties by name; D, the match, comes with each."""

    def weighted(weight: float, name: str, function: object = None) -> Weighted:
        return Weighted(name, function or BUILT_IN[name], weight)  # type: ignore[arg-type]

    luminance, neutral = weighted(10, "luminance"), weighted(10, "GM", landscapes.neutral_of(colours))
    presets, locus = weighted(0.3, "WK", landscapes.presets), weighted(0.3, "PL", landscapes.tint)
    warmth = weighted(0.3, "TT", landscapes.temperature)
    return {
        "D": (),
        "built-in default": DEFAULT,
        "default + 10 blue-hinge": (*DEFAULT, weighted(10, "blue-hinge")),
        "default + 10 CL": (*DEFAULT, weighted(10, "CL", landscapes.clipping)),
        "paper's double wells": (weighted(1, "double-wells"),),
        "10 LU + 10 SG + .3 WK": (luminance, weighted(10, "shades-of-gray"), presets),
        "10 LU + 10 GM": (luminance, neutral),
        "10 LU + 10 GM + .3 PL + .3 TT": (luminance, neutral, locus, warmth),
        "10 LU + 10 GM + .3 WK + .3 TT": (luminance, neutral, presets, warmth),
    }


def timed(objective: Objective) -> tuple[Certificate, float]:
    """Certify the best gains known, and tell how long it took."""
    best = certify(objective, np.ones(3)).minima[0]
    start = time.process_time()
    certificate = certify(objective, np.array(best.gains))
    return certificate, time.process_time() - start


def row_of(name: str, runs: list[tuple[Certificate, float]]) -> str:
    """Return a row of the table."""
    seconds, boxes = [second for _, second in runs], [run.boxes for run, _ in runs]
    gap = max(run.loss - (run.lower_bound or 0.0) for run, _ in runs)
    minima = [len(run.minima) for run, _ in runs]
    proven = sum(run.certified and run.kind == "proof" for run, _ in runs)
    return (
        f"| {name} | {np.median(seconds):.2f} | {max(seconds):.2f} | {np.median(boxes):.0f} | {max(boxes)} "
        f"| {gap:.1e} | {min(minima)}-{max(minima)} | {proven} of {len(runs)} |"
    )


def main() -> None:
    """Certify every pair under every loss and print the table."""
    pairs = json.loads((SAMPLES / "pairs.json").read_text(encoding="utf-8"))
    for count in [int(argument) for argument in sys.argv[1:]] or COLOURS:
        runs: dict[str, list[tuple[Certificate, float]]] = {}
        for pair in pairs:
            source, target = SAMPLES / pair["source"], SAMPLES / pair["target"]
            scene = scene_of(source, target)
            for name, regularizers in losses_of(colours_of(source, count)).items():
                runs.setdefault(name, []).append(timed(Objective(scene, "mean", regularizers)))
        print(f"{count} colours, {len(pairs)} pairs\n")
        print("| loss (D and) | s, median | s, most | boxes, median | most | gap, most | minima | proven |")
        print("| --- |" + " --- |" * 7)
        for name, results in runs.items():
            print(row_of(name, results))
        print()


if __name__ == "__main__":
    main()
