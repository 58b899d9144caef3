"""What a run does to its photos: one protocol, and the ways in which it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix import photos
    from colorfix.batch.job import Checked, Job, Pooled
    from colorfix.core.defaults import TraceDetail
    from colorfix.core.errors import UncorrectablePhoto
    from colorfix.core.timing import Stages
    from colorfix.photos.picture import Change
    from colorfix.report import Figures, File


class MeasuredPhoto(Protocol):
    """A photo that was read, and what a pipeline has to know of it."""

    @property
    def source(self) -> photos.Photo:
        """The photo as it was read."""


class SolvedPhoto(MeasuredPhoto, Protocol):
    """A photo, and what becomes of its pixels."""

    @property
    def change(self) -> photos.GainChange:
        """What is done to them."""

    @property
    def seconds(self) -> dict[str, float]:
        """Wall time by stage."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be assumed, a sentence each."""


class Encoded(NamedTuple):
    """A photo that stands in a file.

    Attributes:
        file: as its header describes it.
        change: what its pixels went through on their way.
        again: the same file decoded, where that was asked for.
        stages: wall time of writing it.
        lost: what its format cannot keep, a sentence each.
        trace: how much of the trace its report is to hold.
    """

    file: File
    change: Change
    again: photos.Photo | None
    stages: Stages
    lost: tuple[str, ...]
    trace: TraceDetail


Measured = TypeVar("Measured", bound=MeasuredPhoto)
Solved = TypeVar("Solved", bound=SolvedPhoto)


class Pipeline(Protocol[Measured, Solved]):
    """What a run does to its photos; fit to travel to workers.

    Attributes:
        together: whether photos are treated many at once; otherwise each is let go before the next is read.
        afresh: whether workers must start afresh, since what it uses does not survive being copied.
    """

    @property
    def batched(self) -> bool:
        """See above."""

    @property
    def needs_spawn(self) -> bool:
        """See above."""

    def digest(self, target: str) -> str:
        """Return a text that is the same where what guides is.

        Raises:
            PhotoError: the target cannot be read.
        """

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Measured | Pooled:
        """Measure a photo as far as that is needed; or return all that was wanted of it.

        Raises:
            PhotoError: it cannot be corrected, or its target cannot be read.
        """

    def solve(self, known: Sequence[Measured]) -> Sequence[Solved | UncorrectablePhoto]:
        """Say for each what becomes of its pixels, or why nothing can."""

    def without_gpu(self) -> Pipeline[Measured, Solved]:
        """Return the same, done by the processor alone."""

    def verdict(self, job: Job, made: Solved) -> Checked | None:
        """Return what is told of a photo that is not to be written; None for one that is."""

    def counting_change(self, made: Solved, *, spent: bool) -> Change:
        """Return the change as the report wants it to be: it may look at what goes through it.

        Args:
            made: what is to be done.
            spent: whether all pixels go through it at once and nobody reads them again, so that they may be
                overwritten.
        """

    def report(self, made: Solved, encoded: Encoded) -> dict[str, Any]:
        """Return the document of a photo that was written."""

    def pages(
        self, job: Job, made: Solved, report: dict[str, Any]
    ) -> tuple[dict[str, bytes], Figures | None]:
        """Return the files that show it, by their paths, the page last; and what an index tells of it."""
