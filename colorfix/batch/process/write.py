"""Write the files of one photo: encode it, verify the file, make report and page; publish all together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import __version__, photos
from colorfix.batch.process.pipeline import Encoded, Results, SolvedPhoto
from colorfix.core.atomic import PIPE, StandardOutput, TemporaryFile, output_file, sync_folder
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.errors import OutputError, UnreadablePhoto, is_of_the_system
from colorfix.core.text import printable
from colorfix.core.timing import Stages
from colorfix.report import ReportedFile, report_text, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import stat_result
    from typing import Any, BinaryIO

    from colorfix.batch.job import Job, Writing
    from colorfix.photos.photo import Change
    from colorfix.report import Summary


_WOULD_LOSE = "would lose {} in place; use --backup to keep the original, or --allow-loss"
_GONE = "was moved or removed while it was corrected; put it back and try again"


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
    pipeline: Results[Any],
    solved: SolvedPhoto,
    job: Job,
    writing: Writing,
    *,
    overwrite: bool,
    in_full: bool,
) -> OutputFiles:
    """Write photo, report and page under temporary names.

    Args:
        pipeline: of the run, or of copies.
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
    status = None if job.source == PIPE else _status_of(job.source)
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


def _status_of(source: str) -> stat_result:
    try:
        return Path(source).stat()
    except OSError as error:
        raise UnreadablePhoto(printable(source), _GONE) from error


def sync_folders(outputs: Iterable[OutputFiles]) -> None:
    """Write the folders of published files to the disk, as far as their file systems can."""
    paths = (file.path for files in outputs for file in files.all)
    for folder in {Path(path).parent for path in paths if path != PIPE}:
        sync_folder(folder)


def write_output(
    pipeline: Results[Any],
    solved: SolvedPhoto,
    job: Job,
    file: BinaryIO,
    writing: Writing,
    *,
    in_full: bool,
) -> dict[str, Any]:
    """Encode a photo into an open file, verify the file, and return the report.

    Args:
        pipeline: of the run, or of copies.
        solved: the photo and its change.
        job: the output path, whose suffix names the format; and whether there is a page, which needs the
            pixels after the photo is written.
        file: binary, seekable, empty.
        writing: how photos are written.
        in_full: whether the report holds the trace and the output's SHA-256, the slowest parts of it.

    Raises:
        PhotoError, OutputError: the photo cannot be written, or the file is not as it should be.
    """
    photo, output, stages = solved.source, job.output, Stages()
    form = photos.format_of(output)
    in_one_piece = photo.format == "JPEG" and form in {None, photo.format}
    change = pipeline.counting_change(solved, spent=in_one_piece and job.page is None)
    copied, contents = _is_copy(solved, form, writing), tuple[str, ...]()
    if not copied:
        contents = photos.lost_contents(photo, form or photo.format or "", strip=writing.photo.strip)
    if contents and job.in_place and job.backup is None and not writing.allow_loss:
        raise OutputError(printable(job.source), _WOULD_LOSE.format(photos.listed(contents)))
    with stages("encode"):
        found = _copy(photo, file) if copied else _encode(solved, change, form, file, writing)
    with stages("check"):
        known = _file(photo, output, file, form or photo.format or "", hashed=in_full)
        again = _read_back(file, photo, output) if writing.verify else None
    lost = (*photos.losses(photo, known.format or "", strip=writing.photo.strip), *found)
    trace = writing.trace if in_full else "none"
    return pipeline.report(solved, Encoded(known, change, again, stages, lost, contents, trace))


def _file(photo: photos.Photo, output: str, file: BinaryIO, form: str, *, hashed: bool) -> ReportedFile:
    """Describe the file by its header, and check format and size; the encoder is not trusted."""
    try:
        header = photos.header_of(file, photo)
    except OSError as error:
        if is_of_the_system(error):
            raise
        raise OutputError(output, f"was not written whole ({error}); choose another format") from error
    sizes = {picture.size for picture in photo.pictures}
    if header.format != form or not {header.size, header.size[::-1]} & sizes:  # HEIC is stored upright
        became = f"{header.format} of {header.size}"
        raise OutputError(output, f"{form} of {photo.size} became {became}; choose another format")
    found = sha256_of(photos.read_open_file(file)) if hashed else None
    return ReportedFile(output, header.bytes, found, header.size, header.mode, header.format)


def _read_back(file: BinaryIO, photo: photos.Photo, name: str) -> photos.Photo:
    """Decode the file and check that it has the photo's pictures."""
    most = max(MAX_PIXELS, *(picture.width * picture.height for picture in photo.pictures))
    found = photos.decode(photos.read_open_file(file), name, max_pixels=most)
    sizes = [[picture.size for picture in each.pictures] for each in (photo, found)]
    if [sorted(size) for size in sizes[0]] != [sorted(size) for size in sizes[1]]:  # HEIC is stored upright
        raise OutputError(name, f"pictures of {sizes[0]} became {sizes[1]}; choose another format")
    return found


def _is_copy(solved: SolvedPhoto, form: str | None, writing: Writing) -> bool:
    """Whether nothing changes, so that the source's own bytes are written."""
    photo = solved.source
    unchanged = solved.change.leaves(photo.first_raster) and form in {None, photo.format}
    return unchanged and writing.photo == photos.Writing() and not photo.warnings


def _copy(photo: photos.Photo, file: BinaryIO) -> tuple[str, ...]:
    """Write the source's own bytes; nothing is lost."""
    file.writelines(photos.pieces(photo.data))
    return ()


def _encode(
    solved: SolvedPhoto, change: Change, form: str | None, file: BinaryIO, writing: Writing
) -> tuple[str, ...]:
    """Write the changed photo, and return the losses that were found while writing."""
    tag = _software(solved.change) if writing.tag and not writing.photo.strip else None
    return photos.encode(solved.source, change, form, file, replace(writing.photo, software=tag))


def _software(change: photos.GainChange) -> str:
    """Return the text of the software tag: enough to repeat or to undo the change."""
    gains = " ".join(f"{gain:.4f}" for gain in change.gains)
    return f"colorfix {__version__}, gains {gains} in {change.space}"
