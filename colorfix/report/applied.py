"""A photo that got a look, as a JSON document of a versioned form: files, gains, versions, time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from colorfix.report.files import File, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.look import Look
    from colorfix.photos import Photo

APPLIED_FORMAT: Final = "colorfix/applied/1"


def applied_schema() -> dict[str, Any]:
    """Return the JSON schema that every such document fulfils."""
    from importlib.resources import files

    text = files("colorfix.report").joinpath("applied-1.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def applied_document(
    photo: Photo, look: Look, *, output: File, seconds: dict[str, float], warnings: Sequence[str]
) -> dict[str, Any]:
    """Describe a photo that got a look; its pixels were not counted, so there are no statistics.

    Args:
        photo: as it was read.
        look: what it got.
        output: the file as it was written.
        seconds: wall time by stage.
        warnings: what had to be assumed or cannot be kept, a sentence each.
    """
    return {
        "format": APPLIED_FORMAT,
        "source": File.of(photo).described(),
        "output": output.described(),
        "gains": look.gains.tolist(),
        "space": look.space,
        "highlights": look.highlights,
        "dither": look.dither,
        "versions": versions(),
        "seconds": {stage: round(taken, 6) for stage, taken in seconds.items()},
        "warnings": list(warnings),
    }
