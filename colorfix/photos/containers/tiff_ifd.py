"""Directories of a TIFF file of any size, classic or BigTIFF, on the disk.

:mod:`colorfix.photos.containers.exif_ifd` does so for blocks in memory, which EXIF is.

Source: TIFF revision 6.0 (1992), section 2; the BigTIFF design of 2007.

A TIFF file's directories edited in place: a tag set, tags deleted, a page added; no pixel moves.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from colorfix.photos.photo import Data

SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""Bytes of one value, by kind."""

_MOST = 4096  # entries
_BIG = 43


@dataclass(frozen=True)
class Entry:
    """One tag of a directory.

    Attributes:
        tag: its number.
        at: where the entry starts.
        start: where its content starts.
        size: bytes of the content.
    """

    tag: int
    at: int
    start: int
    size: int


@dataclass(frozen=True)
class Form:
    """How a TIFF writes its numbers.

    Attributes:
        order: of their bytes.
        big: whether positions have eight bytes.
    """

    order: Literal["little", "big"]
    big: bool

    @classmethod
    def of(cls, data: Data) -> Form:
        r"""Return the form that a header tells.

        >>> Form.of(b"MM\0+\0\x08\0\0")
        Form(order='big', big=True)
        """
        order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
        return cls(order, int.from_bytes(data[2:4], order) == _BIG)

    @property
    def pointer(self) -> int:
        """Bytes of a position; also the room that an entry has for its content."""
        return 8 if self.big else 4

    @property
    def first(self) -> int:
        """Where the position of the first directory stands."""
        return 8 if self.big else 4

    @property
    def entry(self) -> int:
        """Bytes of an entry."""
        return 20 if self.big else 12

    @property
    def head(self) -> int:
        """Bytes of the number of entries, which a directory begins with."""
        return 8 if self.big else 2

    def number(self, file: BinaryIO, at: int, size: int) -> int:
        """Return the unsigned number that stands there."""
        return int.from_bytes(read_at(file, at, size), self.order)

    def bytes_of(self, number: int, size: int) -> bytes:
        """Return a number as the file stores it; raises OverflowError beyond its size."""
        return number.to_bytes(size, self.order)

    def end(self, file: BinaryIO) -> int:
        """Go to the end of the file, at an even position as TIFF asks for, and return it.

        Raises:
            OverflowError: positions do not reach as far.
        """
        at = file.seek(0, io.SEEK_END)
        if at % 2:
            file.write(b"\0")
            at += 1
        self.bytes_of(at, self.pointer)
        return at

    def entries(self, file: BinaryIO, at: int) -> Iterator[Entry]:
        """Yield a directory's entries.

        Raises:
            ValueError: there are too many, or the file ends early.
        """
        count = self.number(file, at, self.head)
        if count > _MOST:
            raise ValueError(f"a directory has {count} entries")
        for place in range(at + self.head, at + self.head + count * self.entry, self.entry):
            kind = self.number(file, place + 2, 2)
            size = SIZES.get(kind, 0) * self.number(file, place + 4, self.pointer)
            field = place + 4 + self.pointer
            start = field if size <= self.pointer else self.number(file, field, self.pointer)
            yield Entry(self.number(file, place, 2), place, start, size)

    def set_entry(self, file: BinaryIO, at: int, kind: int, stored: bytes) -> None:
        """Give an entry a new kind and content; content that it has no room for goes to the end."""
        overwrite(file, at, self.row(file, self.number(file, at, 2), kind, stored))

    def row(self, file: BinaryIO, tag: int, kind: int, stored: bytes) -> bytes:
        """Return an entry; content that it has no room for goes to the end of the file."""
        count = len(stored) // SIZES[kind]
        last = stored.ljust(self.pointer, b"\0")
        if len(stored) > self.pointer:
            at = self.end(file)
            file.write(stored)
            last = self.bytes_of(at, self.pointer)
        head = self.bytes_of(tag, 2) + self.bytes_of(kind, 2) + self.bytes_of(count, self.pointer)
        return head + last


def read_at(file: BinaryIO, at: int, size: int) -> bytes:
    """Return bytes from a position; raises ValueError where the file ends before."""
    file.seek(at)
    found = file.read(size)
    if len(found) < size:
        raise ValueError("it ends early")
    return found


def overwrite(file: BinaryIO, at: int, stored: bytes) -> None:
    """Write bytes at a position."""
    file.seek(at)
    file.write(stored)


_ASCII = 2
_DIRECTORIES_BELOW = {34665, 34853, 40965}  # EXIF, GPS, interoperability
_DEEPEST = 3  # directories below directories


def sign(file: BinaryIO, form: Form, tag: int, text: str) -> None:
    """Set a text tag of the first directory: a copy of it goes to the end, and the header points there.

    Args:
        file: a whole TIFF.
        form: its.
        tag: its number.
        text: its content.
    """
    at = form.number(file, form.first, form.pointer)
    rows = [(entry.tag, read_at(file, entry.at, form.entry)) for entry in form.entries(file, at)]
    following = read_at(file, at + form.head + len(rows) * form.entry, form.pointer)
    kept = [row for row in rows if row[0] != tag]
    place = next((n for n, (other, _) in enumerate(kept) if other > tag), len(kept))
    kept.insert(place, (tag, form.row(file, tag, _ASCII, text.encode() + b"\0")))
    fresh = _append(file, form, [row for _, row in kept], following)
    overwrite(file, form.first, form.bytes_of(fresh, form.pointer))


def append_page(file: BinaryIO, form: Form, tags: Mapping[int, tuple[int, bytes]]) -> int:
    """Add a page behind the last one; return where its directory starts.

    Args:
        file: a whole TIFF.
        form: its.
        tags: number to kind and content, in the file's byte order.
    """
    pointer = form.first
    while at := form.number(file, pointer, form.pointer):
        pointer = at + form.head + form.number(file, at, form.head) * form.entry
    rows = [form.row(file, tag, *tags[tag]) for tag in sorted(tags)]
    fresh = _append(file, form, rows, bytes(form.pointer))
    overwrite(file, pointer, form.bytes_of(fresh, form.pointer))
    return fresh


def _append(file: BinaryIO, form: Form, rows: Sequence[bytes], following: bytes) -> int:
    at = form.end(file)
    file.write(form.bytes_of(len(rows), form.head) + b"".join(rows) + following)
    return at


def remove(file: BinaryIO, form: Form, at: int, tags: Collection[int]) -> None:
    """Delete tags of a directory and zero what they held, the directories below them included.

    Args:
        file: a whole TIFF.
        form: its.
        at: where the directory starts.
        tags: their numbers.
    """
    entries = list(form.entries(file, at))
    rows = [read_at(file, entry.at, form.entry) for entry in entries if entry.tag not in tags]
    following = read_at(file, at + form.head + len(entries) * form.entry, form.pointer)
    for entry in entries:
        if entry.tag in tags:
            _erase(file, form, entry, 0)
    fresh = form.bytes_of(len(rows), form.head) + b"".join(rows) + following
    overwrite(file, at, fresh.ljust(form.head + len(entries) * form.entry + form.pointer, b"\0"))


def _erase(file: BinaryIO, form: Form, entry: Entry, depth: int) -> None:
    end = file.seek(0, io.SEEK_END)
    if entry.tag in _DIRECTORIES_BELOW and depth < _DEEPEST:
        with suppress(ValueError):  # one that is damaged
            _erase_directory(file, form, form.number(file, entry.start, entry.size), depth + 1)
    if entry.start + entry.size <= end:
        overwrite(file, entry.start, bytes(entry.size))


def _erase_directory(file: BinaryIO, form: Form, at: int, depth: int) -> None:
    entries = list(form.entries(file, at))
    for entry in entries:
        _erase(file, form, entry, depth)
    overwrite(file, at, bytes(form.head + len(entries) * form.entry + form.pointer))
