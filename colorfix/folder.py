"""Files: plan every job before anything is touched, then do them one by one, an outcome each."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix import __version__, photos
from colorfix.choices import MAX_PIXELS
from colorfix.colour import Statistics, in_srgb_tones
from colorfix.correction import Correction, correct
from colorfix.errors import OutputError, PhotoError, SettingError
from colorfix.report import File, document, text_of
from colorfix.timing import Stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from colorfix.choices import TraceDetail
    from colorfix.settings import Settings
    from colorfix.targets import Target


@dataclass(frozen=True)
class Job:
    """One photo to correct.

    Attributes:
        source: path of the photo.
        output: path to write.
        report: path of the loss report, or None for none.
    """

    source: str
    output: str
    report: str | None


@dataclass(frozen=True)
class Writing:
    """How results are written.

    Attributes:
        overwrite: whether existing files may be replaced.
        photo: how photos are written.
        trace: how much of the trace a report holds.
        preserve: whether outputs get their photo's times and permissions, exactly.
        tag: whether a tag in the photo tells what was done.
    """

    overwrite: bool = False
    photo: photos.Writing = field(default_factory=photos.Writing)
    trace: TraceDetail = "thin"
    preserve: bool = False
    tag: bool = True


@dataclass(frozen=True)
class Corrected:
    """A job done.

    Attributes:
        job: which.
        correction: what was done.
        after: statistics of the written pixels.
        report: the loss report.
    """

    job: Job
    correction: Correction
    after: Statistics
    report: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """A job not done; nothing new stands for it (with leave to overwrite, a photo whose report failed does).

    Attributes:
        job: which.
        error: why, with the file and the remedy.
    """

    job: Job
    error: PhotoError | OutputError


def plan(
    sources: Sequence[str], output: str, *, report: str | None = None, reports: bool = True
) -> tuple[Job, ...]:
    """List every job.

    Args:
        sources: paths of the photos, at least one.
        output: path of the corrected photo; or a folder, if it exists, ends in a slash, or several photos
            are to be corrected: they keep their names.
        report: path of the loss report; None puts it beside the output as ``<stem>.report.json``.
        reports: whether to write any.

    Raises:
        OutputError: two photos would be written to one place.

    >>> plan(["a.jpg"], "out.png")
    (Job(source='a.jpg', output='out.png', report='out.report.json'),)
    >>> [job.output for job in plan(["x/a.jpg", "y/b.jpg"], "out", reports=False)]
    ['out/a.jpg', 'out/b.jpg']
    """
    if output == photos.PIPE and len(sources) > 1:
        raise OutputError("<stdout>", "holds one photo only; name a folder for several")
    if not output:
        raise OutputError("''", "is no name; say where to write, as in -o corrected.jpg")
    into = len(sources) > 1 or output.endswith(os.sep) or Path(output).is_dir()
    if report is not None and (into or not reports):
        raise SettingError(
            "--report names one file, but photos in a folder have one each; leave it out"
            if reports
            else "--report and --no-report cannot both be"
        )
    if into and Path(output).suffix.lower() in photos.SUFFIXES and not Path(output).is_dir():
        raise OutputError(output, "is a photo's name, but there are several photos; name a folder for them")
    outputs = [str(Path(output) / Path(source).name) if into else output for source in sources]
    if into and photos.PIPE in sources:
        raise OutputError(output, "is a folder, but a photo from stdin has no name in it; name the file")
    stems = Counter(str(Path(path).with_suffix("")) for path in outputs)
    found = [_report_of(path, report, stems) if reports else None for path in outputs]
    jobs = tuple(Job(*paths) for paths in zip(sources, outputs, found, strict=True))
    _refuse_clashes(jobs)
    return jobs


def _report_of(output: str, report: str | None, stems: Counter[str]) -> str | None:
    """Where the report goes: beside the photo, if not told; a photo on stdout has no beside.

    Photos that differ by their suffix alone have it in their reports' names too.
    """
    if report is not None or output == photos.PIPE:
        return report
    stem = str(Path(output).with_suffix(""))
    return f"{output if stems[stem] > 1 else stem}.report.json"


def make_folder(jobs: Sequence[Job], output: str) -> None:
    """Make the folder that the plan writes into, where it writes into one that is not there yet.

    Raises:
        OutputError: it cannot be made, such as one whose own parent is missing.
    """
    if all(job.output == output for job in jobs):
        return
    try:
        Path(output).mkdir(exist_ok=True)
    except FileExistsError as error:
        raise OutputError(output, "is a file; name a folder to correct several photos into") from error
    except OSError as error:
        raise OutputError(output, f"cannot be made ({error.strerror}); name a folder that exists") from error


def run(
    jobs: Sequence[Job],
    target: Target,
    settings: Settings,
    writing: Writing,
    *,
    max_pixels: int = MAX_PIXELS,
) -> Iterator[Corrected | Failed]:
    """Do the jobs in order, yielding each outcome as it happens; one failure never stops the next."""
    originals = [*(job.source for job in jobs), target.name]
    for job in jobs:
        try:
            photo, stages = _read(job, writing, originals, max_pixels)
            yield _do(job, photo, target, settings, writing, stages)
        except (PhotoError, OutputError) as error:
            yield Failed(job, error)


def _refuse_clashes(jobs: Sequence[Job]) -> None:
    written = Counter(path for job in jobs for path in (job.output, job.report) if path is not None)
    for job in jobs:
        for path in (job.output, job.report):
            if path is not None and written[path] > 1:
                raise OutputError(path, "would be written twice; choose different names or folders")


def _read(
    job: Job, writing: Writing, originals: Sequence[str], max_pixels: int
) -> tuple[photos.Photo, Stages]:
    """Read a job's photo, and refuse what could not be written, before any work is done for it."""
    stages = Stages()
    with stages("read"):
        photo = photos.read(job.source, max_pixels=max_pixels)
    photos.format_of(job.output)
    for path in (job.output, job.report):
        if path is not None:
            photos.check_writable(path, overwrite=writing.overwrite, sources=originals)
    return photo, stages


def _do(
    job: Job, photo: photos.Photo, target: Target, settings: Settings, writing: Writing, stages: Stages
) -> Corrected:
    """Correct one photo and write it and its report."""
    correction = correct(photo, target, settings=settings)
    like = _status(job.source)
    with photos.publishing(
        job.output, overwrite=writing.overwrite, like=like, exactly=writing.preserve
    ) as file:
        with stages("encode"):
            _encode(correction, photos.format_of(job.output), file, writing)
        with stages("check"):
            written = _read_back(file, photo, job.output)
            after = Statistics(in_srgb_tones(photos.counts(written), correction.change.curve), settings.space)
    seconds = correction.seconds | stages.seconds
    form = photos.format_of(job.output) or photo.format or ""
    lost = photos.losses(photo, form, strip=writing.photo.strip)
    correction = replace(correction, warnings=(*correction.warnings, *lost))
    report = document(correction, output=File.of(written), after=after, seconds=seconds, trace=writing.trace)
    if job.report is not None:
        _publish_report(text_of(report), job.report, job.output, overwrite=writing.overwrite)
    return Corrected(job, correction, after, report)


def _status(source: str) -> os.stat_result | None:
    """Times and permissions of the photo; one from stdin has none."""
    return None if source == photos.PIPE else Path(source).stat()


def _publish_report(text: str, path: str, photo: str, *, overwrite: bool) -> None:
    """Write the report; where it fails, take a new photo back: a second try then finds nothing in its way."""
    try:
        photos.publish(text.encode(), path, overwrite=overwrite)
    except OutputError:
        if not overwrite and photo != photos.PIPE:
            Path(photo).unlink(missing_ok=True)
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


__all__ = ["Corrected", "Failed", "Job", "Writing", "make_folder", "plan", "run"]
