"""Whole programs over a folder of photos, run in alternating rounds."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.common import processes
from benchmarks.common.color import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.common.color import Pixels
    from benchmarks.common.programs import Program

    Truths = Sequence[Pixels]

_EVERY = 4
"""Every so manyth pixel, each program, is compared with the truth."""


def run_once(
    program: Program, folder: Path, workers: int, target: Path, *, watched: bool = False, truths: Truths = ()
) -> dict[str, Any]:
    """Let a program go over a folder once, from links to its photos into a new folder beside it.

    Args:
        program: which.
        folder: its photos are all there is in it.
        workers: how many processes it may use.
        target: the photo that guides it.
        watched: look at its memory, which slows it down.
        truths: what its first photos ought to be; CIEDE2000 to them is measured.

    Raises:
        ProgramFailed: it failed, or did not write every photo.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        photos, out = Path(place) / "photos", Path(place) / "out"
        shutil.copytree(folder, photos, copy_function=os.link)
        count = len(list(photos.iterdir()))
        if not program.makes:
            out.mkdir()
        os.sync()  # nobody pays for what the one before left to write
        command = program.command(photos, out, workers, target)
        cost = processes.run(command, watched=watched, success=program.success)
        record = {"way": program.name, "workers": workers, "photos": count, **_short(asdict(cost))}
        if not program.writes:
            return record
        found = _results(program, folder, photos, out)
        sizes = [path.stat().st_size for path in found]
        if len(found) != count or not all(sizes):
            raise processes.ProgramFailed(f"{program.name} wrote {len(found)} of {count} photos")
        # names differ between programs, their order does not
        compared = zip(found, truths if program.guided else (), strict=False)
        errors = [_error(path, truth) for path, truth in compared]
    return record | {"bytes": sum(sizes)} | ({"errors": errors} if errors else {})


def alternate(
    programs: Sequence[Program],
    folder: Path,
    workers: Sequence[int],
    rounds: int,
    *,
    target: Path,
    truths: Truths = (),
) -> list[dict[str, Any]]:
    """Let programs take turns over a folder, round by round.

    In a round 0 memory is watched, and results are compared with the truths. It comes first, so that the
    others find photos and programs in the page cache, and what Python compiles stored.
    """
    records = []
    for number in range(rounds + 1):
        for count in workers:
            for program in programs:
                first = number == 0
                record = run_once(
                    program, folder, count, target, watched=first, truths=truths if first else ()
                )
                print(f"{folder.name} {number} {record}", file=sys.stderr, flush=True)
                records.append(record | {"round": number})
    return records


def _results(program: Program, folder: Path, photos: Path, out: Path) -> list[Path]:
    suffixes = {path.suffix for path in folder.iterdir()}
    before = {path.name for path in folder.iterdir()} if program.beside else set()
    return sorted(
        path
        for path in program.results(photos, out).iterdir()
        if path.suffix in suffixes and path.name not in before
    )


def _error(path: Path, truth: Pixels) -> float:
    """Return the mean CIEDE2000 of a result to the truth."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))[::_EVERY, ::_EVERY]
    return round(difference(pixels, truth[::_EVERY, ::_EVERY]), 3)


def _short(cost: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in cost.items()}
