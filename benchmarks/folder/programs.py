"""Programs measured over a folder: loops that only decode and encode, colorfix, and others."""

from __future__ import annotations

from benchmarks.common.paths import BENCHMARKS
from benchmarks.common.programs import RECIPE_PROGRAMS, Program

LINE = "colorfix correct {folder} --target {guide} --output {out} --jobs {workers}"
"""The command line that is judged."""


APPLY = "colorfix apply {look} {folder} --output {out} --jobs {workers}"
"""The command line that gives kept gains, with nothing to learn."""


_FLOOR = f"{{python}} {BENCHMARKS / 'folder' / 'floor.py'} {{folder}} {{out}} --workers {{workers}}"

FLOORS = (Program("floor", _FLOOR), Program("floor, memory reused", f"{_FLOOR} --reuse"))
"""The better one is what everything is held against."""

DURABLE = Program("floor, fsync", f"{_FLOOR} --reuse --durable")
"""What it costs that a photo is safely on the disk, which colorfix sees to."""

APPLIED = Program("colorfix apply", APPLY, guided=False)

PEERS = (
    *RECIPE_PROGRAMS,
    Program(
        "mogrify, fixed gains",
        "mogrify -path {out} -channel R -evaluate multiply 0.8 -channel B -evaluate multiply 1.2 {photos}",
        makes=False,
        guided=False,
    ),
    Program(
        "gm mogrify, fixed gains",
        "gm mogrify -output-directory {out} -create-directories "
        "-operator red multiply 0.8 -operator blue multiply 1.2 {photos}",
        into="{out}{folder}",
        makes=False,
        guided=False,
    ),
    Program(
        "colorcast, mean and deviation",
        "colorcast batch {folder} {guide} --output {out} --method meanstd --workers {workers}",
    ),
    Program("colorcast, histograms", "colorcast batch {folder} {guide} --output {out} --workers {workers}"),
    Program(
        "color-matcher, Reinhard",  # its main returns True, and Python exits with that
        "color-matcher --src={folder} --ref={guide} --method=reinhard",
        into="{folder}/batch_proc_reinhard",
        success=1,
    ),
    Program(
        "color-matcher, its default",
        "color-matcher --src={folder} --ref={guide}",
        into="{folder}/batch_proc_default",
        success=1,
    ),
)
"""Others, over a folder. Those with fixed gains are told them, as ``colorfix apply`` is."""
