"""Conversion between an EXIF block and the tags of a TIFF, which have the same structure.

A maker note's positions count from the start of the file. They stay valid if the block becomes the first
bytes of the TIFF, and if a maker note gets its old position in a new block.
"""

from __future__ import annotations

from io import BytesIO
from typing import TypeAlias

from colorfix.photos.containers.dead_pointers import keep_dead
from colorfix.photos.containers.ifd import LONG, SIZES, BadDirectory, Directory, Entry, IfdFile, Row
from colorfix.photos.metadata.exif import EXIF_IFD, GPS_IFD, MAKER_NOTE, remove_thumbnail

XMP, IPTC, PHOTOSHOP, PROFILE = 700, 33723, 34377, 34675
STRIP_OFFSETS = 273

# Tags about the storage of pixels, not about the photo (TIFF 6.0, its supplements and DNG)
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
    *(XMP, IPTC, PHOTOSHOP, PROFILE),  # written separately
    *(33421, 33422),  # a sensor's color filters
    34732,
    37724,  # Photoshop's layers: the old picture
    *range(50706, 51200),  # DNG
}
_INTEROPERABILITY = 0xA005
_POINTERS = {EXIF_IFD, GPS_IFD, _INTEROPERABILITY}
_EMPTY = b"II*\0" + bytes(4)  # a header that points to no directory yet
_ALIGNED = 16  # bytes, of whose multiple pixels start at
_LONGEST = 1 << 15  # bytes of a tag, so that the block fits in a JPEG
_FARTHEST = 1 << 13  # bytes from the start, up to which a maker note keeps its position
_MOVED = "has a maker note that had to be moved; its pointers into itself may no longer be valid"
_LARGE = "has a tag of over 32 KiB that EXIF has no room for; it is left out"


Tags: TypeAlias = "dict[int, tuple[int, bytes | tuple[int, ...]]]"
"""Number of a tag to its kind and content: whole numbers, or bytes in the file's order."""


def tiff_with(block: bytes, tags: Tags) -> bytes:
    r"""Return the beginning of a TIFF of one picture, with a photo's EXIF; the pixels follow behind it.

    The EXIF block comes first, every byte in its place except the pointer to IFD0 and the thumbnail, which
    is zeroed: IFD1 would be a second page. A new IFD0 comes behind it, with the block's own tags that
    describe the photo and the given ones. The length is a multiple of 16.

    Args:
        block: EXIF without a prefix, as ``exif.corrected`` returns it; a damaged or empty one is left out.
        tags: ``StripOffsets`` (273) must be numbers that count from the first byte behind the result. These
            tags replace those of the block with the same number. Samples of 16 bits and more must follow
            the byte order of the result, which is the block's.

    Raises:
        BadDirectory: the file would be larger than 4 GiB and needs to be a BigTIFF.

    >>> from colorfix.photos.containers.ifd import LONG, SHORT
    >>> head = tiff_with(b"", {256: (SHORT, (2,)), 273: (LONG, (0,))})
    >>> ifds = IfdFile.of(head)
    >>> ifds.value(ifds.existing().find(273)), len(head)
    ((48,), 48)
    """
    try:
        ifds = IfdFile.of_classic(block)
        keep_dead(ifds)
        remove_thumbnail(ifds)
        rows = sorted(ifds.rows(ifds.existing(), without={*_STORAGE, *tags}))
        base = ifds.data
    except BadDirectory:
        base, rows = _EMPTY, []
    try:
        length = len(_headed(base, rows, tags, 0))
        return _headed(base, rows, tags, length)
    except OverflowError as error:
        raise BadDirectory("it would be larger than 4 GiB") from error


def _headed(base: bytes, rows: list[Row], tags: Tags, length: int) -> bytes:
    """Return the header and IFD0, for pixels that start at ``length``."""
    ifds = IfdFile(BytesIO(base))
    stored = {}
    for tag, (kind, content) in tags.items():
        shift = length if tag == STRIP_OFFSETS else 0
        numbers = content if isinstance(content, bytes) else tuple(shift + n for n in content)
        stored[tag] = kind, numbers if isinstance(numbers, bytes) else ifds.packed(kind, numbers)
    ifds.overwrite(ifds.first, ifds.number_bytes(ifds.append(stored, rows)))
    written = ifds.data
    return written + bytes(-len(written) % _ALIGNED)


def exif_of_tiff(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a TIFF's tags about the photo as an EXIF block, and a sentence for each loss.

    Copied are those tags of the first picture that describe the photo, its EXIF and its GPS. A maker note
    gets its old position if that is within the first 8 KiB, as in every TIFF of ``tiff_with``.

    Args:
        data: a classic TIFF; any other bytes give an empty block.

    >>> from colorfix.photos.containers.ifd import ASCII
    >>> block, warnings = exif_of_tiff(tiff_with(b"", {315: (ASCII, b"me" + bytes(1))}))
    >>> ifds = IfdFile.of(block)
    >>> [ifds.value(entry) for entry in ifds.existing().entries], warnings
    (['me'], ())
    """
    try:
        source = IfdFile.of_classic(data)
        first = source.existing()
    except BadDirectory:
        return b"", ()
    own = [entry for entry in first.entries if entry.tag not in {*_STORAGE, *_POINTERS}]
    below = {tag: found for tag in (EXIF_IFD, GPS_IFD) if (found := _below(source, first, tag))}
    if not own and not below:
        return b"", ()
    small = [entry for entry in own if entry.size <= _LONGEST]
    try:
        block, moved = _block_of(source, small, below)
    except BadDirectory as error:
        return b"", (f"has damaged EXIF ({error}), which is left out",)
    return block, (*([_MOVED] if moved else []), *([_LARGE] if len(small) < len(own) else []))


def _block_of(source: IfdFile, own: list[Entry], below: dict[int, Directory]) -> tuple[bytes, bool]:
    """Return an EXIF block of tags and directories, and whether its maker note had to be moved."""
    ifds = IfdFile(BytesIO(source.read(0, 4) + bytes(4)))
    note = below[EXIF_IFD].find(MAKER_NOTE) if EXIF_IFD in below else None
    moved = note is not None and not _placed(ifds, source, note)
    tags = _contents(source, own)
    for tag, found in below.items():
        tags[tag] = LONG, ifds.number_bytes(_copied(ifds, source, found, placed=not moved))
    ifds.overwrite(ifds.first, ifds.number_bytes(ifds.append(tags)))
    return ifds.data, moved


def _below(source: IfdFile, directory: Directory, tag: int) -> Directory | None:
    entry = directory.find(tag)
    try:
        return source.directory(entry.at + 8) if entry else None  # the pointer is an entry's last four bytes
    except BadDirectory:
        return None


def _placed(ifds: IfdFile, source: IfdFile, note: Entry) -> bool:
    """Put the maker note at its old position if that is near; return whether it was."""
    length = ifds.end()
    if not length <= note.start <= _FARTHEST or not source.has_content(note):
        return False
    ifds.overwrite(length, bytes(note.start - length) + source.content(note))
    return True


def _copied(ifds: IfdFile, source: IfdFile, found: Directory, *, placed: bool) -> int:
    """Append a copy of a directory and return its position; a maker note that was placed is pointed to."""
    left_out = {_INTEROPERABILITY, *({MAKER_NOTE} if placed else ())}
    tags = _contents(source, [entry for entry in found.entries if entry.tag not in left_out])
    cards = _below(source, found, _INTEROPERABILITY)
    if cards is not None:
        tags[_INTEROPERABILITY] = LONG, ifds.number_bytes(ifds.append(_contents(source, list(cards.entries))))
    rows = [row for row in source.rows(found) if placed and row[0] == MAKER_NOTE]
    return ifds.append(tags, rows)


def _contents(source: IfdFile, entries: list[Entry]) -> dict[int, tuple[int, bytes]]:
    """Return tags to kind and content, without those of an unknown kind or beyond the end."""
    return {
        entry.tag: (entry.kind, source.content(entry))
        for entry in entries
        if entry.kind in SIZES and source.has_content(entry)
    }
