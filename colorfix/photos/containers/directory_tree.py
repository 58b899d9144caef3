"""All directories of a TIFF or a TIFF-based file: the chain of pages, and the directories below each.

A directory is visited once, and their number and bytes are limited: a small file could list the whole of
itself in each of a thousand directories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from colorfix.photos.containers.ifd import BadDirectory, IfdFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.containers.ifd import Directory
    from colorfix.photos.photo import Data

SUB_IFDS = 330
_WHOLE = {3, 4, 13, 16, 18}  # kinds: SHORT, LONG, LONG that points to a directory, and the same of 8 bytes
_MOST = 1 << 14  # directories


def tree(ifds: IfdFile) -> Iterator[Directory]:
    """Yield the directories of the chain and those below them, each once; damaged ones are left out.

    Raises:
        BadDirectory: there are more than 16,384 of them, or they overlap again and again.
    """
    due, seen = [ifds.number(ifds.first)], set[int]()
    while due:
        at = due.pop()
        if at == 0 or at in seen:
            continue
        if len(seen) == _MOST:
            raise BadDirectory(f"it has more than {_MOST} directories")
        seen.add(at)
        try:
            found = ifds.directory_at(at)
            due += numbers(ifds, found, SUB_IFDS)
        except BadDirectory:
            if ifds.is_spent:
                raise
            continue
        yield found
        if found.next_pointer is not None:
            due.append(ifds.number(found.next_pointer))


def numbers(ifds: IfdFile, directory: Directory, tag: int) -> tuple[int, ...]:
    """Return a tag's whole numbers; none if it is missing, damaged or of another kind."""
    entry = directory.find(tag)
    if entry is None or entry.kind not in _WHOLE or not ifds.has_content(entry):
        return ()
    return cast("tuple[int, ...]", ifds.value(entry))


def check_tags(data: Data) -> None:
    """Raise BadDirectory if the tags of a TIFF are together many times as long as the file.

    Libraries read them all at once, so this is called first.
    """
    ifds = IfdFile.of(data)
    for directory in tree(ifds):
        for entry in directory.entries:
            ifds.spend(min(entry.size, len(data)))
