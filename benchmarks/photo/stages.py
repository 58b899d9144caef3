"""Processor time of one photo by stage: start-up, imports, and the work on the photo.

Each round is a process of its own (``common/stage_clock.py``) on another photo, beside decoding and encoding
it. Saves to ``benchmarks/results/single_stages/``.

    python -m benchmarks.photo.stages [--data FOLDER] [--rounds 12] [--before] [--trial]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common import processes
from benchmarks.common.machine import specification
from benchmarks.common.paths import DATA
from benchmarks.common.results import collect
from benchmarks.common.rounds import run_once
from benchmarks.common.synthetic_photos import KINDS, TRUTHS
from benchmarks.photo.programs import FLOOR
from benchmarks.photo.single import laid_out
from benchmarks.photo.stages_table import BEFORE, TABLES

if TYPE_CHECKING:
    from benchmarks.common.synthetic_photos import Kind

CLOCK = Path(__file__).parent / "stage_clock.py"
KINDS_SHOWN = ("2mp", "12mp")


def spent(photo: Path, target: Path) -> dict[str, float]:
    """Return the processor time of each stage of a run, milliseconds."""
    with tempfile.TemporaryDirectory() as place:
        account, out = Path(place) / "account", Path(place) / "photo.jpg"
        colorfix = ["correct", str(photo), "--target", str(target), "--output", str(out)]
        processes.run([sys.executable, str(CLOCK), str(account), *colorfix])
        lines = account.read_text(encoding="utf-8").splitlines()
    return {stage: round(int(time) / 1e6, 3) for time, stage in (line.split(" ", 1) for line in lines)}


def measured(kind: Kind, rounds: int, data: Path) -> list[dict[str, Any]]:
    """Return for each round the floor and the stages, milliseconds; a round before does not count."""
    records = []
    for number in range(-1, rounds):
        folder, targets = laid_out(kind, max(number, 0) % len(TRUTHS), data)
        floor = 1000 * run_once(FLOOR, folder, 1, targets["guide"])["cpu"]
        records.append({"floor": floor, "stages": spent(folder / "photo.jpg", targets["guide"])})
    return records[1:]


def main() -> None:
    """Measure, and save the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument(
        "--before", action="store_true", help="the colorfix that is installed is an older one"
    )
    parser.add_argument("--trial", action="store_true", help="save nothing, print the table")
    options = parser.parse_args()
    data = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    sections = (
        (
            name + BEFORE * options.before,
            specification() | {"records": measured(KINDS[name], options.rounds, data)},
        )
        for name in KINDS_SHOWN
    )
    collect("single_stages", sections, TABLES, trial=options.trial)


if __name__ == "__main__":
    main()
