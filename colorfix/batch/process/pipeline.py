"""Protocol of a pipeline: how a run measures, corrects and reports its photos.

Photos are decoded on the processor or, if the user names one, on a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np

from colorfix import photos
from colorfix.core.atomic import PIPE, check_writable
from colorfix.core.errors import GrayPhoto, UncorrectablePhoto
from colorfix.looks.look import Look
from colorfix.photos.pixels.gains import GRAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch.job import Checked, Job, Order, Pooled
    from colorfix.batch.plan.paths import Originals
    from colorfix.core.defaults import TraceDetail
    from colorfix.core.timing import Stages
    from colorfix.correction.settings import Settings
    from colorfix.photos.gpu import DeviceDecoder
    from colorfix.photos.photo import Change
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


@dataclass(frozen=True, eq=False)
class Unchanged:
    """A photo that is passed over.

    Attributes:
        source: the photo as read.
        delta_e: mean CIEDE2000 difference that its correction would make; None for a black and white one.
        seconds: wall time by stage.
        warnings: assumptions that were made, a sentence each.
    """

    source: photos.Photo
    delta_e: float | None
    seconds: dict[str, float]
    warnings: tuple[str, ...] = ()

    @property
    def change(self) -> photos.GainChange:
        """A change that leaves all pixels as they are."""
        return photos.GainChange(np.ones(3))

    @property
    def error(self) -> UncorrectablePhoto:
        """The error that it is with ``--others fail``."""
        if self.delta_e is None:
            return GrayPhoto(self.source.name, GRAY)
        return UncorrectablePhoto(
            self.source.name, f"has no cast (dE {self.delta_e:.1f}); leave it as it is, or lower --only-casts"
        )


class Encoded(NamedTuple):
    """A photo that has been written.

    Attributes:
        file: the file, as its header describes it.
        change: the change through which its pixels went.
        again: the same file decoded, if outputs are verified; else None.
        stages: wall time of writing it.
        lost: metadata and contents that it does not have, a sentence each.
        contents: the names of these contents.
        trace: how much of the trace the report holds.
    """

    file: ReportedFile
    change: Change
    again: photos.Photo | None
    stages: Stages
    lost: tuple[str, ...]
    contents: tuple[str, ...]
    trace: TraceDetail


Measured = TypeVar("Measured", bound=MeasuredPhoto)
Solved = TypeVar("Solved", bound=SolvedPhoto)
Solved_contra = TypeVar("Solved_contra", bound=SolvedPhoto, contravariant=True)


class Results(Protocol[Solved_contra]):
    """Protocol of the results of a photo: its pixels, report and pages."""

    def counting_change(self, solved: Solved_contra, *, spent: bool) -> Change:
        """Return the change to encode with; it may count the pixels that go through it.

        Args:
            solved: the photo.
            spent: whether the pixels may be overwritten, as nothing reads them again.
        """

    def report(self, solved: Solved_contra, encoded: Encoded) -> dict[str, Any]:
        """Return the report of a photo that was written."""

    def pages(
        self, job: Job, solved: Solved_contra, report: dict[str, Any]
    ) -> tuple[dict[str, bytes], Summary | None]:
        """Return page and thumbnails by path, the page last, and the figures for an index."""


class Pipeline(Results[Solved], Protocol[Measured, Solved]):
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
            GrayPhoto: the photo is black and white.
            PhotoError: the photo cannot be corrected, or its target cannot be read.
        """

    def solve(self, measured: Sequence[Measured]) -> Sequence[Solved | UncorrectablePhoto]:
        """Return the change of each photo, or the reason that there is none."""

    def without_gpu(self) -> Pipeline[Measured, Solved]:
        """Return the same pipeline, on the processor only."""

    def verdict(self, job: Job, solved: Solved) -> Checked | Unchanged | None:
        """Return the outcome of a photo that is only checked, or one without a cast; None to write it."""


def decoder_of(settings: Settings) -> DeviceDecoder | None:
    """Return the GPU decoder of a run; None if the processor decodes.

    Only ``device="cuda"`` uses one, not ``auto``: a GPU's codecs round differently, and output bytes must not
    depend on the machine unless the user wants that.

    >>> from colorfix.correction.settings import Settings
    >>> decoder_of(Settings(device="auto"))
    >>> decoder_of(Settings(device="cuda", dither=True)).disabled_reason
    '--dither'
    """
    if settings.device != "cuda":
        return None
    from colorfix.photos.gpu import DeviceDecoder, missing_library

    return DeviceDecoder("cuda", _reason_against(settings) or missing_library())


def without_gpu(order: Order, reason: str) -> Order:
    """Return an order that uses no GPU.

    Args:
        order: the settings of the run.
        reason: why, reported with photos that a GPU would have decoded.
    """
    decoder = None if order.decoder is None else replace(order.decoder, disabled_reason=reason)
    settings = order.settings
    if not isinstance(settings, Look):
        settings = replace(settings, device="cpu")
    return replace(order, settings=settings, decoder=decoder)


def _reason_against(settings: Settings) -> str | None:
    """Return the option for which no photo of a run can be decoded on a GPU; else None."""
    if settings.dither:
        return "--dither"
    if not settings.selection.is_everything or settings.only_region:
        return "a part of the photo is measured"
    return None


def measure_photo(
    job: Job,
    data: photos.Data,
    order: Order,
    pipeline: Pipeline[Measured, Any],
    originals: Originals,
    *,
    overwrite: bool,
    stages: Stages,
) -> Measured | Pooled | Unchanged:
    """Decode and measure a photo, after a check that its files can be written.

    Args:
        job: the photo.
        data: its file.
        order: the settings of the run.
        pipeline: of the run.
        originals: files that are never overwritten.
        overwrite: whether existing files may be replaced.
        stages: gets the wall time of each stage.

    Returns:
        The measured photo, or its statistics alone; a black and white photo as it is.

    Raises:
        PhotoError: the photo or its target cannot be read, or the photo cannot be corrected.
        OutputError: a file cannot be written.
    """
    decode = order.decoder or photos.decode
    with stages("read"):
        name = "<stdin>" if job.source == PIPE else job.source
        photo = decode(data, name, max_pixels=order.max_pixels)
    if order.writes:
        photos.format_of(job.output)
        _check_outputs(job, originals, overwrite=overwrite)
    try:
        return pipeline.measure(job, photo, stages)
    except GrayPhoto:
        return Unchanged(photo, None, stages.seconds)


def _check_outputs(job: Job, originals: Originals, *, overwrite: bool) -> None:
    """Refuse a job whose files cannot be written; a photo in place may be replaced."""
    for path in (None if job.in_place else job.output, job.report):
        if path is not None:
            check_writable(path, overwrite=overwrite, sources=originals.named(path))
    if job.page is not None:
        replace = overwrite or job.index is not None  # the folder of an index is ours
        check_writable(job.page, overwrite=replace, sources=originals.named(job.page))
