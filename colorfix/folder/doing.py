"""What is done for one photo: read and measured, then written and reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import __version__, photos
from colorfix.choices import MAX_PIXELS
from colorfix.colour import Statistics, in_srgb_tones
from colorfix.described import Described, describe
from colorfix.errors import OutputError
from colorfix.folder.applied import Applied
from colorfix.report import File, applied_document, digest, document
from colorfix.timing import Stages

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Any, BinaryIO

    from colorfix.colour import Counts
    from colorfix.correction import Correction
    from colorfix.folder.job import Job, Order, Writing
    from colorfix.folder.originals import Originals
    from colorfix.photos.picture import Change
    from colorfix.targets import Target


def described(
    job: Job, photo: photos.Photo, targets: Mapping[str, Target], order: Order, stages: Stages
) -> Described | Applied:
    """Measure a job's photo, unless a look says what it gets; refuse what could not be written before that.

    Raises:
        PhotoError: it cannot be corrected.
        OutputError: the output's suffix is unknown.
    """
    if order.writes:
        photos.format_of(job.output)
    if order.look is not None:
        return Applied.of(photo, order.look, stages)
    return describe(photo, targets[job.target], order.settings, stages)


def check_outputs(job: Job, originals: Originals, *, overwrite: bool) -> None:
    """Refuse a job whose files could not be written; a photo in place was asked for in so many words.

    Raises:
        OutputError: something is in the way.
    """
    for path in (None if job.in_place else job.output, job.report):
        if path is not None:
            photos.check_writable(path, overwrite=overwrite, sources=originals.named(path))
    if job.page is not None:
        may = overwrite or job.index is not None  # what is beside an index is ours
        photos.check_writable(job.page, overwrite=may, sources=originals.named(job.page))


def status_of(source: str) -> os.stat_result | None:
    """Times and permissions of the photo; one from stdin has none."""
    return None if source == photos.PIPE else Path(source).stat()


def written(
    correction: Correction | Applied, job: Job, file: BinaryIO, writing: Writing, *, in_full: bool
) -> dict[str, Any]:
    """Write a corrected photo into an open file, look at what was written, and return the loss report.

    Where no page will show the photo, its own pixels may be overwritten.

    Args:
        correction: what is done to it.
        job: says which file, whose suffix tells the format.
        file: binary, seekable, empty.
        writing: how.
        in_full: whether the report is to hold the trace and the output's SHA-256, which take longer than all
            the rest of it.

    Raises:
        PhotoError, OutputError: the photo cannot be written so, or was not.
    """
    output = job.output
    if job.page is None and _in_one_piece(correction, output):
        correction = replace(correction, change=replace(correction.change, spending=True))
    if isinstance(correction, Applied):
        return _applied(correction, output, file, writing, hashed=in_full)
    counting = photos.Counting(correction.change)
    known, stages, again = _put(correction, counting, output, file, writing, hashed=in_full)
    with stages("check"):
        after = _counted(correction, counting) if again is None else _statistics(again, correction)
    correction = replace(correction, warnings=(*correction.warnings, *_lost(correction, known, writing)))
    seconds = correction.seconds | stages.seconds
    trace = writing.trace if in_full else "none"
    return document(correction, output=known, after=after, seconds=seconds, trace=trace)


def _in_one_piece(correction: Correction | Applied, output: str) -> bool:
    """Whether all pixels are changed in one go, and counted in it: a JPEG becomes a JPEG."""
    selection = photos.EVERYTHING if isinstance(correction, Applied) else correction.settings.selection
    formats = {correction.source.format, photos.format_of(output) or correction.source.format}
    return formats == {"JPEG"} and selection == photos.EVERYTHING


def _applied(
    applied: Applied, output: str, file: BinaryIO, writing: Writing, *, hashed: bool
) -> dict[str, Any]:
    """Write a photo that gets a look; nothing is counted on the way."""
    known, stages, _ = _put(applied, applied.change, output, file, writing, hashed=hashed)
    warnings = (*applied.warnings, *_lost(applied, known, writing))
    seconds = applied.seconds | stages.seconds
    return applied_document(applied.source, applied.look, output=known, seconds=seconds, warnings=warnings)


def _put(
    correction: Correction | Applied,
    change: Change,
    output: str,
    file: BinaryIO,
    writing: Writing,
    *,
    hashed: bool,
) -> tuple[File, Stages, Counts | None]:
    """Write the pixels and look at the file: what it is, the time, and counts of it decoded if asked for."""
    photo, stages = correction.source, Stages()
    form = photos.format_of(output)
    with stages("encode"):
        _encode(correction, change, form, file, writing)
    with stages("check"):
        known = _file(photo, output, file, form or photo.format or "", hashed=hashed)
        again = photos.counts(_read_back(file, photo, output)) if writing.verify else None
    return known, stages, again


def _lost(correction: Correction | Applied, known: File, writing: Writing) -> tuple[str, ...]:
    return photos.losses(correction.source, known.format or "", strip=writing.photo.strip)


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
    found = digest(photos.contents_of(file)) if hashed else None
    return File(output, header.bytes, found, header.size, header.mode, header.format)


def _counted(correction: Correction, counting: photos.Counting) -> Statistics:
    """Statistics as they were counted on the way; or taken now, where not all pixels went that way."""
    everything = correction.settings.selection == photos.EVERYTHING
    whole = everything and all(picture.counted for picture in correction.source.pictures)
    if whole and (counting.counts.sum(axis=1) == correction.before.counts.sum(axis=1)).all():
        return _statistics(counting.counts, correction)
    return correction.after


def _statistics(counts: Counts, correction: Correction) -> Statistics:
    return Statistics(in_srgb_tones(counts, correction.change.curve), correction.settings.space)


def _read_back(file: BinaryIO, photo: photos.Photo, name: str) -> photos.Photo:
    """Decode what was written, and see that it has the photo's pictures."""
    most = max(MAX_PIXELS, *(picture.width * picture.height for picture in photo.pictures))
    found = photos.decoded(photos.contents_of(file), name, max_pixels=most)
    sizes = [[picture.size for picture in each.pictures] for each in (photo, found)]
    if [sorted(size) for size in sizes[0]] != [sorted(size) for size in sizes[1]]:  # HEIC is stored upright
        raise OutputError(name, f"pictures of {sizes[0]} became {sizes[1]}; choose another format")
    return found


def _encode(
    correction: Correction | Applied, change: Change, form: str | None, file: BinaryIO, writing: Writing
) -> None:
    """Write the corrected photo; where nothing changes, the source's own bytes."""
    photo = correction.source
    unchanged = correction.change.leaves(photo.first) and form in {None, photo.format}
    if unchanged and writing.photo == photos.Writing() and not photo.warnings:
        file.writelines(photos.pieces(photo.data))
        return
    tag = _software(correction.change) if writing.tag and not writing.photo.strip else None
    photos.encode(photo, change, form, file, replace(writing.photo, software=tag))


def _software(change: photos.GainChange) -> str:
    """What a tag says was done: enough to do it again, or to take it back."""
    gains = " ".join(f"{gain:.4f}" for gain in change.gains)
    return f"colorfix {__version__}, gains {gains} in {change.space}"
