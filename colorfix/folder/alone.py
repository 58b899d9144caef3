"""One photo, corrected here: no other process, no journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.correction import Correction, applied, correct_all
from colorfix.errors import OutputError, PhotoError
from colorfix.folder.applied import Applied
from colorfix.folder.checking import checked
from colorfix.folder.doing import check_outputs, described, status_of, written
from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome
from colorfix.folder.originals import Originals
from colorfix.report import text_of
from colorfix.timing import Stages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.described import Described
    from colorfix.targets import Target


def do_alone(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    """Do a job.

    Args:
        job: which.
        targets: what guides it, by the name in the job.
        order: settings and writing.
    """
    try:
        return _done(job, targets, order)
    except (PhotoError, OutputError) as error:
        return Failed(job, error)


def _done(job: Job, targets: Mapping[str, Target], order: Order) -> Outcome:
    stages, writing = Stages(), order.writing
    with stages("read"):
        photo = photos.read(job.source, max_pixels=order.max_pixels)
    if order.writes:
        photos.format_of(job.output)
        check_outputs(job, Originals([job.source, job.target]), overwrite=writing.overwrite)
    found = described(job, photo, targets, order, stages)
    correction = found if isinstance(found, Applied) else _learned(found, order)
    if isinstance(correction, Correction) and order.threshold is not None:
        return checked(job, correction, order.threshold)
    like = status_of(job.source)
    overwrite = writing.overwrite
    with photos.publishing(job.output, overwrite=overwrite, like=like, exactly=writing.preserve) as file:
        report = written(correction, job.output, file, writing, in_full=True)
    if job.report is not None:
        _publish_report(text_of(report), job.report, job.output, overwrite=overwrite)
    return Corrected(job, report)


def _learned(known: Described, order: Order) -> Correction:
    if order.shared is not None:
        return applied(order.shared, known)
    correction = correct_all([known], order.settings)[0]
    if isinstance(correction, PhotoError):
        raise correction
    return correction


def _publish_report(text: str, path: str, photo: str, *, overwrite: bool) -> None:
    """Write the report; where it fails, take a new photo back: a second try then finds nothing in its way."""
    try:
        photos.publish(text.encode(), path, overwrite=overwrite)
    except OutputError:
        if not overwrite and photo != photos.PIPE:
            Path(photo).unlink(missing_ok=True)
        raise
