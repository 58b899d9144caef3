"""Cost of each step of a folder's run, against decoding and encoding the same photos alone.

As in a worker process: a window of photos is read and measured, learned together, then changed and encoded,
here in memory. Processor time of one thread, the second of two rounds; start-up, fsync and the planning of
names are measured by ``throughput.py``, on the same photos. Saves to ``benchmarks/results/folder_stages/``.

    OMP_NUM_THREADS=1 python -m benchmarks.folder.stages [--data FOLDER] [--trial]
"""

from __future__ import annotations

import argparse
from collections import Counter
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from PIL import Image

from benchmarks.common.machine import specification
from benchmarks.common.paths import DATA, GUIDE
from benchmarks.common.results import collect
from benchmarks.common.synthetic_photos import KINDS, folder_of
from benchmarks.folder.floor import settings_of
from benchmarks.folder.stages_table import STEPS, TABLES
from colorfix import Settings, photos
from colorfix.batch.job import Job, Order, Writing
from colorfix.batch.process.learn import LearnGains
from colorfix.batch.process.write import write_output
from colorfix.batch.workers.startup import reuse_memory
from colorfix.core.timing import Stages
from colorfix.correction.correct import Correction
from colorfix.correction.measured import measure
from colorfix.correction.targets import target_of

if TYPE_CHECKING:
    from benchmarks.common.synthetic_photos import Kind

WINDOWS = {"2mp": 20, "12mp": 16, "0.3mp": 64}
"""Photos that a worker holds at once, by kind."""

ROUNDS, COUNT, MOST = 2, 3, 10**9


class Clock:
    """Adds up processor time by step, seconds."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._last = process_time()

    def __call__(self, step: str) -> None:
        """Put what was spent since the last call down to a step."""
        now = process_time()
        self.spent[step] += now - self._last  # type: ignore[assignment] # Counter is typed for whole numbers
        self._last = now


def corrected(paths: list[Path], clock: Clock) -> None:
    """Correct a window of photos."""
    settings, target, known = Settings(), target_of(GUIDE), []
    clock("")
    for path in paths:
        photo = photos.decode(photos.read_file(str(path), MOST), str(path), max_pixels=MOST)
        clock(STEPS[0])
        known.append(measure(photo, target, settings, Stages()))
        clock(STEPS[1])
    pipeline, job = LearnGains(Order(settings), settings, {}), Job("", str(paths[0]), None, str(GUIDE))
    found = [*pipeline.solve(known)][::-1]
    known.clear()
    clock(STEPS[2])
    while found:
        correction = found.pop()
        if isinstance(correction, Correction):
            write_output(pipeline, correction, job, BytesIO(), Writing(), in_full=False)
        clock(STEPS[3])


def passed(path: Path) -> None:
    """Decode and encode a photo alone."""
    image = Image.open(BytesIO(path.read_bytes()))
    image.load()
    image.save(BytesIO(), image.format, **settings_of(image))


def measured(kind: Kind, window: int, data: Path) -> dict[str, Any]:
    """Return how many photos there were, and the processor time of each step and of the floor, seconds."""
    folder = sorted(folder_of(kind, COUNT * window, data).iterdir())
    for _ in range(ROUNDS):
        clock = Clock()
        for at in range(0, len(folder), window):
            corrected(folder[at : at + window], clock)
            for path in folder[at : at + window]:
                passed(path)
            clock("floor")
    return {"photos": len(folder), "spent": {step: clock.spent[step] for step in (*STEPS, "floor")}}


def main() -> None:
    """Measure, and save the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--trial", action="store_true", help="save nothing, print the table")
    options = parser.parse_args()
    reuse_memory()
    sections = (
        (name, specification() | measured(KINDS[name], window, options.data))
        for name, window in WINDOWS.items()
    )
    collect("folder_stages", sections, TABLES, trial=options.trial)


if __name__ == "__main__":
    main()
