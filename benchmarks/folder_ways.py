"""What goes over a folder of photos, as command lines: the floors, colorfix, and others that are installed.

In a command line ``{folder}`` stands for the folder, ``{photos}`` for the photos in it, ``{guide}`` for the
target, ``{look}`` for kept gains, ``{out}`` for a folder to write into, ``{workers}`` for how many to use.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from folder_photos import GUIDE

COLORFIX = "colorfix"
LINE = "colorfix correct {folder} --target {guide} --output {out} --jobs {workers}"
"""The command line that is judged."""

LOOK = Path(__file__).parent / "look.json"
APPLY = "colorfix apply {look} {folder} --output {out} --jobs {workers}"
"""The command line that gives kept gains, with nothing to learn."""

_FLOOR = f"{sys.executable} {Path(__file__).parent / 'floor.py'} {{folder}} {{out}} --workers {{workers}}"


@dataclass(frozen=True)
class Way:
    """A way over a folder.

    Attributes:
        name: in results.
        line: the command line.
        into: where its photos are then, if not in ``{out}``.
        makes: whether it makes that folder itself.
        success: the status that it ends with when all is well.
    """

    name: str
    line: str
    into: str = "{out}"
    makes: bool = True
    success: int = 0

    def command(self, folder: Path, out: Path, workers: int) -> list[str]:
        """Return the words of the command line."""
        known = {"folder": folder, "guide": GUIDE, "out": out, "workers": workers, "look": LOOK}
        words: list[str] = []
        for word in shlex.split(self.line):
            paths = sorted(folder.glob("*.*")) if word == "{photos}" else [word.format_map(known)]
            words += map(str, paths)
        return words

    @property
    def program(self) -> str:
        """The program's name, or its path."""
        return shlex.split(self.line)[0]

    def results(self, folder: Path, out: Path) -> Path:
        """Return the folder that then has the photos."""
        return Path(self.into.format(folder=folder, out=out))


FLOORS = (Way("floor", _FLOOR), Way("floor, memory reused", f"{_FLOOR} --reuse"))
"""The better one is what everything is held against."""

DURABLE = Way("floor, fsync", f"{_FLOOR} --reuse --durable")
"""What it costs that a photo is safely on the disk, which colorfix sees to."""

APPLIED = Way("colorfix apply", APPLY)

PEERS = (
    Way(
        "mogrify, fixed gains",
        "mogrify -path {out} -channel R -evaluate multiply 0.8 -channel B -evaluate multiply 1.2 {photos}",
        makes=False,
    ),
    Way(
        "gm mogrify, fixed gains",
        "gm mogrify -output-directory {out} -create-directories "
        "-operator red multiply 0.8 -operator blue multiply 1.2 {photos}",
        into="{out}{folder}",
        makes=False,
    ),
    Way(
        "colorcast, mean and deviation",
        "colorcast batch {folder} {guide} --output {out} --method meanstd --workers {workers}",
    ),
    Way("colorcast", "colorcast batch {folder} {guide} --output {out} --workers {workers}"),
    Way(
        "color-matcher, Reinhard",  # its main returns True, and Python exits with that
        "color-matcher --src={folder} --ref={guide} --method=reinhard",
        into="{folder}/batch_proc_reinhard",
        success=1,
    ),
    Way(
        "color-matcher",
        "color-matcher --src={folder} --ref={guide}",
        into="{folder}/batch_proc_default",
        success=1,
    ),
)
"""Others that take a folder. ImageMagick and GraphicsMagick cannot find gains, and are told some."""
