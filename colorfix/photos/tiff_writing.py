"""A new TIFF for a photo of another format: a page a picture, as deep as its pixels are."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from PIL import Image
from tifffile import TiffWriter

from colorfix.errors import OutputError
from colorfix.photos.carrying import keywords
from colorfix.photos.picture import is_grey
from colorfix.photos.pillow import save
from colorfix.photos.refusing import MAX_PIXELS
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change, Picture, Raster, Strip

_PROCESSING_SOFTWARE, _SOFTWARE, _ASCII = 0x000B, 305, 2
_CARRIED = {700: 1, 33723: 7, 34377: 1}  # XMP, IPTC, Photoshop's blocks, and of what kind they are
_STRIP = 1 << 18  # bytes of samples in a strip, about
_CLASSIC = (1 << 32) - (1 << 25)  # bytes that a classic TIFF holds, with room for its directories
_DEFLATE_LEVEL = 1


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write every counted picture as a page.

    Eight bits a channel are not compressed; deeper ones are deflated with the predictor for their kind. A
    palette becomes RGB. A photo of one picture and eight bits carries its EXIF; a deeper one or one of
    several pictures carries XMP, IPTC and plain text tags.

    Args:
        photo: of another format.
        change: of a strip of its pixels; grey ones stay as they are.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: nothing of the photo is counted.
    """
    counted = [picture for picture in photo.pictures if picture.counted]
    if not counted:
        raise OutputError(shown(photo.name), "holds nothing to be written; choose another photo")
    if len(counted) == 1 and isinstance(photo.first, Image.Image) and np.prod(photo.size) <= MAX_PIXELS:
        save(photo, change, file, "TIFF", {"RGB", "RGBA", "L", "LA"}, {"compression": "raw"})
        return
    with TiffWriter(file, bigtiff=sum(map(_bytes_of, counted)) > _CLASSIC) as writer:
        for number, picture in enumerate(counted):
            _write_page(writer, picture, change, _settings(photo, writing) if number == 0 else _profile(photo))


def _bytes_of(picture: Picture) -> int:
    return picture.width * picture.height * _array(next(iter(picture.strips())).raster)[0, 0].nbytes


def _write_page(writer: TiffWriter, picture: Picture, change: Change, settings: dict[str, Any]) -> None:
    changed = (_changed(strip, change, picture.width) for strip in picture.strips())
    first = next(changed)
    rows = max(1, _STRIP // (picture.width * first[0, 0].nbytes))
    count, kind = first.shape[2], first.dtype
    predictor = 0 if kind == np.uint8 else 3 if kind.kind == "f" else 2
    strips = (_packed(strip, predictor) for strip in _regrouped(chain([first], changed), rows))
    writer.write(
        strips,
        shape=(picture.height, picture.width, count) if count > 1 else (picture.height, picture.width),
        dtype=kind,
        photometric="rgb" if count > 2 else "minisblack",  # noqa: PLR2004 - grey with alpha
        planarconfig="contig" if count > 1 else None,
        extrasamples=["unassalpha"] if count in {2, 4} else None,
        rowsperstrip=rows,
        compression="deflate" if predictor else None,
        predictor=predictor or None,
        metadata=None,
        **settings,
    )


def _changed(strip: Strip, change: Change, width: int) -> NDArray[Any]:
    array = _array(strip.raster if is_grey(strip.raster) else change(strip))
    if array.shape[1] != width:
        raise ValueError("a strip that is narrower than its picture")
    return array


def _array(raster: Raster) -> NDArray[Any]:
    if isinstance(raster, Image.Image):
        if raster.mode == "P":
            raster = raster.convert("RGBA" if raster.has_transparency_data else "RGB")
        raster = np.asarray(raster)  # type: ignore[assignment] # eight bits
    array: NDArray[Any] = np.asarray(raster)
    return array.reshape(*array.shape[:2], -1)


def _regrouped(strips: Iterable[NDArray[Any]], rows: int) -> Iterator[NDArray[Any]]:
    """The same rows in strips of one height.

    >>> heights = [np.zeros((height, 1, 3)) for height in (3, 1, 4)]
    >>> [len(strip) for strip in _regrouped(heights, 3)]
    [3, 3, 2]
    """
    rest: list[NDArray[Any]] = []
    for strip in strips:
        stack = np.concatenate([*rest, strip]) if rest else strip
        whole = len(stack) - len(stack) % rows
        yield from (stack[at : at + rows] for at in range(0, whole, rows))
        rest = [stack[whole:]] if whole < len(stack) else []
    yield from rest


def _packed(strip: NDArray[Any], predictor: int) -> bytes:
    strip = np.ascontiguousarray(strip)
    if not predictor:
        return strip.tobytes()
    encode = imagecodecs.floatpred_encode if strip.dtype.kind == "f" else imagecodecs.delta_encode
    return bytes(imagecodecs.deflate_encode(np.asarray(encode(strip, axis=-2)).tobytes(), _DEFLATE_LEVEL))


def _profile(photo: Photo) -> dict[str, Any]:
    return {"iccprofile": photo.profile, "software": False}


def _settings(photo: Photo, writing: Writing) -> dict[str, Any]:
    """The first page's metadata, as far as plain tags hold it."""
    told = {} if writing.strip else keywords(photo, "TIFF")
    tags = dict(told.get("exif", {}))
    carried = [(tag, kind, None, tags[tag], True) for tag, kind in _CARRIED.items() if tag in tags]
    texts = [(tag, _ASCII, None, text, True) for tag, text in tags.items() if isinstance(text, str)]
    signed = [(_PROCESSING_SOFTWARE, _ASCII, None, writing.software, True)] if writing.software else []
    resolution = {"resolution": told["dpi"], "resolutionunit": "inch"} if "dpi" in told else {}
    return _profile(photo) | resolution | {"extratags": [*signed, *carried, *texts]}
