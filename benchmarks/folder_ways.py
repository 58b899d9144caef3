"""What goes over photos, as command lines: the floors, colorfix, and others that are installed.

In a command line ``{folder}`` stands for the folder, ``{photos}`` for the photos in it, ``{photo}`` for the
first of them, ``{guide}`` for the target, ``{look}`` for kept gains, ``{out}`` for a folder to write into,
``{workers}`` for how many to use, ``{python}`` for this Python, ``{recipes}`` for the folder of scripts for
those who are a library, or take one photo, or leave it to a script to find gains.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import processes

RECIPES = Path(__file__).parent / "recipes"
COLORFIX = "colorfix"
LINE = "colorfix correct {folder} --target {guide} --output {out} --jobs {workers}"
"""The command line that is judged."""

LOOK = Path(__file__).parent / "look.json"
APPLY = "colorfix apply {look} {folder} --output {out} --jobs {workers}"
"""The command line that gives kept gains, with nothing to learn."""

_FLOOR = f"{{python}} {Path(__file__).parent / 'floor.py'} {{folder}} {{out}} --workers {{workers}}"


@dataclass(frozen=True)
class Way:
    """A way over photos.

    Attributes:
        name: in results.
        line: the command line.
        into: where its photos are then, if not in ``{out}``.
        makes: whether it makes that folder itself.
        writes: whether it writes photos; what only starts does not.
        guided: whether the target guides it; how near fixed gains come to the truth says nothing.
        success: the status that it ends with when all is well.
        needs: the program, or the module of this Python, that must be installed; the line's first word, if
            nothing is said.
    """

    name: str
    line: str
    into: str = "{out}"
    makes: bool = True
    writes: bool = True
    guided: bool = True
    success: int = 0
    needs: str = ""

    def command(self, folder: Path, out: Path, workers: int, target: Path) -> list[str]:
        """Return the words of the command line."""
        known = {"folder": folder, "guide": target, "out": out, "workers": workers, "look": LOOK}
        photos = sorted(folder.glob("*.*"))
        known |= {"python": sys.executable, "recipes": RECIPES, "photo": photos[0]}
        words: list[str] = []
        for word in shlex.split(self.line):
            words += map(str, photos if word == "{photos}" else [word.format_map(known)])
        return words

    @property
    def needed(self) -> str:
        """What must be installed; nothing, if that is this Python alone."""
        first = shlex.split(self.line)[0]
        return self.needs or ("" if first == "{python}" else first)

    @property
    def is_installed(self) -> bool:
        """Whether what it needs is there."""
        if self.line.startswith("{python}"):
            return not self.needed or find_spec(self.needed) is not None
        return processes.is_installed(self.needed)

    @property
    def beside(self) -> bool:
        """Whether it writes its photos beside those that it read."""
        return self.into == "{folder}"

    def results(self, folder: Path, out: Path) -> Path:
        """Return the folder that then has the photos."""
        return Path(self.into.format(folder=folder, out=out))


def recipe(name: str, script: str, needs: str) -> Way:
    """Return a way that is written here, over any number of photos."""
    interpreter = "{python}" if script.endswith(".py") else "sh"
    return Way(
        name, f"{interpreter} {{recipes}}/{script} {{out}} {{guide}} {{photos}}", makes=False, needs=needs
    )


FLOORS = (Way("floor", _FLOOR), Way("floor, memory reused", f"{_FLOOR} --reuse"))
"""The better one is what everything is held against."""

DURABLE = Way("floor, fsync", f"{_FLOOR} --reuse --durable")
"""What it costs that a photo is safely on the disk, which colorfix sees to."""

APPLIED = Way("colorfix apply", APPLY, guided=False)

RECIPE_WAYS = (
    recipe("ImageMagick, means", "imagemagick.sh", "mogrify"),
    recipe("GraphicsMagick, means", "graphicsmagick.sh", "gm"),
    recipe("libvips, means", "vips.sh", "vips"),
    recipe("G'MIC, histograms", "gmic.sh", "gmic"),
    recipe("scikit-image, histograms", "scikit_image.py", "skimage"),
    recipe("OpenCV, Reinhard", "opencv.py", "cv2"),
    recipe("colortrans, covariance", "colortrans.sh", "colortrans"),
)
"""Programs and libraries that have all it takes to match a target, but no command that does it for photos."""

PEERS = (
    *RECIPE_WAYS,
    Way(
        "mogrify, fixed gains",
        "mogrify -path {out} -channel R -evaluate multiply 0.8 -channel B -evaluate multiply 1.2 {photos}",
        makes=False,
        guided=False,
    ),
    Way(
        "gm mogrify, fixed gains",
        "gm mogrify -output-directory {out} -create-directories "
        "-operator red multiply 0.8 -operator blue multiply 1.2 {photos}",
        into="{out}{folder}",
        makes=False,
        guided=False,
    ),
    Way(
        "colorcast, mean and deviation",
        "colorcast batch {folder} {guide} --output {out} --method meanstd --workers {workers}",
    ),
    Way("colorcast, histograms", "colorcast batch {folder} {guide} --output {out} --workers {workers}"),
    Way(
        "color-matcher, Reinhard",  # its main returns True, and Python exits with that
        "color-matcher --src={folder} --ref={guide} --method=reinhard",
        into="{folder}/batch_proc_reinhard",
        success=1,
    ),
    Way(
        "color-matcher, its default",
        "color-matcher --src={folder} --ref={guide}",
        into="{folder}/batch_proc_default",
        success=1,
    ),
)
"""Others, over a folder. Those with fixed gains are told them, as ``colorfix apply`` is."""
