"""Image file directories (IFDs) of EXIF, TIFF, BigTIFF and TIFF-based RAW files, read and edited in place.

A maker note holds positions that count from the start of the file, so no byte moves: a directory that grows
is written again at the end, and the pointer to the old copy is changed.

A directory is named by the position of the pointer to it (``IfdFile.first`` for IFD0, the end of IFD0 for
IFD1) or by its own position. Whatever lies beyond the end of the file is a ``BadDirectory``.

Sources: TIFF revision 6.0 (1992), section 2; Exif 3.0, section 4.6; the BigTIFF design of 2007.
"""

from __future__ import annotations

import io
import math
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from colorfix.photos.containers.data_stream import as_file

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping
    from typing import BinaryIO

    from colorfix.photos.photo import Data

Order: TypeAlias = Literal["little", "big"]
Value: TypeAlias = "str | bytes | tuple[int, ...] | tuple[float, ...]"
Row: TypeAlias = tuple[int, bytes]
"""A tag and the bytes of its entry."""

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 1, 2, 3, 4, 5, 7, 16
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
SIZES |= {16: 8, 17: 8, 18: 8}  # of BigTIFF
"""Bytes of one value, by kind."""

_CODES = {1: "B", 3: "H", 4: "L", 5: "LL", 6: "b", 8: "h", 9: "l", 10: "ll", 11: "f", 12: "d", 13: "L"}
_CODES |= {16: "Q", 17: "q", 18: "Q"}
_RATIONALS = {5, 10}
_CLASSIC = {b"II*\0", b"MM\0*"}
_BIG = 43  # the version in the header of a BigTIFF
_HEADER = 8  # bytes of a classic TIFF ahead of everything else
_MOST = 4096  # entries; cameras write about sixty
_DIRECTORIES_BELOW = {34665, 34853, 40965}  # EXIF, GPS, interoperability
_TIMES, _SPARE = 8, 1 << 20  # how often every byte may be read, and bytes beside
_DEEPEST = 3  # levels of directories below directories


class BadDirectory(ValueError):
    """A damaged directory; the text names the damage."""


@dataclass(frozen=True)
class Entry:
    """One tag of a directory.

    Attributes:
        tag: its number.
        kind: of its values, a key of ``SIZES`` in a file that is not damaged.
        count: number of values.
        at: where the entry starts.
        start: where its content starts.
        size: bytes of the content; 0 for an unknown kind.
    """

    tag: int
    kind: int
    count: int
    at: int
    start: int
    size: int


class Directory(NamedTuple):
    """A directory of the file.

    Attributes:
        at: where it starts.
        entries: in the file's order.
        next_pointer: where the pointer to the next directory is; None if the file ends first.
    """

    at: int
    entries: tuple[Entry, ...]
    next_pointer: int | None

    def find(self, tag: int) -> Entry | None:
        """Return the first entry with that tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


def _budget_of(data: Data) -> int:
    """Return the bytes of directories and contents that may be read of a file, most of them several times."""
    return _TIMES * len(data) + _SPARE


class IfdFile:
    r"""A file of directories.

    The directories and contents that are read of bytes may have eight times their length together, since
    those of a sound file do not overlap.

    Attributes:
        file: binary, seekable; writable for the methods that write.
        order: of the bytes of a number.
        pointer: bytes of a position, and of the content that an entry itself has room for.
        entry, head: bytes of an entry, and of their number ahead of them.
        first: position of the pointer to the first directory.

    >>> block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
    >>> ifds = IfdFile.of(block)
    >>> ifds.existing().entries
    (Entry(tag=274, kind=3, count=1, at=10, start=18, size=2),)
    >>> ifds.value(ifds.existing().find(0x0112))
    (6,)
    """

    def __init__(self, file: BinaryIO, budget: float = math.inf) -> None:
        self.file = file
        self._budget = budget
        file.seek(0)
        start = file.read(4)
        self.order: Order = "little" if start[:2] == b"II" else "big"
        self._sign = "<" if self.order == "little" else ">"
        big = int.from_bytes(start[2:4], self.order) == _BIG
        self.pointer, self.entry, self.head = (8, 20, 8) if big else (4, 12, 2)
        self.first = self.pointer

    @classmethod
    def of(cls, data: Data) -> IfdFile:
        """Return the directories of bytes, to be read only."""
        return cls(as_file(data), _budget_of(data))

    @classmethod
    def of_classic(cls, block: bytes) -> IfdFile:
        """Return the directories of a copy of an EXIF block; raises BadDirectory for other bytes."""
        if block[:4] not in _CLASSIC or len(block) < _HEADER:
            raise BadDirectory("it does not begin like EXIF")
        return cls(BytesIO(block), _budget_of(block))

    def spend(self, size: int) -> None:
        """Count bytes of directories and contents; raise BadDirectory if they overlap again and again."""
        self._budget -= size
        if self.is_spent:
            raise BadDirectory("its directories or tags overlap")

    @property
    def is_spent(self) -> bool:
        """Whether more was read than a sound file holds."""
        return self._budget < 0

    @property
    def data(self) -> bytes:
        """The bytes of the whole file."""
        self.file.seek(0)
        return self.file.read()

    def read(self, at: int, size: int) -> bytes:
        """Return bytes from a position; raises BadDirectory beyond the end."""
        self.file.seek(at)
        found = self.file.read(size)
        if len(found) < size:
            raise BadDirectory("it ends early")
        return found

    def overwrite(self, at: int, stored: bytes) -> None:
        """Write bytes at a position."""
        self.file.seek(at)
        self.file.write(stored)

    def number(self, at: int, size: int | None = None) -> int:
        """Return the unsigned number at a position, by default a pointer; raises BadDirectory."""
        return int.from_bytes(self.read(at, self.pointer if size is None else size), self.order)

    def number_bytes(self, number: int, size: int | None = None) -> bytes:
        """Return a number as the file stores it, by default a pointer; raises OverflowError."""
        return number.to_bytes(self.pointer if size is None else size, self.order)

    def packed(self, kind: int, numbers: Iterable[int]) -> bytes:
        r"""Return whole numbers as the content of an entry of that kind.

        >>> IfdFile.of(b"MM\0*").packed(SHORT, (6,))
        b'\x00\x06'
        """
        size = SIZES[LONG] if kind in _RATIONALS else SIZES[kind]
        return b"".join(self.number_bytes(number, size) for number in numbers)

    def end(self) -> int:
        """Go to the end of the file, padded to an even position; raises OverflowError beyond pointers."""
        at = self.file.seek(0, io.SEEK_END)
        if at % 2:
            self.file.write(b"\0")
            at += 1
        self.number_bytes(at)
        return at

    def directory(self, pointer: int | None = None) -> Directory | None:
        """Return the directory that a pointer leads to, by default the first; None for a null pointer.

        Raises:
            BadDirectory: it lies in the header, is cut short, or has more than 4,096 entries.
        """
        at = self.number(self.first if pointer is None else pointer)
        if at == 0:
            return None
        if at < _HEADER:
            raise BadDirectory("a directory lies in the header")
        return self.directory_at(at)

    def existing(self, pointer: int | None = None) -> Directory:
        """Return the directory as ``directory`` does; raises BadDirectory for a null pointer too."""
        found = self.directory(pointer)
        if found is None:
            raise BadDirectory("the directory is missing")
        return found

    def directory_at(self, at: int) -> Directory:
        """Return the directory at a position; raises BadDirectory as ``directory`` does."""
        count, start = self.number(at, self.head), at + self.head
        if count > _MOST:
            raise BadDirectory(f"a directory has {count} entries")
        end = start + count * self.entry
        self.spend(end - at)
        stored = self.read(start, end - start)
        rows = Struct(self._sign + ("HHLL" if self.pointer == SIZES[LONG] else "HHQQ")).iter_unpack(stored)
        entries = tuple(
            self._entry(place, *row) for place, row in zip(range(start, end, self.entry), rows, strict=True)
        )
        size = self.file.seek(0, io.SEEK_END)
        return Directory(at, entries, end if end + self.pointer <= size else None)

    def _entry(self, at: int, tag: int, kind: int, count: int, last: int) -> Entry:
        size = SIZES.get(kind, 0) * count
        start = at + 4 + self.pointer if size <= self.pointer else last
        return Entry(tag, kind, count, at, start, size)

    def has_content(self, entry: Entry) -> bool:
        """Whether an entry's content lies in the file."""
        return entry.start + entry.size <= self.file.seek(0, io.SEEK_END)

    def content(self, entry: Entry) -> bytes:
        """Return the bytes of an entry's values; raises BadDirectory if they lie beyond the end."""
        if not self.has_content(entry):
            raise BadDirectory(f"tag {entry.tag} points beyond the end")
        self.spend(entry.size)
        return self.read(entry.start, entry.size)

    def value(self, entry: Entry) -> Value:
        """Return an entry's values: text up to its NUL, undefined bytes as they are, numbers as a tuple.

        A rational is a float, and nan if its denominator is zero.

        Raises:
            BadDirectory: the content lies beyond the end.
        """
        stored = self.content(entry)
        if entry.kind == ASCII:
            return stored.split(b"\0")[0].decode(errors="replace")
        if entry.kind not in _CODES:
            return stored
        numbers = tuple(n for row in Struct(self._sign + _CODES[entry.kind]).iter_unpack(stored) for n in row)
        if entry.kind not in _RATIONALS:
            return numbers
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(over / under if under else float("nan") for over, under in pairs)

    def rows(self, directory: Directory, *, without: Container[int] = ()) -> list[Row]:
        """Return a directory's tags with the bytes of their entries, except for some tags."""
        return [
            (entry.tag, self.read(entry.at, self.entry))
            for entry in directory.entries
            if entry.tag not in without
        ]

    def edit(self, changes: Mapping[int, tuple[int, bytes]]) -> None:
        r"""Set tags of the first directory.

        A value of the old one's kind and size goes to the same place. Others go to the end with a new copy
        of the directory, and the pointer to it is changed. A tag is mapped to its kind and content, in the
        file's byte order.

        Raises:
            BadDirectory: there is no directory to edit.
            OverflowError: pointers do not reach the end of the file.

        >>> block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
        >>> ifds = IfdFile.of_classic(block)
        >>> ifds.edit({0x000B: (ASCII, b"colorfix\0")})
        >>> ifds.data[8 : len(block)] == block[8:], ifds.value(ifds.existing().find(0x000B))
        (True, 'colorfix')
        """
        present = self.existing()
        added = {}
        for tag, (kind, stored) in changes.items():
            old = present.find(tag)
            if old and (old.kind, old.size) == (kind, len(stored)) and self.has_content(old):
                self.overwrite(old.start, stored)
            else:
                added[tag] = kind, stored
        if added:
            self.add(added)

    def add(self, tags: Mapping[int, tuple[int, bytes]]) -> None:
        """Set tags in a copy of the first directory at the end, and point to it."""
        present = self.existing()
        rows = self.rows(present, without=tags)
        following = self._following(present)
        self.overwrite(self.first, self.number_bytes(self.append(tags, rows, following)))

    def _following(self, present: Directory) -> int:
        return 0 if present.next_pointer is None else self.number(present.next_pointer)

    def append(
        self, tags: Mapping[int, tuple[int, bytes]], present: Iterable[Row] = (), following: int = 0
    ) -> int:
        r"""Write a directory at the end, the contents of its tags ahead of it; return where it starts.

        Args:
            tags: number to kind and content; each is put ahead of the first larger tag.
            present: entries that point to contents in the file already, see ``rows``.
            following: position of the next directory; 0 for none.

        Raises:
            OverflowError: pointers do not reach as far.

        >>> ifds = IfdFile(BytesIO(b"MM\0*\0\0\0\0"))
        >>> ifds.append({0x0112: (SHORT, b"\0\6")})
        8
        """
        rows = list(present)
        for tag, (kind, stored) in sorted(tags.items()):
            place = next((n for n, (other, _) in enumerate(rows) if other > tag), len(rows))
            rows.insert(place, (tag, self._row(tag, kind, stored)))
        at = self.end()
        head = self.number_bytes(len(rows), self.head)
        self.file.write(head + b"".join(row for _, row in rows) + self.number_bytes(following))
        return at

    def append_page(self, tags: Mapping[int, tuple[int, bytes]], behind: Directory) -> Directory:
        """Write a directory and point to it from the last one of the file's chain; return it."""
        added = self.append(tags)
        if behind.next_pointer is None:
            raise BadDirectory("the last directory is cut short")
        self.overwrite(behind.next_pointer, self.number_bytes(added))
        return self.directory_at(added)

    def set_entry(self, at: int, kind: int, stored: bytes) -> None:
        """Give the entry at a position a new kind and content, which goes to the end if it does not fit."""
        self.overwrite(at, self._row(self.number(at, 2), kind, stored))

    def _row(self, tag: int, kind: int, stored: bytes) -> bytes:
        last = stored.ljust(self.pointer, b"\0")
        if len(stored) > self.pointer:
            last = self.number_bytes(self.end())
            self.file.write(stored)
        count = self.number_bytes(len(stored) // SIZES[kind])
        return self.number_bytes(tag, 2) + self.number_bytes(kind, 2) + count + last

    def remove(self, at: int, tags: Collection[int]) -> None:
        """Delete tags of the directory at a position; zero their contents and the directories below them."""
        present = self.directory_at(at)
        rows = [row for _, row in self.rows(present, without=tags)]
        following = self.number_bytes(self._following(present))
        for entry in present.entries:
            if entry.tag in tags:
                self._erase(entry, 0)
        fresh = self.number_bytes(len(rows), self.head) + b"".join(rows) + following
        self.overwrite(at, fresh.ljust(self._size(present), b"\0"))

    def _size(self, directory: Directory) -> int:
        return self.head + len(directory.entries) * self.entry + self.pointer

    def _erase(self, entry: Entry, depth: int) -> None:
        if entry.tag in _DIRECTORIES_BELOW and depth < _DEEPEST:
            with suppress(BadDirectory):
                self._erase_directory(self.number(entry.start, entry.size), depth + 1)
        if self.has_content(entry):
            self.overwrite(entry.start, bytes(entry.size))

    def _erase_directory(self, at: int, depth: int) -> None:
        present = self.directory_at(at)
        for entry in present.entries:
            self._erase(entry, depth)
        self.overwrite(at, bytes(self._size(present)))
