"""The directories of a classic TIFF, which every EXIF block is. ``directory_edits`` changes them.

Nothing here follows a chain of pointers, so that no loop can catch it, and whatever lies beyond the end of
the block is a ``BadDirectory``.

A directory is named by the position of the four bytes that point to it: ``FIRST`` for IFD0, an entry's
``field`` for one below it (EXIF, GPS), the end of IFD0 for IFD1.

Source: TIFF revision 6.0 (1992), section 2; Exif 3.0, section 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Literal, NamedTuple, TypeAlias

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
