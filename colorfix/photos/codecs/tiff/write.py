"""A new TIFF for a photo of another format, with a page for each picture, as deep as its pixels."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import imagecodecs
import numpy as np
from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import printable
from colorfix.photos.containers.ifd import LONG, RATIONAL, SHORT, UNDEFINED, BadDirectory, IfdFile
from colorfix.photos.metadata.by_format import as_tiff
from colorfix.photos.metadata.convert import corrected_metadata
from colorfix.photos.metadata.metadata import dots_of
from colorfix.photos.metadata.tiff import tiff_with
from colorfix.photos.photo import is_gray

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from colorfix.photos.containers.ifd import Directory, Order
    from colorfix.photos.metadata.tiff import Tags
    from colorfix.photos.photo import Change, Photo, Picture, Raster, Strip, Writing

Rows: TypeAlias = "NDArray[Any]"

_LEVEL = 1  # of deflate: quick
_HORIZONTAL, _FLOATING = 2, 3  # predictors


def predictor_for(kind: np.dtype[Any]) -> int:
    """Return the predictor for a type of samples; 0 for one that is not compressed."""
    if kind == np.uint8:
        return 0
    return _FLOATING if kind.kind == "f" else _HORIZONTAL


def changed_rows(strip: Strip, change: Change, width: int) -> Rows:
    """Return a strip's changed pixels, shape [H, W, samples]; gray ones do not change.

    Raises:
        ValueError: it is narrower than its picture.
    """
    rows = _array(strip.raster if is_gray(strip.raster) else change(strip))
    if rows.shape[1] != width:
        raise ValueError("a strip that is narrower than its picture")
    return rows


def _array(raster: Raster) -> Rows:
    if isinstance(raster, Image.Image) and raster.mode == "P":
        raster = raster.convert("RGBA" if raster.has_transparency_data else "RGB")
    rows: Rows = np.asarray(raster)
    return rows.reshape(*rows.shape[:2], -1)


def regrouped(strips: Iterable[Rows], rows: int) -> Iterator[Rows]:
    """Yield the same rows in strips of one height.

    >>> heights = [np.zeros((height, 1, 3)) for height in (3, 1, 4)]
    >>> [len(strip) for strip in regrouped(heights, 3)]
    [3, 3, 2]
    """
    rest: list[Rows] = []
    for strip in strips:
        stack = np.concatenate([*rest, strip]) if rest else strip
        whole = len(stack) - len(stack) % rows
        yield from (stack[at : at + rows] for at in range(0, whole, rows))
        rest = [stack[whole:]] if whole < len(stack) else []
    yield from rest


def packed_strip(strip: Rows, order: Order) -> bytes:
    """Return the bytes of a strip: deep samples deflated, 8-bit ones uncompressed."""
    strip = np.ascontiguousarray(strip)
    if not predictor_for(strip.dtype):
        return strip.tobytes()
    if predictor_for(strip.dtype) == _FLOATING:
        predicted = np.asarray(imagecodecs.floatpred_encode(strip, axis=-2)).tobytes()
    else:
        predicted = _in_order(np.asarray(imagecodecs.delta_encode(strip, axis=-2)), order).tobytes()
    return bytes(imagecodecs.deflate_encode(predicted, _LEVEL))


def _in_order(samples: Rows, order: Order) -> Rows:
    return samples.astype(samples.dtype.newbyteorder("<" if order == "little" else ">"), copy=False)


OFFSETS, COUNTS = 273, 279  # of strips
_STRIP = 1 << 18  # bytes of samples in a strip, about
_NONE, _DEFLATE = 1, 8
_UNSIGNED, _FLOAT = 1, 3
_GRAY, _RGB, _UNASSOCIATED, _INCH = 1, 2, 2, 2
_DOTS = 10_000  # denominator of a resolution
_TOO_LARGE = "would be larger than 4 GiB as TIFF; write another format or a smaller photo"


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write every counted picture as a page, strip by strip.

    Eight bits a channel are not compressed; deeper ones are deflated with the predictor for their kind. A
    palette is converted to RGB. The first page has EXIF, XMP and captions, each page the profile.

    Args:
        photo: of another format.
        change: of a strip of its pixels; gray ones do not change.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the file would be larger than 4 GiB.
    """
    metadata, warnings = corrected_metadata(photo, change, writing)
    counted = [picture for picture in photo.pictures if picture.in_statistics]
    directory: Directory | None = None
    try:
        for picture in counted:
            changed = (changed_rows(strip, change, picture.width) for strip in picture.strips())
            first = next(changed)
            tags = _layout(photo, picture, first)
            if directory is None:
                file.write(tiff_with(metadata.exif, {**as_tiff(metadata), **tags}))
            ifds = IfdFile(file)
            directory = ifds.existing() if directory is None else _appended(ifds, tags, directory)
            strips = regrouped(chain([first], changed), _rows(picture, first))
            _fill(ifds, directory, (packed_strip(strip, ifds.order) for strip in strips))
    except (OverflowError, BadDirectory) as error:
        raise OutputError(printable(photo.name), _TOO_LARGE) from error
    return warnings


def _appended(ifds: IfdFile, tags: Tags, last: Directory) -> Directory:
    """Append a page's directory, whose strips follow."""
    stored = {
        tag: (kind, numbers if isinstance(numbers, bytes) else ifds.packed(kind, numbers))
        for tag, (kind, numbers) in tags.items()
    }
    return ifds.append_page(stored, last)


def _layout(photo: Photo, picture: Picture, first: Rows) -> Tags:
    """Return a page's tags, without the photo's metadata."""
    samples, kind = first.shape[2], first.dtype
    strips = -(-picture.height // _rows(picture, first))
    colors = samples - 1 + samples % 2
    tags: Tags = {
        256: (LONG, (picture.width,)),
        257: (LONG, (picture.height,)),
        258: (SHORT, (8 * kind.itemsize,) * samples),
        259: (SHORT, (_DEFLATE if predictor_for(kind) else _NONE,)),
        262: (SHORT, (_GRAY if colors == 1 else _RGB,)),
        OFFSETS: (LONG, (0,) * strips),
        277: (SHORT, (samples,)),
        278: (LONG, (_rows(picture, first),)),
        COUNTS: (LONG, (0,) * strips),
        284: (SHORT, (1,)),
        339: (SHORT, (_FLOAT if kind.kind == "f" else _UNSIGNED,) * samples),
    }
    if predictor_for(kind):
        tags[317] = SHORT, (predictor_for(kind),)
    if samples > colors:
        tags[338] = SHORT, (_UNASSOCIATED,)
    if photo.profile:
        tags[34675] = UNDEFINED, photo.profile
    return tags | _resolution(photo)


def _resolution(photo: Photo) -> Tags:
    dots = dots_of(photo)
    if not dots:
        return {}
    across, down = (round(number * _DOTS) for number in dots)
    return {282: (RATIONAL, (across, _DOTS)), 283: (RATIONAL, (down, _DOTS)), 296: (SHORT, (_INCH,))}


def _rows(picture: Picture, first: Rows) -> int:
    return max(1, _STRIP // (picture.width * int(first[0, 0].nbytes)))


def _fill(ifds: IfdFile, directory: Directory, strips: Iterable[bytes]) -> None:
    """Write the strips, and their positions and lengths into the directory."""
    starts = {entry.tag: entry.start for entry in directory.entries}
    places = []
    for strip in strips:
        places.append((ifds.end(), len(strip)))
        ifds.file.write(strip)
    for tag, numbers in zip((OFFSETS, COUNTS), zip(*places, strict=True), strict=True):
        ifds.overwrite(starts[tag], ifds.packed(LONG, numbers))
