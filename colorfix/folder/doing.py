"""Jobs are done: read, described, learned, written, an outcome each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import __version__, photos
from colorfix.choices import MAX_PIXELS
from colorfix.colour import Statistics, in_srgb_tones
from colorfix.correction import Correction, correct_all
from colorfix.described import Described, describe
from colorfix.errors import OutputError, PhotoError
from colorfix.folder.backup import keep
from colorfix.folder.checking import checked
from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome, Writing
from colorfix.report import File, document, text_of
from colorfix.timing import Stages

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Mapping, Sequence
    from typing import BinaryIO

    from colorfix.targets import Target


def run(jobs: Sequence[Job], targets: Mapping[str, Target], order: Order) -> Generator[Outcome]:
    """Do the jobs in order, yielding each outcome as it happens; one failure never stops the next.

    Args:
        jobs: which.
        targets: what guides them, by the name in the job.
        order: what holds for all of them.
    """
    for job in jobs:
        try:
            described = _described(job, targets[job.target], order)
            yield _finished(job, correct_all([described], order.settings)[0], order)
        except (PhotoError, OutputError) as error:
            yield Failed(job, error)


def _described(job: Job, target: Target, order: Order) -> Described:
    """Read and measure a job's photo; refuse what could not be written before work is done for it.

    That no result is another job's photo or target is the plan's to know.
    """
    stages = Stages()
    with stages("read"):
        photo = photos.read(job.source, max_pixels=order.max_pixels)
    if order.threshold is not None:
        return describe(photo, target, order.settings, stages)
    photos.format_of(job.output)
    for path in (None if job.in_place else job.output, job.report):
        if path is not None:
            photos.check_writable(path, overwrite=order.writing.overwrite, sources=(job.source, job.target))
    return describe(photo, target, order.settings, stages)


def _finished(job: Job, correction: Correction | PhotoError, order: Order) -> Outcome:
    """Judge a corrected photo, or write it and its report."""
    if isinstance(correction, PhotoError):
        return Failed(job, correction)
    if order.threshold is not None:
        return checked(job, correction, order.threshold)
    return _written(job, correction, order.writing)


def _written(job: Job, correction: Correction, writing: Writing) -> Corrected:
    photo, stages = correction.source, Stages()
    like = _status(job.source)
    overwrite = writing.overwrite or job.in_place
    with photos.publishing(job.output, overwrite=overwrite, like=like, exactly=writing.preserve) as file:
        with stages("encode"):
            _encode(correction, photos.format_of(job.output), file, writing)
        with stages("check"):
            written = _read_back(file, photo, job.output)
            counts = in_srgb_tones(photos.counts(written), correction.change.curve)
            after = Statistics(counts, correction.settings.space)
        if job.backup is not None:
            keep(job.source, job.backup)
    seconds = correction.seconds | stages.seconds
    form = photos.format_of(job.output) or photo.format or ""
    lost = photos.losses(photo, form, strip=writing.photo.strip)
    correction = replace(correction, warnings=(*correction.warnings, *lost))
    report = document(correction, output=File.of(written), after=after, seconds=seconds, trace=writing.trace)
    if job.report is not None:
        _publish_report(text_of(report), job.report, job, overwrite=writing.overwrite)
    return Corrected(job, report)


def _status(source: str) -> os.stat_result | None:
    """Times and permissions of the photo; one from stdin has none."""
    return None if source == photos.PIPE else Path(source).stat()


def _publish_report(text: str, path: str, job: Job, *, overwrite: bool) -> None:
    """Write the report; where it fails, take a new photo back: a second try then finds nothing in its way."""
    try:
        photos.publish(text.encode(), path, overwrite=overwrite)
    except OutputError:
        if not (overwrite or job.in_place or job.output == photos.PIPE):
            Path(job.output).unlink(missing_ok=True)
        raise


def _read_back(file: BinaryIO, photo: photos.Photo, name: str) -> photos.Photo:
    """Decode what was written: an encoder's word is not enough."""
    most = max(MAX_PIXELS, *(picture.width * picture.height for picture in photo.pictures))
    written = photos.decoded(photos.contents_of(file), name, max_pixels=most)
    sizes = [[picture.size for picture in each.pictures] for each in (photo, written)]
    if [sorted(size) for size in sizes[0]] != [sorted(size) for size in sizes[1]]:  # HEIC is stored upright
        raise OutputError(name, f"pictures of {sizes[0]} became {sizes[1]}; choose another format")
    return written


def _encode(correction: Correction, form: str | None, file: BinaryIO, writing: Writing) -> None:
    """Write the corrected photo; where nothing changes, the source's own bytes."""
    photo = correction.source
    unchanged = correction.change.leaves(photo.first) and form in {None, photo.format}
    if unchanged and writing.photo == photos.Writing() and not photo.warnings:
        file.writelines(photos.pieces(photo.data))
        return
    tag = _software(correction) if writing.tag and not writing.photo.strip else None
    photos.encode(photo, correction.change, form, file, replace(writing.photo, software=tag))


def _software(correction: Correction) -> str:
    """What a tag says was done: enough to do it again, or to take it back."""
    gains = " ".join(f"{gain:.4f}" for gain in correction.gains)
    return f"colorfix {__version__}, gains {gains} in {correction.settings.space}"
