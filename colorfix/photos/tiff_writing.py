"""A new TIFF for a photo of another format: a page a picture, as deep as its pixels are."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from colorfix.core.errors import OutputError
from colorfix.core.text import shown
from colorfix.photos.carrying import carried, dpi_of
from colorfix.photos.directories import LONG, RATIONAL, SHORT, UNDEFINED, BadDirectory, packed
from colorfix.photos.placing import as_tiff
from colorfix.photos.tiff_directories import Form
from colorfix.photos.tiff_editing import append_page
from colorfix.photos.tiff_metadata import tiff_with
from colorfix.photos.tiff_strips import changed_rows, packed_strip, predictor_for, regrouped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change, Picture
    from colorfix.photos.tiff_strips import Rows

Tags: TypeAlias = "dict[int, tuple[int, bytes | tuple[int, ...]]]"

OFFSETS, COUNTS = 273, 279  # of strips
_STRIP = 1 << 18  # bytes of samples in a strip, about
_NONE, _DEFLATE = 1, 8
_UNSIGNED, _FLOAT = 1, 3
_GREY, _RGB, _UNASSOCIATED, _INCH = 1, 2, 2, 2
_DOTS = 10_000  # denominator of a resolution
_TOO_LARGE = "would be larger than 4 GiB as TIFF; write another format or a smaller photo"


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write every counted picture as a page, strip by strip.

    Eight bits a channel are not compressed; deeper ones are deflated with the predictor for their kind. A
    palette becomes RGB. EXIF, XMP and captions go with the first page, the profile with each.

    Args:
        photo: of another format.
        change: of a strip of its pixels; grey ones stay as they are.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the file would be larger than 4 GiB.
    """
    counted = [picture for picture in photo.pictures if picture.counted]
    try:
        for number, picture in enumerate(counted):
            changed = (changed_rows(strip, change, picture.width) for strip in picture.strips())
            first = next(changed)
            tags = _layout(photo, picture, first)
            form, directory = _begun(photo, change, file, writing, tags, is_first=number == 0)
            strips = regrouped(chain([first], changed), _rows(picture, first))
            _fill(file, form, directory, (packed_strip(strip, form) for strip in strips))
    except (OverflowError, BadDirectory) as error:
        raise OutputError(shown(photo.name), _TOO_LARGE) from error


def _begun(
    photo: Photo, change: Change, file: BinaryIO, writing: Writing, tags: Tags, *, is_first: bool
) -> tuple[Form, int]:
    """Write a page's directory, whose strips follow; return where it starts."""
    if not is_first:
        form = Form.of(_start_of(file))
        stored = {tag: (kind, _bytes_of(form, kind, numbers)) for tag, (kind, numbers) in tags.items()}
        return form, append_page(file, form, stored)
    metadata = carried(photo, change, writing)
    head = tiff_with(metadata.exif, {**as_tiff(metadata), **tags})
    file.write(head)
    form = Form.of(head)
    return form, form.number(file, form.first, form.pointer)


def _bytes_of(form: Form, kind: int, numbers: bytes | tuple[int, ...]) -> bytes:
    return numbers if isinstance(numbers, bytes) else packed(form.order, kind, numbers)


def _start_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(8)


def _layout(photo: Photo, picture: Picture, first: Rows) -> Tags:
    """Return a page's tags but for what its photo says."""
    samples, kind = first.shape[2], first.dtype
    strips = -(-picture.height // _rows(picture, first))
    colours = samples - 1 + samples % 2
    tags: Tags = {
        256: (LONG, (picture.width,)),
        257: (LONG, (picture.height,)),
        258: (SHORT, (8 * kind.itemsize,) * samples),
        259: (SHORT, (_DEFLATE if predictor_for(kind) else _NONE,)),
        262: (SHORT, (_GREY if colours == 1 else _RGB,)),
        OFFSETS: (LONG, (0,) * strips),
        277: (SHORT, (samples,)),
        278: (LONG, (_rows(picture, first),)),
        COUNTS: (LONG, (0,) * strips),
        284: (SHORT, (1,)),
        339: (SHORT, (_FLOAT if kind.kind == "f" else _UNSIGNED,) * samples),
    }
    if predictor_for(kind):
        tags[317] = SHORT, (predictor_for(kind),)
    if samples > colours:
        tags[338] = SHORT, (_UNASSOCIATED,)
    if photo.profile:
        tags[34675] = UNDEFINED, photo.profile
    return tags | _resolution(photo)


def _resolution(photo: Photo) -> Tags:
    dots = dpi_of(photo)
    if not dots:
        return {}
    across, down = (round(number * _DOTS) for number in dots)
    return {282: (RATIONAL, (across, _DOTS)), 283: (RATIONAL, (down, _DOTS)), 296: (SHORT, (_INCH,))}


def _rows(picture: Picture, first: Rows) -> int:
    return max(1, _STRIP // (picture.width * int(first[0, 0].nbytes)))


def _fill(file: BinaryIO, form: Form, directory: int, strips: Iterable[bytes]) -> None:
    """Write the strips, and where they are."""
    found = {entry.tag: entry for entry in form.entries(file, directory)}
    places = []
    for strip in strips:
        places.append((form.end(file), len(strip)))
        file.write(strip)
    for tag, numbers in zip((OFFSETS, COUNTS), zip(*places, strict=True), strict=True):
        file.seek(found[tag].start)
        file.write(b"".join(form.bytes_of(number, 4) for number in numbers))
