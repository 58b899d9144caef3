"""Where the processor time of one photo goes: start-up, imports, and what is done to the photo.

Each round is a process of its own (``stage_clock.py``) on another photo, beside decoding and encoding it.
What was measured is kept in ``benchmarks/results/single_stages/``; the table is in ``docs/benchmarks.md``.

    python benchmarks/single_stages.py [--data FOLDER] [--rounds 12] [--before] [--trial]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pages
import processes
from folder import DATA
from folder_photos import KINDS, SAMPLES
from machine import described
from single import laid_out
from single_stages_table import BEFORE
from single_ways import FLOOR
from turns import once

if TYPE_CHECKING:
    from folder_photos import Kind

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
        folder, targets = laid_out(kind, max(number, 0) % len(SAMPLES), data)
        floor = 1000 * once(FLOOR, folder, 1, targets["guide"])["cpu"]
        records.append({"floor": floor, "stages": spent(folder / "photo.jpg", targets["guide"])})
    return records[1:]


def main() -> None:
    """Measure, keep it, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="where photos are made and written")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument(
        "--before", action="store_true", help="the colorfix that is installed is an older one"
    )
    parser.add_argument("--trial", action="store_true", help="keep nothing, print the table")
    asked = parser.parse_args()
    data = asked.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    sections = (
        (
            name + BEFORE * asked.before,
            described() | {"records": measured(KINDS[name], asked.rounds, data)},
        )
        for name in KINDS_SHOWN
    )
    pages.tell("single_stages", sections, trial=asked.trial)


if __name__ == "__main__":
    main()
