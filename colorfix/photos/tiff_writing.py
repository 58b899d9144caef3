"""A new TIFF for a photo of another format: a page a picture, as deep as its pixels are."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import imagecodecs
import numpy as np
from PIL import Image

from colorfix.errors import OutputError
from colorfix.photos.carrying import carried, dpi_of
from colorfix.photos.directories import LONG, RATIONAL, SHORT, UNDEFINED, BadDirectory, packed
from colorfix.photos.picture import Strip, is_grey
from colorfix.photos.placing import as_tiff
from colorfix.photos.tiff_directories import Form, append_page
from colorfix.photos.tiff_metadata import tiff_with
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change, Picture, Raster

Tags: TypeAlias = "dict[int, tuple[int, bytes | tuple[int, ...]]]"
Rows: TypeAlias = "NDArray[Any]"

OFFSETS, COUNTS = 273, 279  # of strips
_STRIP = 1 << 18  # bytes of samples in a strip, about
_NONE, _DEFLATE, _LEVEL = 1, 8, 1
_HORIZONTAL, _FLOATING = 2, 3  # predictors
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
            changed = (_changed(strip, change, picture.width) for strip in picture.strips())
            first = next(changed)
            tags = _layout(photo, picture, first)
            form, directory = _begun(photo, change, file, writing, tags, is_first=number == 0)
            strips = _regrouped(chain([first], changed), _rows(picture, first))
            _fill(file, form, directory, (_packed(strip, form) for strip in strips))
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
        259: (SHORT, (_DEFLATE if _predictor(kind) else _NONE,)),
        262: (SHORT, (_GREY if colours == 1 else _RGB,)),
        OFFSETS: (LONG, (0,) * strips),
        277: (SHORT, (samples,)),
        278: (LONG, (_rows(picture, first),)),
        COUNTS: (LONG, (0,) * strips),
        284: (SHORT, (1,)),
        339: (SHORT, (_FLOAT if kind.kind == "f" else _UNSIGNED,) * samples),
    }
    if _predictor(kind):
        tags[317] = SHORT, (_predictor(kind),)
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


def _predictor(kind: np.dtype[Any]) -> int:
    """Return the predictor that suits samples; 0 for those that are not compressed."""
    if kind == np.uint8:
        return 0
    return _FLOATING if kind.kind == "f" else _HORIZONTAL


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


def _changed(strip: Strip, change: Change, width: int) -> Rows:
    rows = _array(strip.raster if is_grey(strip.raster) else change(strip))
    if rows.shape[1] != width:
        raise ValueError("a strip that is narrower than its picture")
    return rows


def _array(raster: Raster) -> Rows:
    if isinstance(raster, Image.Image) and raster.mode == "P":
        raster = raster.convert("RGBA" if raster.has_transparency_data else "RGB")
    rows: Rows = np.asarray(raster)
    return rows.reshape(*rows.shape[:2], -1)


def _regrouped(strips: Iterable[Rows], rows: int) -> Iterator[Rows]:
    """The same rows in strips of one height.

    >>> heights = [np.zeros((height, 1, 3)) for height in (3, 1, 4)]
    >>> [len(strip) for strip in _regrouped(heights, 3)]
    [3, 3, 2]
    """
    rest: list[Rows] = []
    for strip in strips:
        stack = np.concatenate([*rest, strip]) if rest else strip
        whole = len(stack) - len(stack) % rows
        yield from (stack[at : at + rows] for at in range(0, whole, rows))
        rest = [stack[whole:]] if whole < len(stack) else []
    yield from rest


def _packed(strip: Rows, form: Form) -> bytes:
    strip = np.ascontiguousarray(strip)
    if not _predictor(strip.dtype):
        return strip.tobytes()
    if _predictor(strip.dtype) == _FLOATING:
        told = np.asarray(imagecodecs.floatpred_encode(strip, axis=-2)).tobytes()
    else:
        told = _in_order(np.asarray(imagecodecs.delta_encode(strip, axis=-2)), form).tobytes()
    return bytes(imagecodecs.deflate_encode(told, _LEVEL))


def _in_order(samples: Rows, form: Form) -> Rows:
    return samples.astype(samples.dtype.newbyteorder("<" if form.order == "little" else ">"), copy=False)
