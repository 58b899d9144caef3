"""Write one output: encode the photo, verify the file, make the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix import __version__, photos
from colorfix.batch.process.pipeline import Encoded, Pipeline, Solved, SolvedPhoto
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.errors import OutputError
from colorfix.core.timing import Stages
from colorfix.report import ReportedFile, sha256_of

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from colorfix.batch.job import Job, Writing
    from colorfix.photos.picture import Change


def write_output(
    pipeline: Pipeline[Any, Solved],
    solved: Solved,
    job: Job,
    file: BinaryIO,
    writing: Writing,
    *,
    in_full: bool,
) -> dict[str, Any]:
    """Encode a photo into an open file, verify the file, and return the report.

    Args:
        pipeline: of the run.
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
    with stages("encode"):
        _encode(solved, change, form, file, writing)
    with stages("check"):
        known = _file(photo, output, file, form or photo.format or "", hashed=in_full)
        again = _read_back(file, photo, output) if writing.verify else None
    lost = photos.losses(photo, known.format or "", strip=writing.photo.strip)
    trace = writing.trace if in_full else "none"
    return pipeline.report(solved, Encoded(known, change, again, stages, lost, trace))


def _file(photo: photos.Photo, output: str, file: BinaryIO, form: str, *, hashed: bool) -> ReportedFile:
    """Describe the file by its header, and check format and size; the encoder is not trusted."""
    try:
        header = photos.header_of(file, photo)
    except OSError as error:
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


def _encode(solved: SolvedPhoto, change: Change, form: str | None, file: BinaryIO, writing: Writing) -> None:
    """Write the changed photo; if nothing changes, the source's own bytes."""
    photo = solved.source
    unchanged = solved.change.leaves(photo.first_raster) and form in {None, photo.format}
    if unchanged and writing.photo == photos.Writing() and not photo.warnings:
        file.writelines(photos.pieces(photo.data))
        return
    tag = _software(solved.change) if writing.tag and not writing.photo.strip else None
    photos.encode(photo, change, form, file, replace(writing.photo, software=tag))


def _software(change: photos.GainChange) -> str:
    """Return the text of the software tag: enough to repeat or to undo the change."""
    gains = " ".join(f"{gain:.4f}" for gain in change.gains)
    return f"colorfix {__version__}, gains {gains} in {change.space}"
