"""One photo, one process: colorfix, decoding and encoding alone, and other programs.

As in ``for photo in *.jpg; do colorfix correct $photo …; done``, where start-up counts each time. Each
round takes another photo (``common/synthetic_photos.py``) or another target, and runs all programs; ratios
are taken within the round. Rounds alternate between two targets, both small: a *crop*, which is another
photo of the same scene in neutral light, equally exposed, two thirds as wide and high, with noise of its
own; and a *guide*, the too blue photo of another scene that the sample has. CIEDE2000 is to the scene in
neutral light.

Saves to ``benchmarks/results/single/``. Kinds of photos: 0.3mp, 2mp, 12mp; all by default.

    python -m benchmarks.photo.single [KIND...] [--data FOLDER] [--rounds N] [--trial]
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.common.machine import specification
from benchmarks.common.paths import DATA
from benchmarks.common.results import collect
from benchmarks.common.rounds import run_once
from benchmarks.common.synthetic_photos import KINDS, TRUTHS, photo_of, truth_of, with_noise
from benchmarks.photo.programs import WAYS
from benchmarks.photo.single_tables import TABLES

if TYPE_CHECKING:
    from benchmarks.common.color import Pixels
    from benchmarks.common.synthetic_photos import Kind

    Record = dict[str, Any]

ROUNDS = {"0.3mp": 2 * len(TRUTHS), "2mp": 12, "12mp": 6}
"""By kind of photo; two rounds a photo, one for each target."""

TARGETS = ("crop", "guide")
WIDTH, PART = 640, 2 / 3
"""Of the crop: pixels, of the photo's width and height."""


def crop_of(truth: Pixels, number: int) -> Image.Image:
    """Return another photo of the same scene in neutral light: nearer, with noise of its own."""
    rng = np.random.default_rng([8, number])
    height, width = (round(PART * side) for side in truth.shape[:2])
    top, left = (
        int(rng.integers(side - part)) for side, part in zip(truth.shape, (height, width), strict=False)
    )
    part = truth[top : top + height, left : left + width]
    small = Image.fromarray(part).resize((WIDTH, round(WIDTH * height / width)), Image.Resampling.LANCZOS)
    return Image.fromarray(with_noise(np.asarray(small, np.float32).copy(), rng))


@cache
def truth(kind: Kind, number: int) -> Pixels:
    """Return what a photo ought to be."""
    return truth_of(kind, number)


def laid_out(kind: Kind, number: int, data: Path) -> tuple[Path, dict[str, Path]]:
    """Return a folder with one photo, and its targets by name; made only where they aren't there yet."""
    place = data / f"single-{kind.name}-{number:02}"
    photos, crop = place / "photos", place / "crop.jpg"
    photos.mkdir(parents=True, exist_ok=True)
    if not (photos / "photo.jpg").exists():
        os.link(photo_of(kind, number, data), photos / "photo.jpg")
    if not crop.exists():
        crop_of(truth(kind, number), number).save(crop, quality=92, subsampling="4:2:0")
    guide = TRUTHS[number % len(TRUTHS)].parent / "guide.jpg"
    return photos, dict(zip(TARGETS, (crop, guide), strict=True))


def measured(kind: Kind, rounds: int, data: Path) -> list[Record]:
    """Let all programs take turns on one photo after the other; a round before does not count."""
    installed = [program for program in WAYS if program.is_installed]
    records: list[Record] = [
        {"way": program.name, "missing": program.needed} for program in WAYS if not program.is_installed
    ]
    for number in range(-1, rounds):
        photo, target = divmod(max(number, 0), len(TARGETS))
        folder, targets = laid_out(kind, photo, data)
        name = TARGETS[target]
        for program in installed:
            found = run_once(
                program, folder, 1, targets[name], truths=[truth(kind, photo)] if number >= 0 else ()
            )
            print(f"{kind.name} {number} {found}", file=sys.stderr, flush=True)
            if number >= 0:
                records.append(found | {"round": number, "photo": photo, "target": name})
    return records


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "kinds", nargs="*", type=_kind, metavar="KIND", help="of photos; all, if none is named"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--rounds", type=int, help="for each kind of photo")
    parser.add_argument("--trial", action="store_true", help="save nothing, print the tables")
    return parser.parse_args()


def _kind(name: str) -> str:
    if name not in ROUNDS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(ROUNDS)}")
    return name


def main() -> None:
    """Measure, and save the results."""
    options = parsed()
    data = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    sections = (
        (name, specification() | {"records": measured(KINDS[name], options.rounds or ROUNDS[name], data)})
        for name in options.kinds or ROUNDS
    )
    collect("single", sections, TABLES, trial=options.trial)


if __name__ == "__main__":
    main()
