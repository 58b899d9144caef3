"""Run jobs: a single photo in this process, several in worker processes that keep a journal.

Shared gains: one correction for all photos of a run, learned from one photo or from all together.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.job import Corrected, Failed, Job, Order, Outcome, Pooled
from colorfix.batch.plan.paths import Originals
from colorfix.batch.process import pipeline_for
from colorfix.batch.process.pipeline import measure_photo, without_gpu
from colorfix.batch.process.write import sync_folders, write_files
from colorfix.core.defaults import EACH, POOLED
from colorfix.core.errors import OutputError, PhotoError, SettingError
from colorfix.core.text import one_line, printable
from colorfix.core.timing import Stages
from colorfix.correction.correct import correct_all
from colorfix.correction.measured import measure
from colorfix.photos.gpu_pixels import DeviceLost, is_device_lost

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from colorfix.batch.index import PageIndex
    from colorfix.core.errors import UncorrectablePhoto
    from colorfix.correction.correct import Correction
    from colorfix.correction.measured import Measurement
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target


def run_single(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    """Process one photo in this process and return its outcome; it is not recorded in a journal.

    Args:
        job: the photo and the paths of its results.
        targets: the targets, by the name in the job.
        order: the settings of the run.
    """
    stages = Stages()
    try:
        with stages("read"):
            data = photos.read_file(job.source, order.max_pixels)  # once: a pipe cannot be read again
        try:
            return _process(job, data, targets, order, stages)
        except Exception as error:
            reason = f"the GPU failed ({one_line(error)})"
            if not is_device_lost(error):
                raise
        except DeviceLost as error:
            reason = f"the GPU failed ({error})"
        return _process(job, data, targets, without_gpu(order, reason), stages)
    except (PhotoError, OutputError) as error:
        return Failed(job, error)


def _process(
    job: Job, data: photos.Data, targets: Mapping[str, Target], order: Order, stages: Stages
) -> Outcome:
    overwrite = order.writing.overwrite
    pipeline = pipeline_for(order, targets)
    originals = Originals([job.source, job.target])
    measured = measure_photo(job, data, order, pipeline, originals, overwrite=overwrite, stages=stages)
    solved = pipeline.solve([measured])[0]
    if isinstance(solved, PhotoError):
        raise solved
    verdict = pipeline.verdict(job, solved)
    if verdict is not None:
        return verdict
    files = write_files(pipeline, solved, job, order.writing, overwrite=overwrite, in_full=True)
    try:
        files.sync()
        files.publish()
    finally:  # also after Ctrl-C
        files.discard()
    sync_folders([files])
    return Corrected(job, files.report, files.figures)


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
    from colorfix.batch.workers.pool import folders_of
    from colorfix.batch.workers.supervisor import supervise

    with ExitStack() as stack:
        journal = None
        if order.writes:
            path = order.journal or journal_in(common_folder(sorted(folders_of(jobs))))
            journal = stack.enter_context(closing(Journal(path)))
        outcomes = stack.enter_context(closing(supervise(jobs, targets, order, journal)))
        yield from (outcome for outcome in outcomes if not isinstance(outcome, Pooled))


def learn_shared_gains(
    gains_from: str, jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, settings: Settings
) -> Correction | None:
    """Learn one correction for all photos of a run.

    Args:
        gains_from: ``each`` (no shared gains), ``pooled`` (from all photos with equal weight; one that cannot
            be read does not count) or the path of a photo, which need not be one of the run.
        jobs: the photos.
        targets: their targets; only one is allowed.
        order: the settings of the run.
        settings: how photos are corrected.

    Returns:
        The correction, without pixels, or None for ``each``.

    Raises:
        SettingError: the photos have several targets.
        PhotoError: the photo cannot be read or corrected; or none of them can.
    """
    names = set(targets)
    if gains_from == EACH or not names:
        return None
    if len(names) > 1:
        raise SettingError("--gains-from learns once, so from one target; use --target")
    target = targets[names.pop()]
    if gains_from == POOLED:
        described = _pooled(jobs, targets, order, settings)
    else:
        described = measure(photos.read(gains_from, max_pixels=order.max_pixels), target, settings)
    found = _learned(described, settings)
    if isinstance(found, PhotoError):
        raise found
    bare = replace(found.source, data=b"", pictures=(), opened=None, codecs=None)
    return replace(found, source=bare)


def _learned(described: Measurement, settings: Settings) -> Correction | UncorrectablePhoto:
    """Learn the gains; on the processor if the GPU is lost."""
    try:
        return correct_all([described], settings)[0]
    except RuntimeError as error:
        if not is_device_lost(error):
            raise
        return correct_all([described], replace(settings, device="cpu"))[0]


def _pooled(
    jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, settings: Settings
) -> Measurement:
    """Measure all photos on all cores; errors are reported when the photos are corrected."""
    from colorfix.batch.workers.supervisor import supervise
    from colorfix.correction.pooled import PooledStatistics

    pool = PooledStatistics(printable(f"{jobs[0].source} and others"))
    bare = [Job(job.source, "", None, job.target) for job in jobs]
    for outcome in supervise(bare, targets, replace(order, pooling=True, fail_fast=False), None):
        if isinstance(outcome, Pooled):
            pool.add(outcome.measured)
    return pool.measurement(targets[jobs[0].target], settings)
