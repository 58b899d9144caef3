"""Command lines that are measured: colorfix, and programs and libraries that are installed.

In a command line ``{folder}`` is the folder, ``{photos}`` the photos in it, ``{photo}`` the first of them,
``{guide}`` the target, ``{look}`` saved gains, ``{out}`` the output folder, ``{workers}`` the number of
workers, ``{python}`` this Python, ``{recipes}`` the folder of scripts for libraries, and for programs that
have no command for a whole correction.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.common import processes
from benchmarks.common.paths import RECIPES

COLORFIX = "colorfix"
LOOK = RECIPES / "look.json"


@dataclass(frozen=True)
class Program:
    """A program over photos.

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


def recipe(name: str, script: str, needs: str) -> Program:
    """Return a program that is written here, over any number of photos."""
    interpreter = "{python}" if script.endswith(".py") else "sh"
    return Program(
        name, f"{interpreter} {{recipes}}/{script} {{out}} {{guide}} {{photos}}", makes=False, needs=needs
    )


RECIPE_PROGRAMS = (
    recipe("ImageMagick, means", "imagemagick.sh", "mogrify"),
    recipe("GraphicsMagick, means", "graphicsmagick.sh", "gm"),
    recipe("libvips, means", "vips.sh", "vips"),
    recipe("G'MIC, histograms", "gmic.sh", "gmic"),
    recipe("scikit-image, histograms", "scikit_image.py", "skimage"),
    recipe("OpenCV, Reinhard", "opencv.py", "cv2"),
    recipe("colortrans, covariance", "colortrans.sh", "colortrans"),
)
"""Programs and libraries that have all it takes to match a target, but no command that does it for photos."""
