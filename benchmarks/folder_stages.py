"""What the steps of a folder's run cost, against decoding and encoding the same photos alone.

As a worker does it: a window of photos is read and measured, learned together, then changed and encoded, here
in memory. Processor time of one thread, the second of two rounds; start-up, fsync and naming are in
``folder.py``, whose photos these are. Prints the table of ``docs/benchmarks.md``.

    OMP_NUM_THREADS=1 python benchmarks/folder_stages.py [DATA]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from time import process_time

from floor import settings_of
from folder_photos import GUIDE, KINDS, folder_of
from PIL import Image
from tables import table

from colorfix import Settings, photos
from colorfix.correction import Correction
from colorfix.described import describe
from colorfix.folder.doing import written
from colorfix.folder.job import Job, Order, Writing
from colorfix.folder.learned import Learning
from colorfix.folder.malloc import reuse_memory
from colorfix.targets import target_of
from colorfix.timing import Stages

WINDOWS = {"2mp": 20, "12mp": 16, "0.3mp": 64}
"""Photos that a worker holds at once, by kind."""

STEPS = ("read and decode", "measure", "learn", "change, encode, report")
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
        photo = photos.decoded(photos.file_of(str(path), MOST), str(path), max_pixels=MOST)
        clock(STEPS[0])
        known.append(describe(photo, target, settings, Stages()))
        clock(STEPS[1])
    treatment, job = Learning(Order(settings), settings, {}), Job("", str(paths[0]), None, str(GUIDE))
    found = [*treatment.treat(known)][::-1]
    known.clear()
    clock(STEPS[2])
    while found:
        correction = found.pop()
        if isinstance(correction, Correction):
            written(treatment, correction, job, BytesIO(), Writing(), in_full=False)
        clock(STEPS[3])


def passed(path: Path) -> None:
    """Decode and encode a photo alone."""
    image = Image.open(BytesIO(path.read_bytes()))
    image.load()
    image.save(BytesIO(), image.format, **settings_of(image))


def main() -> None:
    """Print the table."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "colorfix-folder"
    reuse_memory()
    rows = []
    for name, window in WINDOWS.items():
        folder = sorted(folder_of(KINDS[name], KINDS[name].count, data).iterdir())[: COUNT * window]
        for _ in range(ROUNDS):
            clock = Clock()
            for at in range(0, len(folder), window):
                corrected(folder[at : at + window], clock)
                for path in folder[at : at + window]:
                    passed(path)
                clock("floor")
        floor = clock.spent["floor"]
        shares = " | ".join(f"{clock.spent[step] / floor:.2f}" for step in STEPS)
        total = sum(clock.spent[step] for step in STEPS) / floor
        rows.append(f"| {name} | {1000 * floor / len(folder):.1f} ms | {shares} | {total:.2f} |")
    print(table(f"| photos | floor | {' | '.join(STEPS)} | in all |", rows))


if __name__ == "__main__":
    main()
