"""Protocol of a pipeline: how a run measures, corrects and reports its photos."""

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
    from colorfix.report import ReportedFile, Summary


class MeasuredPhoto(Protocol):
    """A photo and its measurements."""

    @property
    def source(self) -> photos.Photo:
        """The photo as it was read."""


class SolvedPhoto(MeasuredPhoto, Protocol):
    """A photo and the change that corrects it."""

    @property
    def change(self) -> photos.GainChange:
        """The change of its pixels."""

    @property
    def seconds(self) -> dict[str, float]:
        """Wall time by stage."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Assumptions that were made, a sentence each."""


class Encoded(NamedTuple):
    """A photo that has been written.

    Attributes:
        file: the file, as its header describes it.
        change: the change through which its pixels went.
        again: the same file decoded, if outputs are verified; else None.
        stages: wall time of writing it.
        lost: metadata that its format cannot store, a sentence each.
        trace: how much of the trace the report holds.
    """

    file: ReportedFile
    change: Change
    again: photos.Photo | None
    stages: Stages
    lost: tuple[str, ...]
    trace: TraceDetail


Measured = TypeVar("Measured", bound=MeasuredPhoto)
Solved = TypeVar("Solved", bound=SolvedPhoto)


class Pipeline(Protocol[Measured, Solved]):
    """The processing of a run's photos; it can be pickled for workers."""

    @property
    def batched(self) -> bool:
        """Whether many photos are solved at once; otherwise each is written before the next is read."""

    @property
    def needs_spawn(self) -> bool:
        """Whether workers must be spawned, because a library does not survive a fork."""

    def digest(self, target: str) -> str:
        """Return a text that is equal for equal targets.

        Raises:
            PhotoError: the target cannot be read.
        """

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Measured | Pooled:
        """Measure a photo; return its statistics as an outcome if only those are wanted.

        Raises:
            PhotoError: the photo cannot be corrected, or its target cannot be read.
        """

    def solve(self, measured: Sequence[Measured]) -> Sequence[Solved | UncorrectablePhoto]:
        """Return the change of each photo, or the reason that there is none."""

    def without_gpu(self) -> Pipeline[Measured, Solved]:
        """Return the same pipeline, on the processor only."""

    def verdict(self, job: Job, solved: Solved) -> Checked | None:
        """Return the outcome of a photo that is only checked; None for one that is written."""

    def counting_change(self, solved: Solved, *, spent: bool) -> Change:
        """Return the change to encode with; it may count the pixels that go through it.

        Args:
            solved: the photo.
            spent: whether the pixels may be overwritten, as nothing reads them again.
        """

    def report(self, solved: Solved, encoded: Encoded) -> dict[str, Any]:
        """Return the report of a photo that was written."""

    def pages(
        self, job: Job, solved: Solved, report: dict[str, Any]
    ) -> tuple[dict[str, bytes], Summary | None]:
        """Return page and thumbnails by path, the page last, and the figures for an index."""
