"""What is written for one photo, whatever its pipeline: looked at before, and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix import __version__, photos
from colorfix.batch.process.pipeline import Encoded, Pipeline, Solved, SolvedPhoto
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.errors import OutputError
from colorfix.core.timing import Stages
from colorfix.report import File, digest

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from colorfix.batch.job import Job, Writing
    from colorfix.photos.picture import Change


def write_output(
    pipeline: Pipeline[Any, Solved],
    made: Solved,
    job: Job,
    file: BinaryIO,
    writing: Writing,
    *,
    in_full: bool,
) -> dict[str, Any]:
    """Write a photo into an open file, look at what was written, and return its document.

    Args:
        pipeline: of the photo.
        made: what it says is to be done.
        job: says which file, whose suffix tells the format; and whether a page shows the photo, whose pixels
            are read once more then.
        file: binary, seekable, empty.
        writing: how.
        in_full: whether the document is to hold the trace and the output's SHA-256, which take longer than
            all the rest of it.

    Raises:
        PhotoError, OutputError: the photo cannot be written so, or was not.
    """
    photo, output, stages = made.source, job.output, Stages()
    form = photos.format_of(output)
    in_one_piece = photo.format == "JPEG" and form in {None, photo.format}
    change = pipeline.counting_change(made, spent=in_one_piece and job.page is None)
    with stages("encode"):
        _encode(made, change, form, file, writing)
    with stages("check"):
        known = _file(photo, output, file, form or photo.format or "", hashed=in_full)
        again = _read_back(file, photo, output) if writing.verify else None
    lost = photos.losses(photo, known.format or "", strip=writing.photo.strip)
    trace = writing.trace if in_full else "none"
    return pipeline.report(made, Encoded(known, change, again, stages, lost, trace))


def _file(photo: photos.Photo, output: str, file: BinaryIO, form: str, *, hashed: bool) -> File:
    """Describe what was written by its header: an encoder's word is not enough."""
    try:
        header = photos.header_of(file, photo)
    except OSError as error:
        raise OutputError(output, f"was not written whole ({error}); choose another format") from error
    sizes = {picture.size for picture in photo.pictures}
    if header.format != form or not {header.size, header.size[::-1]} & sizes:  # HEIC is stored upright
        became = f"{header.format} of {header.size}"
        raise OutputError(output, f"{form} of {photo.size} became {became}; choose another format")
    found = digest(photos.read_open_file(file)) if hashed else None
    return File(output, header.bytes, found, header.size, header.mode, header.format)


def _read_back(file: BinaryIO, photo: photos.Photo, name: str) -> photos.Photo:
    """Decode what was written, and see that it has the photo's pictures."""
    most = max(MAX_PIXELS, *(picture.width * picture.height for picture in photo.pictures))
    found = photos.decode(photos.read_open_file(file), name, max_pixels=most)
    sizes = [[picture.size for picture in each.pictures] for each in (photo, found)]
    if [sorted(size) for size in sizes[0]] != [sorted(size) for size in sizes[1]]:  # HEIC is stored upright
        raise OutputError(name, f"pictures of {sizes[0]} became {sizes[1]}; choose another format")
    return found


def _encode(made: SolvedPhoto, change: Change, form: str | None, file: BinaryIO, writing: Writing) -> None:
    """Write the changed photo; where nothing changes, the source's own bytes."""
    photo = made.source
    unchanged = made.change.leaves(photo.first_raster) and form in {None, photo.format}
    if unchanged and writing.photo == photos.Writing() and not photo.warnings:
        file.writelines(photos.pieces(photo.data))
        return
    tag = _software(made.change) if writing.tag and not writing.photo.strip else None
    photos.encode(photo, change, form, file, replace(writing.photo, software=tag))


def _software(change: photos.GainChange) -> str:
    """What a tag says was done: enough to do it again, or to take it back."""
    gains = " ".join(f"{gain:.4f}" for gain in change.gains)
    return f"colorfix {__version__}, gains {gains} in {change.space}"
