"""A run: one photo is corrected here, several by worker processes that keep a journal.

One photo, done here: no other process, no journal.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.job import Corrected, Failed, Job, Order, Outcome, Pooled
from colorfix.batch.plan.paths import Originals
from colorfix.batch.process import pipeline_for
from colorfix.batch.process.decoder import without_gpu
from colorfix.batch.process.write import check_outputs, status_of, write_output
from colorfix.core.atomic import publish, publishing
from colorfix.core.errors import OutputError, PhotoError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import one_line
from colorfix.core.timing import Stages
from colorfix.photos.gpu_pixels import DeviceLost, is_device_lost
from colorfix.report import text_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from typing import Any

    from colorfix.batch.index import PageIndex
    from colorfix.batch.process.pipeline import Pipeline, Solved
    from colorfix.correction.targets import Target


def run_single(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    """Do a job.

    Args:
        job: which.
        targets: what guides it, by the name in the job.
        order: what is done, and how it is written.
    """
    stages = Stages()
    try:
        with stages("read"):
            data = photos.read_file(job.source, order.max_pixels)  # once: a pipe has it no second time
        try:
            return _done(job, data, targets, order, stages)
        except Exception as error:
            reason = f"the GPU failed ({one_line(error)})"
            if not is_device_lost(error):
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
    pipeline = pipeline_for(order, targets)
    made = _treated(pipeline, job, photo, stages)
    verdict = pipeline.verdict(job, made)
    if verdict is not None:
        return verdict
    like = status_of(job.source)
    overwrite = writing.overwrite
    with publishing(job.output, overwrite=overwrite, like=like, exactly=writing.preserve) as file:
        report = write_output(pipeline, made, job, file, writing, in_full=True)
        pages, figures = pipeline.pages(job, made, report)
    beside = [] if job.report is None else [(job.report, text_of(report).encode(), overwrite)]
    beside += [(path, data, overwrite or job.index is not None) for path, data in pages.items()]
    _publish_beside(beside, job.output, overwrite=overwrite)
    return Corrected(job, report, figures)


def _decoded(data: photos.Data, source: str, order: Order) -> photos.Photo:
    decoded = order.decoder or photos.decode
    return decoded(data, "<stdin>" if source == PIPE else source, max_pixels=order.max_pixels)


def _treated(pipeline: Pipeline[Any, Solved], job: Job, photo: photos.Photo, stages: Stages) -> Solved:
    made = pipeline.solve([pipeline.measure(job, photo, stages)])[0]
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


def run_jobs(
    jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, index: PageIndex | None = None
) -> Generator[Outcome]:
    """Process jobs and yield each outcome as it happens; one failure does not stop the others.

    A single job without a journal runs in this process. Others run in worker processes, in any order, and are
    recorded in a journal, unless photos are only checked. Close the iterator to stop them.

    Args:
        jobs: the photos.
        targets: the targets, by the name in the job.
        order: the settings of the run.
        index: the page index of the run, or None.

    Raises:
        OutputError: the journal cannot be used, or the index cannot be written.
    """
    updating = nullcontext() if index is None else index.updating(jobs)
    with updating, closing(_outcomes(jobs, targets, order)) as outcomes:
        for outcome in outcomes:
            if index is not None:
                index.add(outcome)
            yield outcome


def _outcomes(jobs: Sequence[Job], targets: Mapping[str, Target], order: Order) -> Generator[Outcome]:
    if not jobs:
        return
    if len(jobs) == 1 and order.journal is None:
        yield run_single(jobs[0], targets, order)
        return
    from colorfix.batch.plan.paths import common_folder
    from colorfix.batch.resume.journal import Journal, journal_in
    from colorfix.batch.workers.cleanup import folders_of
    from colorfix.batch.workers.supervisor import supervise

    with ExitStack() as stack:
        journal = None
        if order.writes:
            path = order.journal or journal_in(common_folder(sorted(folders_of(jobs))))
            journal = stack.enter_context(closing(Journal(path)))
        outcomes = stack.enter_context(closing(supervise(jobs, targets, order, journal)))
        yield from (outcome for outcome in outcomes if not isinstance(outcome, Pooled))
