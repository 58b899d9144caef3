"""A photo gets a look: nothing is measured, and nothing learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from colorfix import photos
from colorfix.color.statistics import SRGB
from colorfix.looks.look import Look
from colorfix.report import applied_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch.job import Job
    from colorfix.batch.process.pipeline import Encoded
    from colorfix.core.timing import Stages
    from colorfix.photos.picture import Change


_change = lru_cache(maxsize=8)(Look.change)
"""The change for a curve: a folder's photos have few, and its tables are made once."""


@lru_cache(maxsize=8)
def _spending(change: photos.GainChange) -> photos.GainChange:
    return replace(change, in_place=True)


@dataclass(frozen=True, eq=False)
class Applied:
    """A photo and what a look does to it.

    Attributes:
        source: the photo as it was read.
        change: what is done to its pixels.
        seconds: wall time by stage.
        warnings: what had to be assumed, a sentence each.
    """

    source: photos.Photo
    change: photos.GainChange
    seconds: dict[str, float]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ApplyLook:
    """The pipeline that gives every photo a look, one at a time: nothing is won by holding several.

    Attributes:
        look: what they get.

    >>> import numpy as np
    >>> from colorfix.batch.job import Job
    >>> from colorfix.looks.look import Look
    >>> from colorfix.core.timing import Stages
    >>> photo = photos.read(np.full((2, 2, 3), 100, np.uint8))
    >>> pipeline = ApplyLook(Look(np.array([0.5, 1.0, 2.0]), "srgb"))
    >>> applied = pipeline.measure(Job("a.png", "b.png", None, "look.json"), photo, Stages())
    >>> photos.assemble(photo.pictures[0], applied.change).getpixel((0, 0))
    (50, 100, 200)
    """

    look: Look

    batched = False
    needs_spawn = False

    def digest(self, target: str) -> str:  # noqa: ARG002 - as learning has it
        """Return what no target makes different."""
        return ""

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Applied:  # noqa: ARG002 - likewise
        """Return what the look does to a photo, by the photo's own transfer curve."""
        curve, doubtful = photos.curve_of(photo) if self.look.space == "linear" else (SRGB, ())
        return Applied(photo, _change(self.look, curve), stages.seconds, (*photo.warnings, *doubtful))

    def solve(self, known: Sequence[Applied]) -> Sequence[Applied]:
        """Return them: all is known already."""
        return known

    def without_gpu(self) -> ApplyLook:
        """Return itself: it uses none."""
        return self

    def verdict(self, job: Job, made: Applied) -> None:
        """Every photo is written."""

    def counting_change(self, made: Applied, *, spent: bool) -> Change:
        """Return the change itself: nothing is counted on the way."""
        return _spending(made.change) if spent else made.change

    def report(self, made: Applied, encoded: Encoded) -> dict[str, Any]:
        """Return its document, which has no statistics."""
        seconds = made.seconds | encoded.stages.seconds
        warnings = (*made.warnings, *encoded.lost)
        return applied_document(
            made.source, self.look, output=encoded.file, seconds=seconds, warnings=warnings
        )

    def pages(self, job: Job, made: Applied, report: dict[str, Any]) -> tuple[dict[str, bytes], None]:  # noqa: ARG002 - likewise
        """Nothing shows it: a page tells how gains were learned."""
        return {}, None
