"""How a camera RAW file is told from other files: by its content, never by its name.

Most are TIFFs whose first picture is a preview, so the tags of the first directory are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Data

_SIGNATURES = (
    b"FUJIFILMCCD-RAW",  # RAF
    b"IIU\0",  # RW2
    b"IIRO",  # ORF
    b"IIRS",
    b"MMOR",
)
_CR2 = b"CR\x02"  # behind the header of a TIFF
_TIFF = (b"II*\0", b"MM\0*")
_KIND_OF_PICTURE, _SUB_IFDS, _DNG_VERSION = 254, 330, 50706
_ENTRY = 12  # bytes
_MOST = 1000  # entries; cameras write about sixty


def is_raw(data: Data) -> bool:
    r"""Whether the bytes begin like a camera's RAW file.

    A DNG says so; a NEF or an ARW has a reduced picture first and the photo in a directory below it.

    >>> is_raw(b"IIU\0\x18\0\0\0"), is_raw(b"II*\0\x08\0\0\0")
    (True, False)
    """
    start = data[:16]
    if start.startswith(_SIGNATURES):
        return True
    if not start.startswith(_TIFF):
        return False
    if start[8:11] == _CR2:
        return True
    tags = dict(_tags(data))
    reduced = tags.get(_KIND_OF_PICTURE, 0) & 1
    return _DNG_VERSION in tags or bool(reduced and _SUB_IFDS in tags)


def _tags(data: Data) -> Iterator[tuple[int, int]]:
    """The first directory's tags, each with its value as a number of four bytes."""
    little = data[:2] == b"II"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], "little" if little else "big")

    first = number(4, 4)
    for at in range(first + 2, first + 2 + _ENTRY * min(number(first, 2), _MOST), _ENTRY):
        yield number(at, 2), number(at + 8, 2 if number(at + 2, 2) == 3 else 4)  # noqa: PLR2004 - SHORT
