"""Previews inside a photo's metadata: JPEGs are corrected in place, previews outside EXIF are removed.

A preview with the old colors would be worse than none, and viewers make new ones.
"""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix.core.errors import UnreadablePhoto
from colorfix.photos.containers.jpeg_markers import END, SCAN, decoding_work, markers
from colorfix.photos.pillow_open import open_image, pillow_errors_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

STARTS = b"\xff\xd8\xff"
_LOWEST, _SHORTEST = 0xC0, 4  # a segment's marker, and its bytes
_STEP = 256  # bytes that may be searched in the time of a step from marker to marker
_SPARE = 1 << 20  # bytes that are searched in vain for the ends of JPEGs, beside the length of the data
_MODES = {"RGB", "L"}
_MOST_PIXELS = 1 << 22  # larger than any preview that fits in a segment
_COARSER = (1.0, 1.15, 1.35, 1.7, 2.5, 4.0, 8.0)  # times the old tables, until it fits
_MOST_PREVIEWS = 8  # in one block; cameras write up to three
_LARGEST_STEP = 255  # of a table with one byte an entry


def reencoded(stored: bytes, change: Callable[[Image.Image], Image.Image]) -> bytes | None:
    """Return the JPEG with the change applied, at most as long as before; None if that is impossible.

    It is encoded with the old tables and sampling, or with coarser tables if it would not fit.

    Args:
        stored: a baseline or progressive JPEG, gray or RGB, of at most 4 million pixels.
        change: returns an image of the same size and mode.
    """
    source = _decoded(stored)
    if source is None:
        return None
    image = change(source)
    for times in _COARSER:
        encoded = _encoded(source, image, times)
        if len(encoded) <= len(stored):
            return encoded
    return None


def jpegs_in(data: bytes) -> Iterator[slice]:
    r"""Yield the ranges of whole JPEGs in data, except those inside others.

    The search ends early if its steps in vain cost more than one pass over the data: made-up beginnings of
    JPEGs would each lead through the same segments.

    >>> list(jpegs_in(b"...\xff\xd8\xff\xda\x00\x02...\xff\xd9..."))
    [slice(3, 14, None)]
    """
    start, left = data.find(STARTS), len(data) + _SPARE
    while start >= 0 and left > 0:
        end, cost = _end(data, start + 2, left)
        if end is None:
            left -= cost
        else:
            yield slice(start, end)
        start = data.find(STARTS, end or start + 2)


def corrected_in_place(
    block: bytes, change: Callable[[Image.Image], Image.Image]
) -> tuple[bytes, list[slice]]:
    """Return a block with its JPEGs corrected, padded with zeros, and the ranges of those that cannot be.

    Args:
        block: any bytes.
        change: returns an image of the same size and mode.
    """
    fresh, failed = bytearray(block), []
    for found in islice(jpegs_in(block), _MOST_PREVIEWS):
        corrected = reencoded(block[found], change)
        if corrected is not None:
            fresh[found] = corrected.ljust(found.stop - found.start, b"\0")
        else:
            failed.append(found)
    return bytes(fresh), failed


def _end(data: bytes, at: int, left: int) -> tuple[int | None, int]:
    """Return where a JPEG ends whose second marker is at a position, None for nowhere; and the cost.

    Args:
        data: in which it lies.
        at: position of the marker.
        left: cost at which the search ends.
    """
    before, cost = None, 0
    for marker, start, end in markers(data, at):
        cost += _STEP + start - at
        if marker == END and (start == at or before == SCAN):
            return end, cost
        if marker < _LOWEST or end - start < _SHORTEST or (start != at and before != SCAN) or cost > left:
            return None, cost
        before, at = marker, end
    return None, cost + max(0, len(data) - at)


def _decoded(stored: bytes) -> JpegImageFile | None:
    try:
        with pillow_errors_as(lambda text: UnreadablePhoto("the preview", text)):
            image = open_image(stored, "JPEG")
            if decoding_work(stored, image.size) > _MOST_PIXELS or image.mode not in _MODES:
                return None
            image.load()
    except UnreadablePhoto:
        return None
    return image if isinstance(image, JpegImageFile) else None


def _encoded(source: JpegImageFile, image: Image.Image, times: float) -> bytes:
    numbers = dict.fromkeys(table for _, _, _, table in source.layer)
    tables = [source.quantization[number] for number in numbers]
    if times > 1:
        tables = [[min(round(step * times), _LARGEST_STEP) for step in table] for table in tables]
    encoded = BytesIO()
    image.save(
        encoded,
        "JPEG",
        qtables=tables,
        subsampling=max(get_sampling(source), 0),  # -1: one that Pillow cannot write
        optimize=True,  # costs a tenth more, and fits where the old Huffman tables would not
        exif=b"",
        icc_profile=None,
        comment=None,
    )
    return encoded.getvalue()


_JFIF, _JFXX = b"JFIF\0", b"JFXX\0"
_JFIF_FIXED = 14  # bytes of its content without a thumbnail
_COUNTS = 12  # position of the thumbnail's width and height


def without_jfif_preview(content: bytes) -> bytes | None:
    r"""Return the content of a JPEG's APP0 without its thumbnail; None if nothing else is in it.

    >>> without_jfif_preview(b"JFIF\0\1\2\1\0\x48\0\x48\1\1rgb")
    b'JFIF\x00\x01\x02\x01\x00H\x00H\x00\x00'
    >>> without_jfif_preview(b"JFXX\0\x10...")
    """
    if content.startswith(_JFXX):
        return None
    if content.startswith(_JFIF) and any(content[_COUNTS:_JFIF_FIXED]):
        return content[:_COUNTS] + bytes(2)
    return content
