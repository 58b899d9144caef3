"""Run jobs: a single photo in this process, several in worker processes that keep a journal."""

from __future__ import annotations

from contextlib import ExitStack, closing, nullcontext
from traceback import format_exception
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.job import Checked, Corrected, Failed, Job, Order, Outcome, Pooled
from colorfix.batch.plan.paths import Originals, page_folders
from colorfix.batch.process import pipeline_for
from colorfix.batch.process.pipeline import Unchanged, measure_photo, without_gpu
from colorfix.batch.process.unchanged import pass_over, passed_over
from colorfix.batch.process.write import sync_folders, write_files
from colorfix.batch.workers.child import ChildEnded, in_child
from colorfix.batch.workers.process import can_fork, signals_blocked
from colorfix.batch.workers.temporary import folders_of, remove_temporary
from colorfix.core.errors import NO_MEMORY, OutputError, PhotoError, UncorrectablePhoto, is_of_the_system
from colorfix.core.text import named, one_line, printable
from colorfix.core.timing import Stages
from colorfix.photos.gpu_pixels import DeviceLost, is_device_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from colorfix.batch.index import PageIndex
    from colorfix.batch.job import PassedOver
    from colorfix.batch.process.write import OutputFiles
    from colorfix.correction.targets import Target


_LATE = "took more than {}; look at the photo or raise --timeout"
_CRASHED = "ended its process ({}); it may be damaged on purpose: leave it out"


def run_single(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    """Process one photo and return its outcome; it is not recorded in a journal.

    The photo is processed in a forked process, which ends if a step takes longer than ``order.timeout``; in
    this process where it cannot be forked, or a GPU is in use, which does not survive a fork.

    Args:
        job: the photo and the paths of its results.
        targets: the targets, by the name in the job.
        order: the settings of the run.
    """
    if order.decoder is not None or not can_fork() or pipeline_for(order, targets).needs_spawn:
        return _attempt(job, targets, order, lambda: None)
    folders = folders_of([job]) | page_folders([job])
    try:
        return in_child(
            lambda step: _attempt(job, targets, order, step),
            order.timeout,
            lambda process: remove_temporary(folders, {process}),
        )
    except ChildEnded as error:
        reason = _LATE if error.timed_out else _CRASHED
        return Failed(job, UncorrectablePhoto(printable(job.source), reason.format(error)))


def _attempt(job: Job, targets: Mapping[str, Target], order: Order, step: Callable[[], None]) -> Outcome:
    """Process one photo; without the GPU if that fails."""
    stages = Stages()
    try:
        with stages("read"):
            data = photos.read_file(job.source, order.max_pixels)  # once: a pipe cannot be read again
        try:
            return _process(job, data, targets, order, stages, step)
        except Exception as error:
            reason = f"the GPU failed ({one_line(error)})"
            if not is_device_lost(error):
                raise
        except DeviceLost as error:
            reason = f"the GPU failed ({error})"
        return _process(job, data, targets, without_gpu(order, reason), stages, step)
    except (PhotoError, OutputError) as error:
        error.add_note("".join(format_exception(error)).rstrip())  # it may come out of another process
        return Failed(job, error)
    except MemoryError:
        return Failed(job, UncorrectablePhoto(printable(job.source), NO_MEMORY))
    except OSError as error:
        if not is_of_the_system(error):
            raise
        reason = f"cannot be done ({named(error)}); check the disk and the folders, and try again"
        return Failed(job, UncorrectablePhoto(printable(job.source), reason))


def _process(
    job: Job,
    data: photos.Data,
    targets: Mapping[str, Target],
    order: Order,
    stages: Stages,
    step: Callable[[], None],
) -> Outcome:
    overwrite = order.writing.overwrite
    pipeline = pipeline_for(order, targets)
    originals = Originals([job.source, job.target])
    measured = measure_photo(job, data, order, pipeline, originals, overwrite=overwrite, stages=stages)
    if isinstance(measured, Unchanged):
        return _pass_over(measured, job, order, step)
    step()
    solved = pipeline.solve([measured])[0]
    if isinstance(solved, PhotoError):
        raise solved
    verdict = pipeline.verdict(job, solved)
    if isinstance(verdict, Checked):
        return verdict
    if verdict is not None:
        return _pass_over(verdict, job, order, step)
    step()
    files = write_files(pipeline, solved, job, order.writing, overwrite=overwrite, in_full=True)
    _publish(files, step)
    return Corrected(job, files.report, files.figures)


def _pass_over(unchanged: Unchanged, job: Job, order: Order, step: Callable[[], None]) -> PassedOver:
    files = pass_over(unchanged, job, order, overwrite=order.writing.overwrite)
    if files is not None:
        _publish(files, step)
    return passed_over(unchanged, job, files)


def _publish(files: OutputFiles, step: Callable[[], None]) -> None:
    try:
        step()
        files.sync()
        step()
        with signals_blocked():  # a photo gets its report
            files.publish()
    finally:  # also after Ctrl-C
        files.discard()
    sync_folders([files])


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
    from colorfix.batch.workers.supervisor import supervise

    with ExitStack() as stack:
        journal = None
        if order.writes:
            path = order.journal or journal_in(common_folder(sorted(folders_of(jobs))))
            journal = stack.enter_context(closing(Journal(path)))
        outcomes = stack.enter_context(closing(supervise(jobs, targets, order, journal)))
        yield from (outcome for outcome in outcomes if not isinstance(outcome, Pooled))
