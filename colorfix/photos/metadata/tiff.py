"""Between EXIF and TIFF: an EXIF block *is* a TIFF file, so the one begins with the other.

A maker note's positions count from the start of the file. They stay right where the block becomes the first
bytes of the TIFF, and where a maker note is put at its old place in a new block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.containers.exif_ifd import (
    FIRST,
    LONG,
    SIZES,
    BadDirectory,
    Directory,
    Entry,
    Order,
    append,
    content,
    directory,
    existing,
    order_of,
    packed,
    rows,
)
from colorfix.photos.metadata.exif import EXIF_IFD, GPS_IFD, MAKER_NOTE, ORIENTATION, without_thumbnail

if TYPE_CHECKING:
    from collections.abc import Mapping

XMP, IPTC, PHOTOSHOP, PROFILE = 700, 33723, 34377, 34675
STRIP_OFFSETS, TILE_OFFSETS = 273, 324

# What describes how pixels are stored and not the photo (TIFF 6.0, its supplements and DNG)
_STORAGE = {
    *range(254, 269),
    *range(273, 274),
    *range(277, 282),
    284,
    *range(288, 294),
    *(297, 301, 317),
    *range(320, 336),
    *range(336, 348),
    *range(512, 533),
    559,
    *(XMP, IPTC, PHOTOSHOP, PROFILE),  # given anew
    *(33421, 33422),  # a sensor's colour filters
    34732,
    37724,  # Photoshop's layers: the old picture
    *range(50706, 51200),  # DNG
}
_INTEROPERABILITY = 0xA005
_POINTERS = {EXIF_IFD, GPS_IFD, _INTEROPERABILITY}
_HEADERS: dict[Order, bytes] = {"little": b"II*\0", "big": b"MM\0*"}
_ALIGNED = 16  # bytes: what pixels start at a multiple of
_LONGEST = 1 << 15  # bytes of one tag that still has room in a JPEG
_FARTHEST = 1 << 13  # bytes from the start where a maker note is still put at its old place
_MOVED = "has a maker note that had to be moved; what it points to inside itself may no longer be found"
_LARGE = "has a tag of over 32 KiB that EXIF has no room for; it is left out"


def tiff_with(
    block: bytes, tags: Mapping[int, tuple[int, bytes | tuple[int, ...]]], order: Order = "little"
) -> bytes:
    r"""Return the beginning of a TIFF of one picture, with a photo's EXIF; the pixels follow behind it.

    The EXIF block stands at the start, every byte in its place but the pointer to IFD0 and the thumbnail,
    which is zeroed: IFD1 would be a second page. A new IFD0 stands at the end, with the block's own tags
    that are about the photo and the given ones. The length is a multiple of 16.

    Args:
        block: EXIF without a prefix, as ``exif.corrected`` gives it; damaged or empty is as if there were
            none.
        tags: number to kind (``directories.SHORT`` and the like) and content: whole numbers, or bytes in
            the file's order. ``StripOffsets`` (273) and ``TileOffsets`` (324) must be numbers, and count
            from the first byte behind what is returned; they are made to count from the start of the file.
            These go ahead of the block's tags of the same number.
        order: of the bytes if the block does not decide it. The caller asks the result, by ``order_of``, as
            samples of 16 bits and more must follow it.

    Raises:
        BadDirectory: the file would be larger than 4 GiB; it needs to be a BigTIFF.

    >>> from colorfix.photos.containers.exif_ifd import LONG, SHORT, value
    >>> head = tiff_with(b"", {256: (SHORT, (2,)), 273: (LONG, (0,))})
    >>> value(head, existing(head).find(273)), len(head)
    ((48,), 48)
    """
    try:
        base = without_thumbnail(block)
        order = order_of(base)
        kept = sorted(rows(base, existing(base), without={*_STORAGE, *tags}))
    except BadDirectory:
        base, kept = _HEADERS[order] + bytes(4), []
    length = len(_headed(base, order, kept, tags, 0))
    return _headed(base, order, kept, tags, length)


def _headed(
    base: bytes,
    order: Order,
    kept: list[tuple[int, bytes]],
    tags: Mapping[int, tuple[int, bytes | tuple[int, ...]]],
    length: int,
) -> bytes:
    """The header and IFD0, for pixels that start at ``length``."""
    stored = {}
    for tag, (kind, numbers) in tags.items():
        shift = length if tag in {STRIP_OFFSETS, TILE_OFFSETS} else 0
        if isinstance(numbers, tuple):
            try:
                stored[tag] = kind, packed(order, kind, tuple(shift + n for n in numbers))
            except OverflowError as error:
                raise BadDirectory("it would be larger than 4 GiB") from error
        else:
            stored[tag] = kind, numbers
    written = bytearray(base)
    at = append(written, order, stored, kept)
    written[FIRST : FIRST + 4] = at.to_bytes(4, order)
    return bytes(written) + bytes(-len(written) % _ALIGNED)


def exif_of_tiff(data: bytes, *, turned: bool) -> tuple[bytes, tuple[str, ...]]:
    """Return what a TIFF's tags say about the photo as an EXIF block, and a sentence for each loss.

    The first picture's tags that are about the photo, its EXIF and its GPS; the rest stays behind. A maker
    note is put where it stood if that is within the first 8 KiB, as in every TIFF of ``tiff_with``.

    Args:
        data: a classic TIFF; empty EXIF comes of any other bytes.
        turned: whether the pixels have been turned upright meanwhile, so that the orientation is left out.

    >>> from colorfix.photos.containers.exif_ifd import ASCII, value
    >>> head = tiff_with(b"", {315: (ASCII, b"me" + bytes(1))})
    >>> block, warnings = exif_of_tiff(head, turned=False)
    >>> [value(block, entry) for entry in existing(block).entries], warnings
    (['me'], ())
    """
    try:
        order = order_of(data)
        first = existing(data)
    except BadDirectory:
        return b"", ()
    left_out = {*_STORAGE, *_POINTERS, *({ORIENTATION} if turned else ())}
    own = [entry for entry in first.entries if entry.tag not in left_out]
    below = {tag: found for tag in (EXIF_IFD, GPS_IFD) if (found := _below(data, first, tag))}
    if not own and not below:
        return b"", ()
    small = [entry for entry in own if entry.size <= _LONGEST]
    written = bytearray(_HEADERS[order] + bytes(4))
    note = below[EXIF_IFD].find(MAKER_NOTE) if EXIF_IFD in below else None
    moved = note is not None and not _placed(written, data, note)
    pointers = {tag: _copied(written, data, found, order, placed=not moved) for tag, found in below.items()}
    tags = _contents(data, small) | {tag: (LONG, packed(order, LONG, (at,))) for tag, at in pointers.items()}
    written[FIRST : FIRST + 4] = append(written, order, tags).to_bytes(4, order)
    return bytes(written), (*([_MOVED] if moved else []), *([_LARGE] if len(small) < len(own) else []))


def _below(data: bytes, first: Directory, tag: int) -> Directory | None:
    entry = first.find(tag)
    try:
        return directory(data, entry.field) if entry else None
    except BadDirectory:
        return None


def _placed(written: bytearray, data: bytes, note: Entry) -> bool:
    """Put the maker note at its old place if that is near; whether it was done."""
    if not len(written) <= note.start <= _FARTHEST or note.start + note.size > len(data):
        return False
    written += bytes(note.start - len(written)) + content(data, note)
    return True


def _copied(written: bytearray, data: bytes, found: Directory, order: Order, *, placed: bool) -> int:
    """Append a copy of a directory, and return where it starts; a maker note in place is pointed to."""
    left_out = {_INTEROPERABILITY, *({MAKER_NOTE} if placed else ())}
    tags = _contents(data, [entry for entry in found.entries if entry.tag not in left_out])
    cards = _below(data, found, _INTEROPERABILITY)
    if cards is not None:
        at = append(written, order, _contents(data, list(cards.entries)))
        tags[_INTEROPERABILITY] = LONG, packed(order, LONG, (at,))
    kept = [row for row in rows(data, found) if placed and row[0] == MAKER_NOTE]
    return append(written, order, tags, kept)


def _contents(data: bytes, entries: list[Entry]) -> dict[int, tuple[int, bytes]]:
    """Tag to kind and content; what is of no known kind or beyond the end is left out."""
    return {
        entry.tag: (entry.kind, content(data, entry))
        for entry in entries
        if entry.kind in SIZES and entry.start + entry.size <= len(data)
    }
