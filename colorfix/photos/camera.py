"""How a camera's RAW file is told from other files, and that it is whole: by its content, never by its name.

Most are TIFFs whose first picture is a preview, and the photo lies in a directory below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Data

_RAW_SIGNATURES = (
    b"FUJIFILMCCD-RAW",  # RAF
    b"IIU\0",  # RW2
    b"IIRO",  # ORF
    b"IIRS",
    b"MMOR",
)
_CR2 = b"CR\x02"  # behind the header of a TIFF
_TIFF = (b"II*\0", b"MM\0*")
_KIND_OF_PICTURE, _SUB_IFDS, _DNG_VERSION = 254, 330, 50706
_PIECES = {273: 279, 324: 325}  # tags: where strips or tiles lie, and their bytes
_SIZES = {3: 2, 4: 4, 13: 4}  # bytes of a SHORT, a LONG, a pointer
_ENTRY, _INLINE = 12, 4  # bytes
_MOST = 1000  # entries of a directory, and directories; cameras write about sixty, and five


def is_raw(data: Data) -> bool:
    r"""Whether the bytes begin like a camera's RAW file.

    A DNG says so; a NEF or an ARW has a reduced picture first and the photo in a directory below it.

    >>> is_raw(b"IIU\0\x18\0\0\0"), is_raw(b"II*\0\x08\0\0\0")
    (True, False)
    """
    start = data[:16]
    if start.startswith(_RAW_SIGNATURES):
        return True
    if not start.startswith(_TIFF):
        return False
    tiff = _Tiff(data)
    tags = tiff.directory(tiff.number(4, 4))
    kind = next(iter(tiff.values(tags, _KIND_OF_PICTURE)), 0)
    return start[8:11] == _CR2 or _DNG_VERSION in tags or bool(kind & 1 and _SUB_IFDS in tags)


def ends_early(data: Data) -> bool:
    """Whether strips or tiles of a TIFF-based file lie beyond its end; LibRaw may decode the others."""
    if not data[:16].startswith(_TIFF):
        return False
    tiff, size = _Tiff(data), len(data)
    return any(
        at + count > size
        for tags in tiff.directories()
        for places, counts in _PIECES.items()
        for at, count in zip(tiff.values(tags, places), tiff.values(tags, counts), strict=False)
    )


class _Tiff(NamedTuple):
    data: Data

    def number(self, at: int, size: int) -> int:
        order: Literal["little", "big"] = "little" if self.data[:2] == b"II" else "big"
        return int.from_bytes(self.data[at : at + size], order)

    def directory(self, at: int) -> dict[int, int]:
        """Where each tag's twelve bytes stand."""
        count = min(self.number(at, 2), _MOST)
        entries = range(at + 2, at + 2 + _ENTRY * count, _ENTRY)
        return {self.number(entry, 2): entry for entry in entries}

    def values(self, tags: dict[int, int], tag: int) -> list[int]:
        """A tag's whole numbers; none where it is missing or of another kind."""
        if tag not in tags:
            return []
        entry = tags[tag]
        size = _SIZES.get(self.number(entry + 2, 2), 0)
        count = min(self.number(entry + 4, 4), len(self.data)) if size else 0
        start = entry + 8 if size * count <= _INLINE else self.number(entry + 8, 4)
        return [self.number(at, size) for at in range(start, start + size * count, size or 1)]

    def directories(self) -> Iterator[dict[int, int]]:
        due, seen = [self.number(4, 4)], set[int]()
        while due and len(seen) < _MOST:
            at = due.pop()
            if at == 0 or at in seen or at >= len(self.data):
                continue
            seen.add(at)
            tags = self.directory(at)
            yield tags
            due += [self.number(at + 2 + _ENTRY * self.number(at, 2), 4), *self.values(tags, _SUB_IFDS)]
