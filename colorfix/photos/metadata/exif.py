"""An EXIF block, edited byte by byte: the thumbnail corrected, a software tag, and what survives stripping.

A block is the EXIF of any format without the prefix that JPEG puts ahead of it. It is never serialised
anew: that destroys most cameras' maker notes. See ``directories``.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from colorfix.photos.containers.exif_ifd import (
    ASCII,
    SHORT,
    BadDirectory,
    Directory,
    Entry,
    content,
    directory,
    edited,
    existing,
    number,
    order_of,
    packed,
    value,
)
from colorfix.photos.metadata.embedded_previews import jpegs_in, reencoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

PREFIX = b"Exif\0\0"
"""How EXIF begins in a JPEG; PNG, WebP and TIFF do without."""

PROCESSING_SOFTWARE, ORIENTATION = 0x000B, 0x0112
EXIF_IFD, GPS_IFD, MAKER_NOTE = 0x8769, 0x8825, 0x927C

_THUMBNAIL, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_PIXELS = (_THUMBNAIL, 0x0111, 0x0144)  # a thumbnail as JPEG, in strips, in tiles
_STARTS_JPEG = b"\xff\xd8\xff"
_EMPTY = b"MM\0*\0\0\0\x08" + bytes(6)  # a directory without entries
_MOST_PREVIEWS = 16  # in one block; cameras write up to three
_UPRIGHT = 1
_ORIENTATIONS = range(1, 9)
_REMOVED = "has an EXIF thumbnail that cannot be corrected; it is removed"


def corrected(
    block: bytes, change_preview: Callable[[Image.Image], Image.Image], software: str | None
) -> tuple[bytes, tuple[str, ...]]:
    """Return the block of the corrected photo, and a sentence for each thing that could not be kept.

    The thumbnail of IFD1 is corrected in its old place with its old tables (coarser ones if it would not
    fit), and so is every other JPEG in the block, as maker notes hold them. IFD1 goes where its thumbnail
    cannot be corrected: nothing stale stays. ``ProcessingSoftware`` says what was done, so that the
    camera's own ``Software`` stays. A block that is damaged stays as it is.

    Args:
        block: any bytes whatever.
        change_preview: the correction of an 8-bit grey or RGB image.
        software: for the tag; None writes none.

    >>> from PIL import Image
    >>> block, warnings = corrected(new_block("camera"), lambda image: image, "colorfix 1.0")
    >>> software_of(block), warnings
    ('colorfix 1.0', ())
    >>> corrected(b"garbage", lambda image: image, "colorfix 1.0")
    (b'garbage', ('has damaged EXIF (it does not begin like EXIF), which is kept as it is',))
    """
    try:
        first = existing(block)
        written = _with_other_previews(block, first, change_preview)
        written, warnings = _with_thumbnail(written, first, change_preview)
        return (signed(written, software) if software else written), warnings
    except BadDirectory as error:
        return block, (f"has damaged EXIF ({error}), which is kept as it is",)


def corrected_or_new(
    block: bytes, change_preview: Callable[[Image.Image], Image.Image], software: str | None
) -> tuple[bytes, tuple[str, ...]]:
    """Do what ``corrected`` does; an empty block becomes one with the software tag, if that is given."""
    if block:
        return corrected(block, change_preview, software)
    return new_block(software) if software else b"", ()


def signed(block: bytes, software: str) -> bytes:
    """Return the block with its ``ProcessingSoftware`` set; raises BadDirectory."""
    return edited(block, {PROCESSING_SOFTWARE: (ASCII, software.encode() + b"\0")})


def new_block(software: str | None, orientation: int | None = None) -> bytes:
    """Return a block for a photo that had none.

    >>> orientation_of(new_block(None, 6))
    6
    """
    changes = {PROCESSING_SOFTWARE: (ASCII, software.encode() + b"\0")} if software else {}
    if orientation is not None:
        changes[ORIENTATION] = (SHORT, packed("big", SHORT, (orientation,)))
    return edited(_EMPTY, changes)


def stripped(block: bytes) -> bytes | None:
    """Return a block with the orientation alone; None where the photo is upright or nothing is said.

    >>> stripped(new_block("camera", 6)) == new_block(None, 6), stripped(new_block("camera", 1))
    (True, None)
    """
    orientation = orientation_of(block)
    return None if orientation == _UPRIGHT else new_block(None, orientation)


def orientation_of(block: bytes) -> int:
    """Return the orientation, 1 to 8; 1, upright, where the block does not say."""
    try:
        entry = existing(block).find(ORIENTATION)
        stored = value(block, entry) if entry else ()
    except BadDirectory:
        return _UPRIGHT
    number = stored[0] if isinstance(stored, tuple) and stored else _UPRIGHT
    return int(number) if number in _ORIENTATIONS else _UPRIGHT


def oriented(block: bytes, orientation: int) -> bytes:
    """Return the block with another orientation, 1 to 8; one that has that already, or is damaged, as it is.

    >>> orientation_of(oriented(new_block(None, 6), 1))
    1
    """
    if orientation_of(block) == orientation:
        return block
    try:
        return edited(block, {ORIENTATION: (SHORT, packed(order_of(block), SHORT, (orientation,)))})
    except BadDirectory:
        return block


def software_of(block: bytes) -> str | None:
    """Return what ``ProcessingSoftware`` says; None where it is missing; raises BadDirectory."""
    entry = existing(block).find(PROCESSING_SOFTWARE)
    stored = value(block, entry) if entry else None
    return stored if isinstance(stored, str) else None


def without_thumbnail(block: bytes) -> bytes:
    """Return the block without IFD1, its thumbnail's bytes zeroed; raises BadDirectory where IFD0 is bad."""
    pointer = existing(block).next_pointer
    return block if pointer is None else _removed(block, pointer)


def _with_thumbnail(
    block: bytes, first: Directory, change: Callable[[Image.Image], Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    pointer = first.next_pointer
    if pointer is None or number(block, pointer) == 0:
        return block, ()
    try:
        slot, length = _slot(block, pointer)
    except BadDirectory:
        return _removed(block, pointer), (_REMOVED,)
    if slot is None or length is None:  # an IFD1 without pixels
        return block, ()
    old = bytes(block[slot.start : slot.stop])
    fresh = reencoded(old, change)
    if fresh is None:
        return _removed(block, pointer), (_REMOVED,)
    written = bytearray(block)
    written[slot.start : slot.stop] = fresh.ljust(len(old), b"\0")
    written[length.start : length.start + length.size] = len(fresh).to_bytes(length.size, order_of(block))
    return bytes(written), ()


def _with_other_previews(
    block: bytes, first: Directory, change: Callable[[Image.Image], Image.Image]
) -> bytes:
    """Correct the JPEGs of maker notes in place, padded with zeros; what cannot be decoded is none."""
    try:
        thumbnail, _ = _slot(block, first.next_pointer) if first.next_pointer else (None, None)
    except BadDirectory:
        thumbnail = None
    written = bytearray(block)
    for found in islice(jpegs_in(block), _MOST_PREVIEWS):
        old = bytes(block[found])
        fresh = reencoded(old, change) if thumbnail is None or found.start != thumbnail.start else None
        if fresh is not None:
            written[found] = fresh.ljust(len(old), b"\0")
    return bytes(written)


def _slot(block: bytes, pointer: int) -> tuple[slice | None, Entry | None]:
    """Where IFD1's JPEG lies, and the entry that says its length.

    Raises:
        BadDirectory: IFD1 is damaged, or its thumbnail is no JPEG.
    """
    second = directory(block, pointer)
    if second is None or not any(map(second.find, _PIXELS)):
        return None, None
    where, length = second.find(_THUMBNAIL), second.find(_THUMBNAIL_LENGTH)
    if where is None or length is None or {where.count, length.count} != {1}:
        raise BadDirectory("the thumbnail is no JPEG")
    start, size = (int.from_bytes(content(block, entry), order_of(block)) for entry in (where, length))
    if not block.startswith(_STARTS_JPEG, start) or start + size > len(block):
        raise BadDirectory("the thumbnail is no JPEG")
    return slice(start, start + size), length


def _removed(block: bytes, pointer: int) -> bytes:
    written = bytearray(block)
    try:
        slot, _ = _slot(block, pointer)
    except BadDirectory:
        slot = None
    if slot is not None:
        written[slot.start : slot.stop] = bytes(slot.stop - slot.start)
    written[pointer : pointer + 4] = bytes(4)
    return bytes(written)
