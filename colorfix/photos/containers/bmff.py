"""The boxes of an ISO base media file (AVIF, HEIF) or a JPEG XL container, read only.

Source: ISO/IEC 14496-12 (boxes, items), ISO/IEC 23008-12 (HEIF), AV1 Image File Format 1.1 (``av1C``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD, _LARGE = 8, 16  # bytes of a box ahead of its content
_VERSION = 4  # bytes of version and flags ahead of a full box's content
_TYPED = 2  # the version of an infe from which on it has a type of four letters
_ITEMS_LARGE = 2  # the version of an iloc from which on its numbers of items have four bytes
_SUBSAMPLINGS = {(1, 1): "4:2:0", (1, 0): "4:2:2", (0, 0): "4:4:4"}


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    r"""Yield the kind of each box between two positions, and where its content starts and ends.

    Raises:
        ValueError: a box reaches beyond its end.

    >>> list(boxes(b"\0\0\0\x0cfreeabcd"))
    [(b'free', 8, 12)]
    """
    at, end = start, len(data) if end is None else end
    while at + _HEAD <= end:
        size, kind, head = int.from_bytes(data[at : at + 4]), bytes(data[at + 4 : at + 8]), _HEAD
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), _LARGE
        elif size == 0:  # up to the end
            size = end - at
        if size < head or at + size > end:
            raise ValueError("the file ends early")
        yield kind, at + head, at + size
        at += size


def brands(data: bytes) -> list[bytes]:
    """Return a file's brands, its own first, then the compatible ones; none for other files."""
    if data[4:8] != b"ftyp":
        return []
    listed = data[8 : min(int.from_bytes(data[:4]), 256)]
    found = [bytes(listed[at : at + 4]) for at in range(0, len(listed) - 3, 4)]
    return found[:1] + found[2:]  # between them is a version


class BmffInfo(NamedTuple):
    """The metadata of a file's pictures, from its ``meta`` box.

    Attributes:
        exif: of the first such item, without a prefix; empty for none.
        bits: a channel, of the deepest AV1 picture; 8 if the file does not say.
        subsampling: of the first AV1 picture, by its name in Pillow's encoder.
        cicp: the numbers of primaries and transfer (ISO/IEC 23091-2); None if the file does not say.
        kinds: of the items (``grid``, ``tmap``) and of their properties (``clap``).
    """

    exif: bytes
    bits: int
    subsampling: str
    cicp: tuple[int, int] | None
    kinds: frozenset[bytes]


def bmff_info(data: bytes) -> BmffInfo:
    """Return the metadata of a file's pictures; raises ValueError for damaged boxes."""
    meta = next(((start, end) for kind, start, end in boxes(data) if kind == b"meta"), None)
    if meta is None:
        raise ValueError("the file has no box of metadata")
    inside = {kind: (start, end) for kind, start, end in boxes(data, meta[0] + _VERSION, meta[1])}
    items = _items(data, *inside.get(b"iinf", (0, 0)))
    properties = [
        (kind, data[start:end]) for kind, start, end in _properties(data, *inside.get(b"iprp", (0, 0)))
    ]
    codings = [content for kind, content in properties if kind == b"av1C"]
    exif = next((number for number, kind in items.items() if kind == b"Exif"), None)
    return BmffInfo(
        exif=b"" if exif is None else _exif(_content(data, inside, exif)),
        bits=max(map(_bits, codings), default=8),
        subsampling=_subsampling(codings[0]) if codings else "4:4:4",
        cicp=_cicp(properties),
        kinds=frozenset(items.values()) | {kind for kind, _ in properties},
    )


def _cicp(properties: list[tuple[bytes, bytes]]) -> tuple[int, int] | None:
    for kind, content in properties:
        if kind == b"colr" and content[:4] == b"nclx":
            return int.from_bytes(content[4:6]), int.from_bytes(content[6:8])
    return None


def _items(data: bytes, start: int, end: int) -> dict[int, bytes]:
    """Return the kind of each item, by its number."""
    wide = data[start : start + 1] not in {b"", b"\0"}
    found = {}
    for _, at, _ in boxes(data, start + _VERSION + (4 if wide else 2), end):
        version = data[at]
        size = 2 if version == _TYPED else 4
        kind = at + _VERSION + size + 2  # behind the number of a protection
        if version >= _TYPED:
            found[int.from_bytes(data[at + 4 : at + 4 + size])] = bytes(data[kind : kind + 4])
    return found


def _properties(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for kind, at, stop in boxes(data, start, end):
        if kind == b"ipco":
            yield from boxes(data, at, stop)


def _content(data: bytes, inside: dict[bytes, tuple[int, int]], item: int) -> bytes:
    """Return the bytes of an item, joined from its extents."""
    start, end = inside.get(b"iloc", (0, 0))
    version, sizes = data[start], data[start + 4 : start + 6]
    offset, length, base, index = (n for byte in sizes for n in (byte >> 4, byte & 15))
    index = index if version else 0
    wide = 4 if version >= _ITEMS_LARGE else 2
    reader = _Reader(data[:end], start + 6)
    for _ in range(reader.number(wide)):
        number = reader.number(wide)
        inside_idat = version > 0 and reader.number(2) & 15 == 1
        reader.number(2)  # index of its file: this one
        first = reader.number(base) + (inside.get(b"idat", (0, 0))[0] if inside_idat else 0)
        extents = reader.number(2)
        if extents > 1 and not index + offset + length:
            raise ValueError("an item has many parts without a place")
        places = []
        for _ in range(extents):
            reader.number(index)
            at = first + reader.number(offset)
            places.append((at, at + reader.number(length)))
        if number == item:
            return _joined(data, places)
    return b""


def _joined(data: bytes, places: list[tuple[int, int]]) -> bytes:
    """Return parts of the data in a row; raises ValueError if they overlap, as they are too long then."""
    if sum(stop - at for at, stop in places) > len(data):
        raise ValueError("an item is longer than the file")
    return b"".join(bytes(data[at:stop]) for at, stop in places)


@dataclass
class _Reader:
    data: bytes
    at: int

    def number(self, size: int) -> int:
        if self.at + size > len(self.data):
            raise ValueError("the file ends early")
        self.at += size
        return int.from_bytes(self.data[self.at - size : self.at])


def _exif(content: bytes) -> bytes:
    """Return the block behind its prefix, whose length is in the first four bytes."""
    return content[4 + int.from_bytes(content[:4]) :]


def _bits(coding: bytes) -> int:
    high, twelve = coding[2] & 0x40, coding[2] & 0x20
    return (12 if twelve else 10) if high else 8


def _subsampling(coding: bytes) -> str:
    gray = coding[2] & 0x10
    return "4:0:0" if gray else _SUBSAMPLINGS.get((coding[2] >> 3 & 1, coding[2] >> 2 & 1), "4:4:4")
