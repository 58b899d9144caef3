"""One photo, done here: no other process, no journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.core.atomic import publish, publishing
from colorfix.core.errors import OutputError, PhotoError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import said
from colorfix.core.timing import Stages
from colorfix.folder.choice import treatment_of
from colorfix.folder.decoders import without_gpu
from colorfix.folder.doing import check_outputs, status_of, written
from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome
from colorfix.folder.originals import Originals
from colorfix.photos.gpu_pixels import DeviceLost, is_lost
from colorfix.report import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from colorfix.correction.targets import Target
    from colorfix.folder.treatment import Made, Treatment


def do_alone(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    """Do a job.

    Args:
        job: which.
        targets: what guides it, by the name in the job.
        order: what is done, and how it is written.
    """
    stages = Stages()
    try:
        with stages("read"):
            data = photos.file_of(job.source, order.max_pixels)  # once: a pipe has it no second time
        try:
            return _done(job, data, targets, order, stages)
        except Exception as error:
            reason = f"the GPU failed ({said(error)})"
            if not is_lost(error):
                raise
        except DeviceLost as error:
            reason = f"the GPU failed ({error})"
        return _done(job, data, targets, without_gpu(order, reason), stages)
    except (PhotoError, OutputError) as error:
        return Failed(job, error)


def _done(
    job: Job, data: photos.Data, targets: Mapping[str, Target], order: Order, stages: Stages
) -> Outcome:
    writing = order.writing
    with stages("read"):
        photo = _decoded(data, job.source, order)
    if order.writes:
        photos.format_of(job.output)
        check_outputs(job, Originals([job.source, job.target]), overwrite=writing.overwrite)
    treatment = treatment_of(order, targets)
    made = _treated(treatment, job, photo, stages)
    verdict = treatment.verdict(job, made)
    if verdict is not None:
        return verdict
    like = status_of(job.source)
    overwrite = writing.overwrite
    with publishing(job.output, overwrite=overwrite, like=like, exactly=writing.preserve) as file:
        report = written(treatment, made, job, file, writing, in_full=True)
        pages, figures = treatment.shown(job, made, report)
    beside = [] if job.report is None else [(job.report, text_of(report).encode(), overwrite)]
    beside += [(path, data, overwrite or job.index is not None) for path, data in pages.items()]
    _publish_beside(beside, job.output, overwrite=overwrite)
    return Corrected(job, report, figures)


def _decoded(data: photos.Data, source: str, order: Order) -> photos.Photo:
    decoded = order.decoder or photos.decoded
    return decoded(data, "<stdin>" if source == PIPE else source, max_pixels=order.max_pixels)


def _treated(treatment: Treatment[Any, Made], job: Job, photo: photos.Photo, stages: Stages) -> Made:
    made = treatment.treat([treatment.see(job, photo, stages)])[0]
    if isinstance(made, PhotoError):
        raise made
    return made


def _publish_beside(files: list[tuple[str, bytes, bool]], photo: str, *, overwrite: bool) -> None:
    """Write report and page; where one fails, take back what is new, so that a second try can be."""
    new = [] if overwrite or photo == PIPE else [photo]
    for path, data, may in files:
        try:
            publish(data, path, overwrite=may)
        except OutputError:
            for each in new:
                Path(each).unlink(missing_ok=True)
            raise
        new += [] if may else [path]
