"""Where the time of a run over a folder goes: by stage, and by innermost function.

    python -m benchmarks.folder.time_profile [--kind 2mp] [--count 60] [--workers 1] [--data FOLDER]

py-spy (``benchmark`` extra) samples all processes of a run from outside and counts what is not idle; another
run, not sampled, says how much processor time the shares are shares of. A sample belongs to the stage of its
innermost frame that has one; whatever is imported meanwhile, to the start-up. Code in C counts for the Python
function that called it.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.common import processes
from benchmarks.common.paths import DATA, GUIDE
from benchmarks.common.programs import COLORFIX, Program
from benchmarks.common.synthetic_photos import KINDS, folder_of
from benchmarks.common.tables import table
from benchmarks.folder.programs import LINE

_RATE = 200  # samples a second
_SHOWN = 20
_IMPORTING = "<frozen importlib"
_FRAME = re.compile(r"(?P<function>.+) \((?P<file>.+?)(:\d+)?\)")

STAGES = {
    "decode": r"PIL/ImageFile\.py load$|PIL/\w+ImagePlugin\.py (load|_open|load_\w+)$|PIL/Image\.py open$",
    "encode": r"PIL/ImageFile\.py _?_?encode\w*$|PIL/ImageFile\.py _save$|PIL/\w+ImagePlugin\.py _save$",
    "learn": r"colorfix/(learning|optim|models|regularizers|losses|scene|correction|certificate)\b",
    "describe": (
        r"colorfix/(described|sample|likeness|colour|targets|correctable)\b"
        r"|colorfix/photos/(describing|sampling)\b"
    ),
    "apply": r"colorfix/photos/(change|applying|highlights|dithering|transfer|picture)\b",
    "publish": r"colorfix/photos/publishing\b",
    "metadata and files": r"colorfix/photos/",
    "report": r"colorfix/report/",
    "engine": r"colorfix/folder/|multiprocessing/",
    "talk": r"colorfix/cli/|rich/|typer/",
}
"""Name to a pattern of ``file function``; the first that fits a frame counts."""


def sampled(command: list[str]) -> Counter[str]:
    """Return how often each stack was seen in a run; frames from the outermost, parted by semicolons."""
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        spy = ["py-spy", "record", "--subprocesses", "--format", "raw", "--rate", str(_RATE)]
        processes.run([*spy, "--output", str(stacks), "--", *command])
        found: Counter[str] = Counter()
        for line in stacks.read_text(encoding="utf-8").splitlines():
            stack, _, times = line.rpartition(" ")
            found[stack] += int(times)
    return found


def frames(stack: str) -> list[str]:
    """Return a stack's frames from the innermost, as ``file function``."""
    found = (_FRAME.fullmatch(frame) for frame in reversed(stack.split(";")))
    return [f"{frame['file']} {frame['function'].rpartition('.')[2]}" for frame in found if frame]


def stage(stack: str) -> str:
    """Return the stage that a stack belongs to."""
    if _IMPORTING in stack:
        return "start-up"
    for frame in frames(stack):
        for name, pattern in STAGES.items():
            if re.search(pattern, frame):
                return name
    return "start-up" if "<module>" in stack else "other"


def shares(counts: Counter[str], cpu: float) -> list[str]:
    """Return a line for each name: its part of so much processor time, and its share."""
    total = counts.total()
    return [
        f"| {name} | {1000 * cpu * times / total:.2f} | {times / total:.1%} |"
        for name, times in counts.most_common(_SHOWN)
    ]


def main() -> None:
    """Sample a run and print two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", choices=KINDS, default="2mp")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--line", default=LINE, help="another command line; see folder/programs.py")
    options = parser.parse_args()
    photos = folder_of(KINDS[options.kind], options.count, options.data)
    program = Program(COLORFIX, options.line)
    with tempfile.TemporaryDirectory(dir=options.data) as place:
        plain, seen = (
            program.command(photos, Path(place) / out, options.workers, GUIDE) for out in ("plain", "seen")
        )
        cpu = processes.run(plain).cpu / options.count
        stacks = sampled(seen)
    stages, functions = Counter[str](), Counter[str]()
    for stack, times in stacks.items():
        stages[stage(stack)] += times
        functions[next(iter(frames(stack)), "?")] += times
    for name, counts in (("stage", stages), ("innermost function", functions)):
        print(table(f"| {name} | CPU, ms a photo | share |", shares(counts, cpu)), end="\n\n")


if __name__ == "__main__":
    main()
