"""What one photo is given to, a process each: the floor, starts alone, colorfix, and others."""

from __future__ import annotations

from benchmarks.common.programs import COLORFIX, RECIPE_PROGRAMS, Program

FLOOR = Program("decode and encode", "{python} {recipes}/decode_encode.py {out} {photos}", makes=False)
"""What everything is held against; what it leaves shows how far the photo was from the truth."""

STARTS = (
    Program("import numpy and PIL", "{python} -c 'import numpy, PIL.Image'", makes=False, writes=False),
    Program("import torch", "{python} -c 'import torch'", makes=False, writes=False, needs="torch"),
)
HELP = Program("colorfix --help", "colorfix --help", makes=False, writes=False)
APPLIED = Program(
    "colorfix apply", "colorfix apply {look} {photos} --output {out}/photo.jpg", makes=False, guided=False
)
CORRECTED = Program(
    COLORFIX, "colorfix correct {photos} --target {guide} --output {out}/photo.jpg", makes=False
)

OTHERS = (
    *RECIPE_PROGRAMS,
    Program(
        "color-matcher, Reinhard",  # its main returns True, and Python exits with that
        "color-matcher --src={photo} --ref={guide} --method=reinhard",
        into="{folder}",
        makes=False,
        success=1,
    ),
    Program(
        "color-matcher, its default",
        "color-matcher --src={photo} --ref={guide}",
        into="{folder}",
        makes=False,
        success=1,
    ),
    Program(
        "colorcast, mean and deviation",
        "colorcast transfer {photo} {guide} --output {out}/photo.jpg --method meanstd",
        makes=False,
    ),
    Program(
        "colorcast, histograms", "colorcast transfer {photo} {guide} --output {out}/photo.jpg", makes=False
    ),
)
"""Others that find from the target what to do."""

WAYS = (FLOOR, *STARTS, HELP, APPLIED, CORRECTED, *OTHERS)
