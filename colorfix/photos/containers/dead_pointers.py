"""Pointers of a damaged EXIF block or TIFF that lead beyond its end.

Whatever is appended would lie there, and readers would take it for what was lost. A pointer to a next
directory becomes null; others become the largest number.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from colorfix.photos.containers.ifd import LONG, SIZES, BadDirectory

if TYPE_CHECKING:
    from colorfix.photos.containers.ifd import Directory, Entry, IfdFile

_BELOW = {34665, 34853, 40965, 330}  # EXIF, GPS, interoperability, further directories
_MAKER_NOTE = 37500
_MOST_DIRECTORIES, _MOST_OF_NOTE = 65536, 200


def keep_dead(ifds: IfdFile) -> None:
    r"""Overwrite the pointers beyond the end, so that none becomes valid when the file grows.

    Args:
        ifds: a writable file.

    >>> from io import BytesIO
    >>> from colorfix.photos.containers.ifd import IfdFile
    >>> ifds = IfdFile(BytesIO(b"MM\0*\0\0\0\x08" b"\0\0" b"\0\0\0\x40"))
    >>> keep_dead(ifds)
    >>> ifds.data[10:]
    b'\x00\x00\x00\x00'
    """
    size = ifds.file.seek(0, io.SEEK_END)
    due, seen = [(ifds.first, True)], set[int]()
    while due and len(seen) < _MOST_DIRECTORIES and not ifds.is_spent:
        pointer, is_next = due.pop()
        at = ifds.number(pointer)
        if at == 0 or at in seen:
            continue
        seen.add(at)
        if not _is_inside(ifds, at, size):
            ifds.overwrite(pointer, bytes(ifds.pointer) if is_next else _dead(ifds))
            continue
        with suppress(BadDirectory):
            found = ifds.directory_at(at)
            due += [(place, False) for place in _checked(ifds, found, size)]
            due.append((_next_pointer(ifds, found), True))


def _is_inside(ifds: IfdFile, at: int, size: int) -> bool:
    """Whether the entries of a directory lie in the file."""
    start = at + ifds.head
    return start <= size and start + ifds.number(at, ifds.head) * ifds.entry <= size


def _dead(ifds: IfdFile) -> bytes:
    return ifds.number_bytes((1 << 8 * ifds.pointer - (ifds.pointer > SIZES[LONG])) - 1)


def _next_pointer(ifds: IfdFile, found: Directory) -> int:
    """Return where the pointer to the next directory is; write a null one if the file ends ahead of it."""
    if found.next_pointer is not None:
        return found.next_pointer
    at = found.at + ifds.head + len(found.entries) * ifds.entry
    ifds.overwrite(at, bytes(ifds.pointer))
    return at


def _checked(ifds: IfdFile, found: Directory, size: int) -> list[int]:
    """Overwrite the dead pointers of a directory's entries; return where those to other directories are."""
    below: list[int] = []
    for entry in found.entries:
        if entry.start + entry.size > size:
            ifds.overwrite(entry.at + ifds.entry - ifds.pointer, _dead(ifds))
        elif entry.tag in _BELOW and entry.size >= ifds.pointer:
            ifds.spend(entry.size)
            below += range(entry.start, entry.start + entry.size - ifds.pointer + 1, ifds.pointer)
        elif entry.tag == _MAKER_NOTE:
            _check_note(ifds, entry, size)
    return below


def _check_note(ifds: IfdFile, entry: Entry, size: int) -> None:
    """Overwrite the dead pointers of a maker note that begins with a directory, as Canon's do."""
    with suppress(BadDirectory):
        note = ifds.directory_at(entry.start)
        if len(note.entries) <= _MOST_OF_NOTE and all(each.kind in SIZES for each in note.entries):
            for each in note.entries:
                if each.start + each.size > size:
                    ifds.overwrite(each.at + ifds.entry - ifds.pointer, _dead(ifds))
