"""How often learning ends in the certified global minimum.

Every sample photo with guides of its own and of other pairs, for every preset with regularizers; or, of a
folder of renderings (``benchmarks.quality.tungsten``), every source with its blue guide, and every truth
with it, which needs no correction, for the default. The share of runs whose loss is within 1e-6 of the lowest
that any gains allow (``colorfix.certificate``), for colorfix as it runs (several starts), and from no change
alone for Hill-ADAM by either rule and for Adam. Prints a Markdown table.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.minima [--guides N] [--renderings FOLDER]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from benchmarks.common.paths import PAIRS, SAMPLES
from colorfix import Settings, photos
from colorfix.correction.correct import Correction, correct_all
from colorfix.correction.measured import measure
from colorfix.correction.targets import target_of
from colorfix.learning import Optimizer
from colorfix.regularizers import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Problems: TypeAlias = Sequence[tuple[Path, Path]]

GUIDES = 4
GAP = 1e-6

LOSSES = {
    "default": Settings(),
    "illuminants": Settings(regularizers=PRESETS["illuminants"]),
    "paper": Settings(regularizers=PRESETS["paper"], exposure="match", space="srgb"),
}
WAYS = {
    "colorfix": {},
    "Hill-ADAM from no change": {"starts": "one"},
    "with --exploration ray": {"starts": "one", "optimizer": Optimizer(exploration="ray")},
    "Adam from no change": {"starts": "one", "optimizer": Optimizer("adam")},
    "Adam from the same starts": {"optimizer": Optimizer("adam")},
}


def sample_problems(guides: int) -> Problems:
    """Return every sample photo with the guides of its own and the next pairs."""
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    return [
        (SAMPLES / pair["source"], SAMPLES / pairs[(i + k) % len(pairs)]["target"])
        for i, pair in enumerate(pairs)
        for k in range(guides)
    ]


def rendered_problems(folder: Path, which: str) -> Problems:
    """Return every rendering's source or truth with its blue guide."""
    pairs = json.loads((folder / "pairs.json").read_text(encoding="utf-8"))
    return [(folder / pair["files"][which], folder / pair["files"]["blue"]) for pair in pairs]


def row(name: str, settings: Settings, problems: Problems) -> str:
    """Run every photo with its guide every way, and return the shares as a row of the table."""
    measured = [measure(photos.read(source), target_of(target), settings) for source, target in problems]
    certificates = [
        certified.certificate
        for certified in correct_all(measured, replace(settings, certify=True))
        if isinstance(certified, Correction) and certified.certificate is not None
    ]
    lowest = np.array([min(each.loss, each.minima[0].loss) for each in certificates])
    gaps = [
        loss - each.lower_bound for loss, each in zip(lowest, certificates, strict=True) if each.lower_bound
    ]
    shares = []
    for changes in WAYS.values():
        found = correct_all(measured, replace(settings, **changes))
        losses = np.array([each.minima[0].loss for each in found if isinstance(each, Correction)])
        shares.append(f"{(losses <= lowest + GAP).mean():.1%}")
    proven = np.mean([each.certified and each.kind == "proof" for each in certificates])
    return f"| {name} | {len(measured)} | {proven:.1%} | {max(gaps):.1e} | {' | '.join(shares)} |"


def main() -> None:
    """Print a row for each loss and kind of problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guides", type=int, default=GUIDES)
    parser.add_argument("--renderings", type=Path)
    asked = parser.parse_args()
    print("| preset | problems | certified | gap, most |", " | ".join(WAYS), "|")
    print("| --- |" + " --: |" * (3 + len(WAYS)), flush=True)
    if asked.renderings is None:
        for name, settings in LOSSES.items():
            print(row(name, settings, sample_problems(asked.guides)), flush=True)
        return
    for which, kind in (("source", "amber"), ("truth", "neutral")):
        problems = rendered_problems(asked.renderings, which)
        print(row(f"default, {kind} photos", LOSSES["default"], problems), flush=True)


if __name__ == "__main__":
    main()
