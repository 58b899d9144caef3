"""Edits of an EXIF block: the thumbnail corrected, the software tag set, the block stripped.

A block is the EXIF of any format without JPEG's prefix. It is edited in place and never serialized again,
which would destroy most cameras' maker notes.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from colorfix.photos.containers.dead_pointers import keep_dead
from colorfix.photos.containers.ifd import ASCII, RATIONAL, SHORT, BadDirectory, Entry, IfdFile
from colorfix.photos.metadata.embedded_previews import jpegs_in, reencoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

PREFIX = b"Exif\0\0"
"""Beginning of EXIF in a JPEG."""

DOTS = (72.0, 72.0)
"""Dots an inch of a photo that does not say."""

PROCESSING_SOFTWARE, ORIENTATION = 0x000B, 0x0112
EXIF_IFD, GPS_IFD, MAKER_NOTE = 0x8769, 0x8825, 0x927C

_COLOR_SPACE, _INTEROPERABILITY, _RULES = 0xA001, 0xA005, 0x0001
_CANONS_ADOBE_RGB, _UNCALIBRATED = 2, 0xFFFF  # color spaces
_THUMBNAIL, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_PIXELS = (_THUMBNAIL, 0x0111, 0x0144)  # a thumbnail as JPEG, in strips, in tiles
_STARTS_JPEG = b"\xff\xd8\xff"
_EMPTY = b"MM\0*\0\0\0\x08" + bytes(6)  # a directory without entries
_MOST_PREVIEWS = 4  # in one block; cameras write up to three
_UPRIGHT = 1
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _CHROMA_POSITION = 0x011A, 0x011B, 0x0128, 0x0213
_INCH, _CENTERED = 2, 1
_UNIT = 100  # denominator of a resolution
_ORIENTATIONS = range(1, 9)
_REMOVED = "has an EXIF thumbnail that cannot be corrected; it is removed"


def corrected(
    block: bytes, change_preview: Callable[[Image.Image], Image.Image], software: str | None
) -> tuple[bytes, tuple[str, ...]]:
    """Return the block of the corrected photo, and a sentence for each loss.

    The thumbnail of IFD1 is corrected in place with its old tables (coarser ones if it would not fit), and
    so are other JPEGs in the block, as in maker notes. IFD1 is removed if its thumbnail cannot be corrected.
    The software goes to ``ProcessingSoftware``, so that the camera's own ``Software`` stays. A damaged block
    is not changed.

    Args:
        block: any bytes.
        change_preview: the correction of an 8-bit gray or RGB image.
        software: for the tag; None for no tag.

    >>> from PIL import Image
    >>> block, warnings = corrected(new_block("camera"), lambda image: image, "colorfix 1.0")
    >>> b"colorfix 1.0" in block, warnings
    (True, ())
    >>> corrected(b"garbage", lambda image: image, "colorfix 1.0")
    (b'garbage', ('has damaged EXIF (it does not begin like EXIF), which is kept as it is',))
    """
    try:
        ifds = IfdFile.of_classic(block)
        if software:  # which makes the block longer
            keep_dead(ifds)
        second = ifds.existing().next_pointer
        _correct_other_previews(ifds, second, block, change_preview)
        warnings = _correct_thumbnail(ifds, second, change_preview)
        if software:
            ifds.edit(_software(software))
    except BadDirectory as error:
        return block, (f"has damaged EXIF ({error}), which is kept as it is",)
    return ifds.data, warnings


def corrected_or_new(
    block: bytes,
    change_preview: Callable[[Image.Image], Image.Image],
    software: str | None,
    dots: tuple[float, float] = DOTS,
) -> tuple[bytes, tuple[str, ...]]:
    """Return ``corrected``; for an empty block, a new one with the software tag, if that is given."""
    if block:
        return corrected(block, change_preview, software)
    return new_block(software, dots=dots) if software else b"", ()


def _software(software: str) -> dict[int, tuple[int, bytes]]:
    return {PROCESSING_SOFTWARE: (ASCII, software.encode() + b"\0")}


def new_block(
    software: str | None, orientation: int | None = None, dots: tuple[float, float] = DOTS
) -> bytes:
    """Return a block for a photo without one, with the tags that Exif 3.0 requires of IFD0 (4.6.8).

    Args:
        software: for the software tag; None for no tag.
        orientation: 1 to 8; None for no tag.
        dots: an inch, across and down.

    >>> orientation_of(new_block(None, 6))
    6
    """
    ifds = IfdFile.of_classic(_EMPTY)
    across, down = (ifds.packed(RATIONAL, (round(number * _UNIT), _UNIT)) for number in dots)
    changes = _software(software) if software else {}
    changes |= {_X_RESOLUTION: (RATIONAL, across), _Y_RESOLUTION: (RATIONAL, down)}
    for tag, number in ((_RESOLUTION_UNIT, _INCH), (_CHROMA_POSITION, _CENTERED)):
        changes[tag] = SHORT, ifds.packed(SHORT, (number,))
    if orientation is not None:
        changes[ORIENTATION] = (SHORT, ifds.packed(SHORT, (orientation,)))
    ifds.edit(changes)
    return ifds.data


def stripped(block: bytes, dots: tuple[float, float] = DOTS) -> bytes | None:
    """Return a new block with the orientation; None for an upright photo.

    >>> stripped(new_block("camera", 6)) == new_block(None, 6), stripped(new_block("camera", 1))
    (True, None)
    """
    orientation = orientation_of(block)
    return None if orientation == _UPRIGHT else new_block(None, orientation, dots)


def orientation_of(block: bytes) -> int:
    """Return the orientation, 1 to 8; 1, upright, if the block has none."""
    try:
        ifds = IfdFile.of_classic(block)
        entry = ifds.existing().find(ORIENTATION)
        stored = ifds.value(entry) if entry else ()
    except BadDirectory:
        return _UPRIGHT
    number = stored[0] if isinstance(stored, tuple) and stored else _UPRIGHT
    return int(number) if number in _ORIENTATIONS else _UPRIGHT


def is_adobe_rgb(ifds: IfdFile) -> bool:
    """Whether EXIF marks the colors as Adobe RGB, by DCF's name of the rules or by Canon's number.

    Raises:
        BadDirectory: it is damaged.
    """
    pointer = ifds.existing().find(EXIF_IFD)
    below = None if pointer is None else ifds.directory(pointer.start)
    kind = None if below is None else below.find(_COLOR_SPACE)
    if below is None or kind is None:
        return False
    rules = below.find(_INTEROPERABILITY)
    others = None if rules is None else ifds.directory(rules.start)
    name = None if others is None else others.find(_RULES)
    number = int.from_bytes(ifds.content(kind)[:2], ifds.order)
    is_named = name is not None and ifds.content(name)[:3] == b"R03"
    return number == _CANONS_ADOBE_RGB or (number == _UNCALIBRATED and is_named)


def oriented(block: bytes, orientation: int) -> bytes:
    """Return the block with an orientation of 1 to 8; a damaged block is not changed.

    >>> orientation_of(oriented(new_block(None, 6), 1))
    1
    """
    if orientation_of(block) == orientation:
        return block
    try:
        ifds = IfdFile.of_classic(block)
        keep_dead(ifds)
        ifds.edit({ORIENTATION: (SHORT, ifds.packed(SHORT, (orientation,)))})
    except BadDirectory:
        return block
    return ifds.data


def remove_thumbnail(ifds: IfdFile) -> None:
    """Remove IFD1 and zero its thumbnail; raises BadDirectory for a damaged IFD0."""
    pointer = ifds.existing().next_pointer
    if pointer is not None:
        _remove(ifds, pointer)


def _correct_thumbnail(
    ifds: IfdFile, pointer: int | None, change: Callable[[Image.Image], Image.Image]
) -> tuple[str, ...]:
    """Correct the thumbnail of IFD1 in place, or remove it; return a sentence if it is removed."""
    if pointer is None or ifds.number(pointer) == 0:
        return ()
    try:
        slot, length = _slot(ifds, pointer)
    except BadDirectory:
        _remove(ifds, pointer)
        return (_REMOVED,)
    if slot is None or length is None:  # an IFD1 without pixels
        return ()
    old = ifds.read(slot.start, slot.stop - slot.start)
    fresh = reencoded(old, change)
    if fresh is None:
        _remove(ifds, pointer)
        return (_REMOVED,)
    ifds.overwrite(slot.start, fresh.ljust(len(old), b"\0"))
    ifds.overwrite(length.start, ifds.number_bytes(len(fresh), length.size))
    return ()


def _correct_other_previews(
    ifds: IfdFile, pointer: int | None, block: bytes, change: Callable[[Image.Image], Image.Image]
) -> None:
    """Correct the JPEGs of maker notes in place, padded with zeros; one that cannot be decoded stays."""
    try:
        thumbnail, _ = _slot(ifds, pointer) if pointer else (None, None)
    except BadDirectory:
        thumbnail = None
    for found in islice(jpegs_in(block), _MOST_PREVIEWS):
        is_thumbnail = thumbnail is not None and found.start == thumbnail.start
        fresh = None if is_thumbnail else reencoded(block[found], change)
        if fresh is not None:
            ifds.overwrite(found.start, fresh.ljust(found.stop - found.start, b"\0"))


def _slot(ifds: IfdFile, pointer: int) -> tuple[slice | None, Entry | None]:
    """Return where IFD1's JPEG lies, and the entry that holds its length.

    Raises:
        BadDirectory: IFD1 is damaged, or its thumbnail is not a JPEG.
    """
    second = ifds.directory(pointer)
    if second is None or not any(map(second.find, _PIXELS)):
        return None, None
    where, length = second.find(_THUMBNAIL), second.find(_THUMBNAIL_LENGTH)
    if where is None or length is None or {where.count, length.count} != {1}:
        raise BadDirectory("the thumbnail is no JPEG")
    start, size = (int.from_bytes(ifds.content(entry), ifds.order) for entry in (where, length))
    if ifds.read(start, len(_STARTS_JPEG)) != _STARTS_JPEG:
        raise BadDirectory("the thumbnail is no JPEG")
    return slice(start, start + len(ifds.read(start, size))), length


def _remove(ifds: IfdFile, pointer: int) -> None:
    with suppress(BadDirectory):
        slot, _ = _slot(ifds, pointer)
        if slot is not None:
            ifds.overwrite(slot.start, bytes(slot.stop - slot.start))
    ifds.overwrite(pointer, bytes(ifds.pointer))
