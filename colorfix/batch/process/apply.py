"""Pipeline that applies a look: nothing is measured and nothing is learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from colorfix import photos
from colorfix.color.statistics import SRGB
from colorfix.core.errors import GrayPhoto
from colorfix.looks.look import Look
from colorfix.photos.pixels.gains import GRAY
from colorfix.report import applied_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch.job import Job
    from colorfix.batch.process.pipeline import Encoded
    from colorfix.core.timing import Stages
    from colorfix.photos.photo import Change


_change = lru_cache(maxsize=8)(Look.change)
"""Return the change of a look for a transfer curve; its tables are computed once."""


@lru_cache(maxsize=8)
def _spending(change: photos.GainChange) -> photos.GainChange:
    return replace(change, in_place=True)


@dataclass(frozen=True, eq=False)
class Applied:
    """A photo and the change that a look makes to it."""

    source: photos.Photo
    change: photos.GainChange
    seconds: dict[str, float]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ApplyLook:
    """Pipeline that applies one look to every photo, one at a time.

    Attributes:
        look: the look.

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

    def digest(self, target: str) -> str:  # noqa: ARG002 - part of the protocol
        """Return an empty text: a look has no target."""
        return ""

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Applied:  # noqa: ARG002 - part of the protocol
        """Return the change of a photo, for its own transfer curve.

        Raises:
            GrayPhoto: the photo is black and white.
        """
        if photos.has_no_colors(photo):
            raise GrayPhoto(photo.name, GRAY)
        curve, doubtful = photos.curve_of(photo) if self.look.space != "srgb" else (SRGB, ())
        return Applied(photo, _change(self.look, curve), stages.seconds, (*photo.warnings, *doubtful))

    def solve(self, measured: Sequence[Applied]) -> Sequence[Applied]:
        """Return the photos unchanged."""
        return measured

    def without_gpu(self) -> ApplyLook:
        """Return itself: it uses no GPU."""
        return self

    def verdict(self, job: Job, solved: Applied) -> None:
        """Return None: every photo is written."""

    def counting_change(self, solved: Applied, *, spent: bool) -> Change:
        """Return the change itself: the report has no statistics."""
        return _spending(solved.change) if spent else solved.change

    def report(self, solved: Applied, encoded: Encoded) -> dict[str, Any]:
        """Return the report, which has no statistics."""
        seconds = solved.seconds | encoded.stages.seconds
        warnings = (*solved.warnings, *encoded.lost)
        return applied_document(
            solved.source,
            self.look,
            output=encoded.file,
            seconds=seconds,
            warnings=warnings,
            lost=encoded.contents,
        )

    def pages(self, job: Job, solved: Applied, report: dict[str, Any]) -> tuple[dict[str, bytes], None]:  # noqa: ARG002 - part of the protocol
        """Return no files: a page is about learned gains."""
        return {}, None
