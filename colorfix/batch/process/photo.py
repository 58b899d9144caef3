"""Steps of one photo, the same for a single photo and for a worker: decode, measure, write its files."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.process.write import write_output
from colorfix.core.atomic import StandardOutput, TemporaryFile, output_file, sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.file_checks import PIPE, check_writable
from colorfix.report import report_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import stat_result
    from typing import Any

    from colorfix.batch.job import Job, Order, Pooled, Writing
    from colorfix.batch.plan.paths import Originals
    from colorfix.batch.process.pipeline import Measured, Pipeline, SolvedPhoto
    from colorfix.core.timing import Stages
    from colorfix.report import Summary


def measure_photo(
    job: Job,
    data: photos.Data,
    order: Order,
    pipeline: Pipeline[Measured, Any],
    originals: Originals,
    *,
    overwrite: bool,
    stages: Stages,
) -> Measured | Pooled:
    """Decode and measure a photo, after a check that its files can be written.

    Args:
        job: the photo.
        data: its file.
        order: the settings of the run.
        pipeline: of the run.
        originals: files that are never overwritten.
        overwrite: whether existing files may be replaced.
        stages: gets the wall time of each stage.

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
    return pipeline.measure(job, photo, stages)


def _check_outputs(job: Job, originals: Originals, *, overwrite: bool) -> None:
    """Refuse a job whose files cannot be written; a photo in place may be replaced."""
    for path in (None if job.in_place else job.output, job.report):
        if path is not None:
            check_writable(path, overwrite=overwrite, sources=originals.named(path))
    if job.page is not None:
        replace = overwrite or job.index is not None  # the folder of an index is ours
        check_writable(job.page, overwrite=replace, sources=originals.named(job.page))


@dataclass(eq=False)
class OutputFiles:
    """The files of one photo, under temporary names until they are published.

    Attributes:
        photo: the corrected photo.
        report_file: the report as a file, or None.
        pages: thumbnails and page, the page last.
        report: the loss report.
        figures: the figures of the photo for an index, or None.
    """

    photo: TemporaryFile | StandardOutput
    report_file: TemporaryFile | StandardOutput | None = None
    pages: list[TemporaryFile | StandardOutput] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    figures: Summary | None = None

    @property
    def all(self) -> list[TemporaryFile | StandardOutput]:
        """All files, in the order in which they are published."""
        return [self.photo, *([] if self.report_file is None else [self.report_file]), *self.pages]

    def sync(self) -> list[stat_result]:
        """Write all files to the disk and return the status of each.

        Raises:
            OutputError: the disk is full or fails.
        """
        return [file.sync() for file in self.all]

    def publish(self) -> None:
        """Rename all files to their final names; if one fails, remove those that are new.

        Raises:
            OutputError: a path exists, or another error of the file system.
        """
        published: list[TemporaryFile | StandardOutput] = []
        for file in self.all:
            try:
                file.publish()
            except OutputError:
                for each in published:
                    if not each.overwrite:
                        Path(each.path).unlink(missing_ok=True)
                raise
            published.append(file)

    def discard(self) -> None:
        """Remove the temporary files that are not published."""
        for file in self.all:
            file.discard()


def write_files(
    pipeline: Pipeline[Any, SolvedPhoto],
    solved: SolvedPhoto,
    job: Job,
    writing: Writing,
    *,
    overwrite: bool,
    in_full: bool,
) -> OutputFiles:
    """Write photo, report and page under temporary names.

    Args:
        pipeline: of the run.
        solved: the photo and its change.
        job: the paths.
        writing: how photos are written.
        overwrite: whether existing files may be replaced.
        in_full: whether the report holds the trace and the output's SHA-256.

    Raises:
        PhotoError, OutputError: a file cannot be written.
    """
    photo = output_file(job.output, overwrite=overwrite or job.in_place)
    files = OutputFiles(photo)
    status = None if job.source == PIPE else Path(job.source).stat()
    try:
        with photo.writing(status, exactly=writing.preserve) as file:
            files.report = write_output(pipeline, solved, job, file, writing, in_full=in_full)
        if job.report is not None:
            files.report_file = output_file(job.report, overwrite=overwrite)
            with files.report_file.writing() as file:
                file.write(report_text(files.report).encode())
        pages, files.figures = pipeline.pages(job, solved, files.report)
        for path, data in pages.items():
            files.pages.append(output_file(path, overwrite=overwrite or job.index is not None))
            with files.pages[-1].writing() as file:
                file.write(data)
    except BaseException:
        files.discard()
        raise
    return files


def sync_folders(outputs: Iterable[OutputFiles]) -> None:
    """Write the folders of published files to the disk, as far as their file systems can."""
    paths = (file.path for files in outputs for file in files.all)
    for folder in {Path(path).parent for path in paths if path != PIPE}:
        with suppress(OSError):
            sync_folder(folder)
