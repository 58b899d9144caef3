"""One photo to correct, and what became of it: small, and fit to travel between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from colorfix.core.defaults import MAX_PIXELS, TIMEOUT
from colorfix.photos import Writing as PhotoWriting

if TYPE_CHECKING:
    from colorfix.core.defaults import TraceDetail
    from colorfix.core.errors import OutputError, PhotoError
    from colorfix.correction.pooled import PhotoStatistics
    from colorfix.correction.result import Correction
    from colorfix.correction.settings import Settings
    from colorfix.looks.look import Look
    from colorfix.photos.gpu import DeviceDecoder
    from colorfix.report import Summary


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to correct; small, since there may be a million.

    Attributes:
        source: path of the photo.
        output: path to write; empty where the photo is only checked.
        report: path of the loss report, or None for none.
        target: path of what guides it, or ``neutral``.
        in_place: whether the output, which is the source, is to be replaced.
        backup: path under which the original is kept before that, or None.
        root: the folder whose tree the output keeps, where the photo lies in a folder below it; else None.
        page: path of its page, or None for none.
        index: path of the index that the page belongs to, which wants thumbnails too; None for a page alone.
    """

    source: str
    output: str
    report: str | None
    target: str
    in_place: bool = False
    backup: str | None = None
    root: str | None = None
    page: str | None = None
    index: str | None = None

    @property
    def listed(self) -> str:
        """How a list names the photo so that its tree is kept again: the tree begins behind ``/./``.

        >>> Job("shoot/day1/a.jpg", "out/day1/a.jpg", None, "neutral", root="shoot").listed
        'shoot/./day1/a.jpg'
        >>> Job("a.jpg", "out/a.jpg", None, "neutral").listed
        'a.jpg'
        """
        if self.root is None:
            return self.source
        return f"{self.root or '.'}/./{self.source[len(self.root) :].lstrip('/')}"


@dataclass(frozen=True)
class Writing:
    """How results are written.

    Attributes:
        overwrite: whether existing files may be replaced.
        photo: how photos are written.
        trace: how much of the trace a report holds.
        preserve: whether outputs get their photo's times and permissions, exactly.
        tag: whether a tag in the photo tells what was done.
        verify: whether each output is decoded again before it counts; its header is looked at always.
    """

    overwrite: bool = False
    photo: PhotoWriting = field(default_factory=PhotoWriting)
    trace: TraceDetail = "thin"
    preserve: bool = False
    tag: bool = True
    verify: bool = False


@dataclass(frozen=True)
class Order:
    """What holds for all jobs of a run.

    Attributes:
        settings: how photos are corrected; or a look that all of them get, for which nothing is learned and
            no target is asked for.
        writing: how results are written.
        max_pixels: width times height that is still accepted.
        threshold: mean ΔE (CIEDE2000) of a correction above which a photo has a cast, where photos are only
            checked; None where they are corrected.
        shared: the correction that all photos get; None where each gets its own.
        pooling: whether photos are only measured, to be learned together as one.
        workers: processes; None is one a core that this process may use, or what a decoder serves well.
        memory: bytes of decoded photos in flight, over all workers; None is the room of ten photos of 12
            megapixels a worker, and a quarter of the machine's memory at the most. A photo that is larger
            than a worker's share is held alone.
        timeout: seconds that any step of a photo may take before its worker is killed.
        fail_fast: whether the first failure ends the run.
        redo: whether photos that an earlier run has done are done again.
        journal: path of the run's journal; None puts it into the folder that all outputs have in common,
            or, for a single job, keeps none.
        decoder: what decodes photos instead of this processor, and so encodes them; None for nothing.
    """

    settings: Settings | Look
    writing: Writing = field(default_factory=Writing)
    max_pixels: int = MAX_PIXELS
    threshold: float | None = None
    shared: Correction | None = None
    pooling: bool = False
    workers: int | None = None
    memory: int | None = None
    timeout: float = TIMEOUT
    fail_fast: bool = False
    redo: bool = False
    journal: str | None = None
    decoder: DeviceDecoder | None = None

    @property
    def writes(self) -> bool:
        """Whether anything is written; not where photos are only looked at."""
        return self.threshold is None and not self.pooling


class Corrected(NamedTuple):
    """A job done.

    Attributes:
        job: which.
        report: the loss report.
        figures: what an index tells of it, where there is one.
    """

    job: Job
    report: dict[str, Any]
    figures: Summary | None = None


class Skipped(NamedTuple):
    """A job that an earlier run did; nothing is left to do.

    Attributes:
        job: which.
        reason: how that is known.
        figures: what an index tells of it, where there is one.
    """

    job: Job
    reason: str
    figures: Summary | None = None


class Checked(NamedTuple):
    """A photo looked at; nothing was written.

    Attributes:
        job: which.
        delta_e: how far its correction would move it, mean CIEDE2000.
        cast: whether that is above the threshold.
        gains: what would correct it, red, green, blue.
        warnings: what had to be assumed, a sentence each.
    """

    job: Job
    delta_e: float
    cast: bool
    gains: list[float]
    warnings: tuple[str, ...] = ()


class Pooled(NamedTuple):
    """A photo measured, to be learned together with others as one.

    Attributes:
        job: which.
        measured: what it adds.
    """

    job: Job
    measured: PhotoStatistics


class Failed(NamedTuple):
    """A job not done; nothing new stands for it (with leave to overwrite, a photo whose report failed does).

    Attributes:
        job: which.
        error: why, with the file and the remedy.
    """

    job: Job
    error: PhotoError | OutputError


Outcome: TypeAlias = Corrected | Skipped | Checked | Failed
"""What became of a job."""
