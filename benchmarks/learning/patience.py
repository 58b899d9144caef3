"""What it costs to stop looking: the minima that learning ends in, by patience and by number of photos.

Against learning from the hollows of two close grids for all 1 000 steps. Prints the table of
``docs/hill-adam.md``: for a preset, how many photos end in the same lowest minimum (gains to 1e-8), the steps
that the slowest takes, and processor time a photo. The sample pairs, or those of the list that
``quality/renderings.py`` wrote.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.patience [PAIRS.json]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common.paths import PAIRS
from benchmarks.common.tables import table
from colorfix import Settings, photos
from colorfix.correction.correct import Correction, correct_all
from colorfix.correction.measured import measure
from colorfix.correction.targets import target_of
from colorfix.learning import fine_grid_starts, solve
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.options import Device, Optimizer
from colorfix.regularizers import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.color.statistics import Floats
    from colorfix.correction.measured import Measurement

LIMITS, SAME = limits_in(2.2), 1e-8


def slowly(correction: Correction) -> Floats:
    """Return the lowest gains that close grids and all steps find."""
    starts = FreeGains(fine_grid_starts(correction.objective, LIMITS), LIMITS)
    found = solve(correction.objective, starts, Optimizer(), 1000, device=Device("numpy"))
    return np.array(found.minima[0].gains)


def line(preset: str, known: Sequence[Measurement], wanted: Floats, patience: int, batch: int) -> str:
    """Learn all photos in batches, and return a line of the table."""
    settings = Settings(regularizers=PRESETS[preset], patience=patience)
    begun, found, slowest = process_time(), [], 0
    for at in range(0, len(known), batch):
        for correction in correct_all(known[at : at + batch], settings):
            if not isinstance(correction, Correction):
                raise correction
            found.append(correction.minima[0].gains)
            slowest = max(slowest, len(correction.solution.trace.losses))
    taken = 1000 * (process_time() - begun) / len(known)
    same = int((np.abs(np.log(np.array(found) / wanted)).max(axis=1) < SAME).sum())
    return f"| {preset} | {patience} | {batch} | {same} of {len(known)} | {slowest} | {taken:.2f} |"


def main() -> None:
    """Print the table."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    pairs = json.loads(place.read_text(encoding="utf-8"))
    known = [
        measure(
            photos.read(place.parent / pair["source"]), target_of(place.parent / pair["target"]), Settings()
        )
        for pair in pairs
    ]
    rows = []
    for preset in ("default", "illuminants"):
        settings = Settings(regularizers=PRESETS[preset])
        corrections = [found for found in correct_all(known, settings) if isinstance(found, Correction)]
        wanted = np.array([slowly(correction) for correction in corrections])
        rows += [line(preset, known, wanted, patience, 20) for patience in (10, 25, 50, 100)]
        rows += [line(preset, known, wanted, 25, batch) for batch in (1, 64)]
    print(table("| preset | patience | photos at once | same minimum | steps | ms a photo |", rows))


if __name__ == "__main__":
    main()
