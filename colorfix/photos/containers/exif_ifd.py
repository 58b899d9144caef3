"""The directories of a classic TIFF, which every EXIF block is. ``directory_edits`` changes them.

Nothing here follows a chain of pointers, so that no loop can catch it, and whatever lies beyond the end of
the block is a ``BadDirectory``.

A directory is named by the position of the four bytes that point to it: ``FIRST`` for IFD0, an entry's
``field`` for one below it (EXIF, GPS), the end of IFD0 for IFD1.

Source: TIFF revision 6.0 (1992), section 2; Exif 3.0, section 4.6.

Directories of a classic TIFF, edited without moving a byte.

A maker note holds positions that count from the start of the block, so nothing that stands somewhere may
move: a directory that grows is written anew behind everything else, and the four bytes that pointed to the
old copy point to the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

Order: TypeAlias = Literal["little", "big"]
Value: TypeAlias = "str | bytes | tuple[int, ...] | tuple[float, ...]"

FIRST = 4
"""Where the four bytes that point to IFD0 stand."""

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7
IFD_KIND = 13  # LONG that points to a directory
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value, by kind."""

_CODES = {1: "B", 3: "H", 4: "L", 5: "LL", 6: "b", 8: "h", 9: "l", 10: "ll", 11: "f", 12: "d", 13: "L"}
_RATIONALS = {5, 10}
_ORDERS: dict[bytes, Order] = {b"II*\0": "little", b"MM\0*": "big"}
INLINE = 4
"""Bytes that an entry holds itself; longer content it points to."""

_HEADER, _ENTRY = 8, 12  # bytes
_MOST = 1000  # entries; cameras write about sixty


class BadDirectory(ValueError):
    """Bytes that are no directory; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One tag of a directory.

    Attributes:
        tag: its number.
        kind: of its values, a key of ``SIZES`` unless the file is odd.
        count: how many there are.
        field: where its last four bytes stand, which hold the value or point to it.
        start: where its content starts.
        size: bytes of the content; 0 where the kind is unknown.
    """

    tag: int
    kind: int
    count: int
    field: int
    start: int
    size: int


class Directory(NamedTuple):
    """A directory as it stands in the block.

    Attributes:
        at: where it starts.
        entries: in the file's order.
        next_pointer: where the four bytes stand that point to the next one; None where the block ends first.
    """

    at: int
    entries: tuple[Entry, ...]
    next_pointer: int | None

    def find(self, tag: int) -> Entry | None:
        """Return the first entry of that tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


def order_of(block: bytes) -> Order:
    r"""Return the byte order that the block's header tells.

    Raises:
        BadDirectory: it does not begin like a classic TIFF.

    >>> order_of(b"MM\0*\0\0\0\x08")
    'big'
    """
    order = _ORDERS.get(bytes(block[:4]))
    if order is None or len(block) < _HEADER:
        raise BadDirectory("it does not begin like EXIF")
    return order


def number(block: bytes, at: int, size: int = 4) -> int:
    """Return the unsigned number that stands there; raises BadDirectory beyond the end."""
    if at + size > len(block):
        raise BadDirectory("it ends early")
    return int.from_bytes(block[at : at + size], order_of(block))


def directory(block: bytes, pointer: int = FIRST) -> Directory | None:
    r"""Return the directory that the four bytes at ``pointer`` point to; None where they are zero.

    Raises:
        BadDirectory: there is none, it is cut short, or it has more than 1,000 entries.

    >>> block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
    >>> directory(block).entries
    (Entry(tag=274, kind=3, count=1, field=18, start=18, size=2),)
    """
    order_of(block)  # garbage is told from what is cut short
    at = number(block, pointer)
    if at == 0:
        return None
    if at < _HEADER:
        raise BadDirectory("a directory stands in the header")
    count = number(block, at, 2)
    end = at + 2 + count * _ENTRY
    if count > _MOST:
        raise BadDirectory(f"a directory has {count} entries")
    if end > len(block):
        raise BadDirectory("it ends early")
    entries = tuple(_entry(block, place) for place in range(at + 2, end, _ENTRY))
    return Directory(at, entries, end if end + INLINE <= len(block) else None)


def existing(block: bytes, pointer: int = FIRST) -> Directory:
    """Return the directory as ``directory`` does, and raise BadDirectory for a missing one, too."""
    found = directory(block, pointer)
    if found is None:
        raise BadDirectory("the directory is missing")
    return found


def _entry(block: bytes, at: int) -> Entry:
    kind, count, field = number(block, at + 2, 2), number(block, at + 4), at + 8
    size = SIZES.get(kind, 0) * count
    start = field if size <= INLINE else number(block, field)
    return Entry(number(block, at, 2), kind, count, field, start, size)


def content(block: bytes, entry: Entry) -> bytes:
    """Return the bytes of an entry's values; raises BadDirectory where they lie beyond the end."""
    if entry.start + entry.size > len(block):
        raise BadDirectory(f"tag {entry.tag} points beyond the end")
    return bytes(block[entry.start : entry.start + entry.size])


def value(block: bytes, entry: Entry) -> Value:
    r"""Return an entry's values: text up to its NUL, undefined bytes as they are, numbers as a tuple.

    A rational is a float, and nan where its denominator is zero.

    Raises:
        BadDirectory: the content lies beyond the end.

    >>> block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
    >>> value(block, directory(block).find(0x0112))
    (6,)
    """
    stored = content(block, entry)
    if entry.kind == ASCII:
        return stored.split(b"\0")[0].decode(errors="replace")
    if entry.kind not in _CODES:
        return stored
    sign = "<" if order_of(block) == "little" else ">"
    numbers = tuple(n for row in Struct(sign + _CODES[entry.kind]).iter_unpack(stored) for n in row)
    if entry.kind not in _RATIONALS:
        return numbers
    return tuple(
        over / under if under else float("nan")
        for over, under in zip(numbers[::2], numbers[1::2], strict=True)
    )


def packed(order: Order, kind: int, numbers: tuple[int, ...]) -> bytes:
    r"""Return whole numbers as the content of an entry of that kind.

    >>> packed("big", SHORT, (6,))
    b'\x00\x06'
    """
    size = SIZES[kind] if kind not in _RATIONALS else SIZES[LONG]
    return b"".join(n.to_bytes(size, order) for n in numbers)


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

    >>> from colorfix.photos.containers.exif_ifd import ASCII, directory, value
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

    >>> from colorfix.photos.containers.exif_ifd import SHORT
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
