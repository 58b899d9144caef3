"""A job, the settings of a run, and the outcomes of a job: small, and pickled between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from colorfix.core.defaults import MAX_PIXELS, TIMEOUT
from colorfix.photos import Writing as PhotoWriting

if TYPE_CHECKING:
    from colorfix.color.temperature import Light
    from colorfix.core.defaults import Others, TraceDetail
    from colorfix.core.errors import OutputError, PhotoError
    from colorfix.correction.correct import Correction
    from colorfix.correction.pooled import PhotoStatistics
    from colorfix.correction.settings import Settings
    from colorfix.looks.look import Look
    from colorfix.photos.gpu import DeviceDecoder
    from colorfix.report import Summary


@dataclass(frozen=True, slots=True)
class Job:
    """One photo and the paths of its results; small, since there may be a million.

    Attributes:
        source: path of the photo.
        output: path of the corrected photo; empty if the photo is only checked.
        report: path of the loss report, or None.
        target: path of the target, or a virtual one: ``neutral``, or a temperature.
        in_place: whether the output replaces the source.
        backup: path of the backup of the original, or None.
        root: the folder whose tree the output repeats, if the photo is in a folder below it; else None.
        page: path of its page, or None.
        index: path of the index of the page, which needs thumbnails; None for a single page.
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
        """Return the photo's path for a list; the part after ``/./`` is the tree that outputs repeat.

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
        photo: how photos are encoded.
        trace: how much of the trace a report has.
        preserve: whether outputs get the photo's times and permissions.
        tag: whether the software tag of an output names the gains.
        verify: whether each output is decoded again; its header is always checked.
        allow_loss: whether a photo may be replaced in place, without a backup, by one that has lost contents.
    """

    overwrite: bool = False
    photo: PhotoWriting = field(default_factory=PhotoWriting)
    trace: TraceDetail = "thin"
    preserve: bool = False
    tag: bool = True
    verify: bool = False
    allow_loss: bool = False


@dataclass(frozen=True)
class Order:
    """The settings of a run.

    Attributes:
        settings: how photos are corrected; or a look to apply, which needs no target.
        writing: how results are written.
        max_pixels: largest width times height.
        threshold: mean ΔE (CIEDE2000) of a correction above which a photo has a cast, if photos are only
            checked; None if they are corrected.
        only_casts: mean ΔE of a correction up to which a photo has no cast and is passed over; None if every
            photo is corrected.
        others: treatment of photos that are passed over: copied, left out, or failures.
        shared: the correction of all photos; None if each gets its own.
        pooling: whether photos are only measured, for gains that are learned from all together.
        workers: processes; None for one a core, or as many as serve the decoder well.
        memory: bytes of decoded photos in all workers; None for ten photos of 12 megapixels a worker, at most
            a quarter of the machine's memory. A photo larger than a worker's share is processed alone.
        timeout: seconds that a step of a photo may take before its worker is killed.
        fail_fast: whether the first failure ends the run.
        redo: whether photos that an earlier run has finished are processed again.
        journal: path of the journal; None for the common folder of all outputs, or for none with one job.
        decoder: the GPU that decodes and encodes photos; None for the processor.
    """

    settings: Settings | Look
    writing: Writing = field(default_factory=Writing)
    max_pixels: int = MAX_PIXELS
    threshold: float | None = None
    only_casts: float | None = None
    others: Others = "copy"
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
        """Whether results are written; False if photos are only checked or measured."""
        return self.threshold is None and not self.pooling


class Corrected(NamedTuple):
    """Outcome of a photo that was corrected.

    Attributes:
        job: the job.
        report: the loss report.
        figures: its figures for an index, or None.
    """

    job: Job
    report: dict[str, Any]
    figures: Summary | None = None


class Skipped(NamedTuple):
    """Outcome of a photo that an earlier run has finished.

    Attributes:
        job: the job.
        reason: why it is skipped.
        figures: its figures for an index, or None.
    """

    job: Job
    reason: str
    figures: Summary | None = None


class Checked(NamedTuple):
    """Outcome of a photo that was only checked.

    Attributes:
        job: the job.
        delta_e: mean CIEDE2000 difference that its correction would make.
        cast: whether that is above the threshold.
        gains: the gains of the correction: red, green, blue.
        light: the light that they turn gray.
        warnings: assumptions that were made, a sentence each.
    """

    job: Job
    delta_e: float
    cast: bool
    gains: list[float]
    light: Light
    warnings: tuple[str, ...] = ()


class PassedOver(NamedTuple):
    """Outcome of a photo that is not corrected, since it is black and white or has no cast.

    Attributes:
        job: the job.
        delta_e: mean CIEDE2000 difference that its correction would make; None for a black and white one.
        copied: whether the output is the photo as it is; otherwise there is none.
        warnings: assumptions that were made, a sentence each.
    """

    job: Job
    delta_e: float | None = None
    copied: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is not corrected, in a few words."""
        return "black and white" if self.delta_e is None else "without a cast"


class Pooled(NamedTuple):
    """Outcome of a photo that was only measured.

    Attributes:
        job: the job.
        measured: its statistics.
    """

    job: Job
    measured: PhotoStatistics


class Failed(NamedTuple):
    """Outcome of a photo that failed; no new file of it is left (a file that was replaced stays).

    Attributes:
        job: the job.
        error: file, reason and remedy.
    """

    job: Job
    error: PhotoError | OutputError


Outcome: TypeAlias = Corrected | Skipped | Checked | PassedOver | Failed
"""Outcome of a job."""
