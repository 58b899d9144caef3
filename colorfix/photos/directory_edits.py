"""Directories of a classic TIFF, edited without moving a byte.

A maker note holds positions that count from the start of the block, so nothing that stands somewhere may
move: a directory that grows is written anew behind everything else, and the four bytes that pointed to the
old copy point to the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.directories import (
    FIRST,
    INLINE,
    SIZES,
    BadDirectory,
    Directory,
    Entry,
    Order,
    existing,
    order_of,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

_END = 1 << 32  # positions have four bytes


def edited(block: bytes, changes: Mapping[int, tuple[int, bytes] | None], pointer: int = FIRST) -> bytes:
    r"""Return the block with some tags of one directory set or deleted.

    A value of the old one's kind and size goes where that stood. Otherwise a new copy of the directory goes
    to the end of the block, its new values ahead of it, and every byte but those four at ``pointer`` stays
    as it was and where it was.

    Args:
        block: begins with a TIFF header.
        changes: tag to kind and content, in the block's byte order; None deletes the tag.
        pointer: see ``directories``.

    Raises:
        BadDirectory: there is no directory to edit, or the block would grow over 4 GiB.

    >>> from colorfix.photos.directories import ASCII, directory, value
    >>> block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
    >>> named = edited(block, {0x000B: (ASCII, b"colorfix\0")})
    >>> named[8 : len(block)] == block[8:], value(named, directory(named).find(0x000B))
    (True, 'colorfix')
    """
    present = existing(block, pointer)
    written = bytearray(block)
    grown: dict[int, tuple[int, bytes] | None] = {}
    for tag, change in changes.items():
        old = present.find(tag)
        if change is not None and old is not None and _has_room(block, old, *change):
            written[old.start : old.start + old.size] = change[1]
        elif change is not None or old is not None:
            grown[tag] = change
    return _rewritten(written, order_of(block), present, grown, pointer) if grown else bytes(written)


def _has_room(block: bytes, old: Entry, kind: int, stored: bytes) -> bool:
    return (old.kind, old.size) == (kind, len(stored)) and old.start + old.size <= len(block)


def _rewritten(
    written: bytearray,
    order: Order,
    present: Directory,
    changes: Mapping[int, tuple[int, bytes] | None],
    pointer: int,
) -> bytes:
    """Append the values and the new directory, and point to it."""
    kept = rows(written, present, without=changes)
    added = {tag: change for tag, change in changes.items() if change is not None}
    following = bytes(written[present.next_pointer :][:INLINE]) if present.next_pointer else bytes(INLINE)
    at = append(written, order, added, kept, following)
    written[pointer : pointer + 4] = at.to_bytes(4, order)
    return bytes(written)


def rows(
    block: bytes | bytearray, present: Directory, *, without: Container[int] = ()
) -> list[tuple[int, bytes]]:
    """Return the tags of a directory with their twelve bytes as they are, but for some tags."""
    return [
        (entry.tag, bytes(block[entry.field - 8 : entry.field + 4]))
        for entry in present.entries
        if entry.tag not in without
    ]


def append(
    written: bytearray,
    order: Order,
    added: Mapping[int, tuple[int, bytes]],
    kept: Iterable[tuple[int, bytes]] = (),
    following: bytes = bytes(INLINE),
) -> int:
    r"""Append a directory, the new values ahead of it, and return where it starts.

    Args:
        written: grows; nothing in it is changed.
        order: of its bytes.
        added: tag to kind and content; each stands ahead of the first larger tag.
        kept: tags with the twelve bytes that they have elsewhere, see ``rows``.
        following: four bytes that point to the next directory.

    Raises:
        BadDirectory: there would be more than 4 GiB.

    >>> from colorfix.photos.directories import SHORT
    >>> written = bytearray(b"MM\0*\0\0\0\0")
    >>> append(written, "big", {0x0112: (SHORT, b"\0\6")})
    8
    """
    whole = list(kept)
    for tag, (kind, stored) in sorted(added.items()):
        row = (tag, _row(written, order, tag, kind, stored))
        whole.insert(next((n for n, (other, _) in enumerate(whole) if other > tag), len(whole)), row)
    at = _padded(written)
    written += len(whole).to_bytes(2, order) + b"".join(row for _, row in whole) + following
    return at


def _row(written: bytearray, order: Order, tag: int, kind: int, stored: bytes) -> bytes:
    """An entry's twelve bytes; content that does not fit in them goes to the end of what is written."""
    count = len(stored) // SIZES[kind]
    last = stored.ljust(INLINE, b"\0")
    if len(stored) > INLINE:
        last = _padded(written).to_bytes(4, order)
        written += stored
    return tag.to_bytes(2, order) + kind.to_bytes(2, order) + count.to_bytes(4, order) + last


def _padded(written: bytearray) -> int:
    """The end, at an even position, as TIFF asks for."""
    written += bytes(len(written) % 2)
    if len(written) >= _END:
        raise BadDirectory("it would be larger than 4 GiB")
    return len(written)
