"""Folders are walked: the photos in them, in one order, without a path object a file."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from colorfix import photos
from colorfix.core.errors import PhotoError, UnreadablePhoto
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from colorfix.folder.patterns import Filters

_OWN = re.compile(
    r".*(\.report\.json|-[0-9a-f]{12}\.(before|after)\.jpg)", re.DOTALL
)  # others begin with a dot
_READ = photos.SUFFIXES | photos.READ_ONLY_SUFFIXES


class Entry(Protocol):
    """What is in a folder, as ``os.DirEntry`` has it."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""

    def is_file(self) -> bool:
        """Whether it is a file."""


@dataclass(frozen=True)
class Remarks:
    """What is to be told of a plan beside its jobs.

    Attributes:
        left_out: how many files or folders are not photos to correct, by the reason.
        troubles: what was asked for and cannot be, such as a folder that may not be listed.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    troubles: list[PhotoError] = field(default_factory=list)

    def unlisted(self, folder: str, error: OSError) -> None:
        """Remember a folder that could not be listed."""
        reason = f"cannot be listed ({(error.strerror or str(error)).lower()}); its photos are not corrected"
        self.troubles.append(UnreadablePhoto(shown(folder or "."), reason))


def walk(
    root: str,
    filters: Filters,
    remarks: Remarks,
    *,
    recursive: bool,
    avoid: str | None = None,
    start: str = "",
    look: Callable[[str, Remarks], Sequence[Entry]] | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder that has photos, by its path below the root, and the names of the photos in it.

    Names come in the order of their letters' code points, a folder's own photos before those of the folders
    in it. What begins with a dot is left out without a word. Links to folders are not followed; a link to
    a photo is a photo.

    Args:
        root: the folder; ``""`` is the one in which the command runs.
        filters: which paths below the root are wanted.
        remarks: gets what is left out, and why.
        recursive: whether to look into the folders below.
        avoid: a folder below the root that is not looked into, such as the one where the results are.
        start: the folder below the root in which to begin.
        look: says what is in a folder; None where it is one of the disk.
    """
    waiting = [start]
    while waiting:
        below = waiting.pop()
        names, folders = _sorted_out((look or listed)(joined(root, below), remarks), below, filters, remarks)
        if names:
            yield below, names
        paths = [path for path in (joined(below, name) for name in folders) if path != avoid]
        if recursive:
            waiting += [path for path in reversed(paths) if filters.enters(path)]
        else:
            remarks.left_out["folders without -r"] += len(paths)


def _sorted_out(
    entries: Sequence[Entry], below: str, filters: Filters, remarks: Remarks
) -> tuple[list[str], list[str]]:
    """Return the names of a folder's wanted photos and of the folders in it."""
    names, folders, left_out = [], [], remarks.left_out
    for entry in entries:
        name = entry.name
        if name.startswith(".") or is_own(name):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(name)
        elif not (is_photo(name) and entry.is_file()):
            left_out["links to folders" if entry.is_dir() else "other files"] += 1
        elif filters.wants(joined(below, name)):
            names.append(name)
        else:
            left_out["excluded"] += 1
    names.sort()
    folders.sort()
    return names, folders


def listed(folder: str, remarks: Remarks) -> list[os.DirEntry[str]]:
    """Return what is in a folder; one that cannot be listed is remarked on, and has nothing in it."""
    try:
        with os.scandir(folder or ".") as entries:
            return list(entries)
    except OSError as error:
        remarks.unlisted(folder, error)
        return []


def is_own(name: str) -> bool:
    """Whether a name is that of a report or a thumbnail which an earlier run wrote.

    >>> is_own("a.report.json"), is_own("a.jpg-0123456789ab.after.jpg"), is_own("a.after.jpg")
    (True, True, False)
    """
    return _OWN.fullmatch(name) is not None


def is_photo(name: str) -> bool:
    """Whether a name's suffix is one of a kind of photo that is read.

    >>> is_photo("beach.JPG"), is_photo("beach.nef"), is_photo("beach.jpg.orig"), is_photo("jpg")
    (True, True, False, False)
    """
    return name[name.rfind(".") :].lower() in _READ if "." in name else False


def joined(folder: str, name: str) -> str:
    """Return the path of a name in a folder, where ``""`` is the folder in which the command runs.

    >>> joined("", "a.jpg"), joined("/", "a.jpg"), joined("x", "a.jpg"), joined("x", "")
    ('a.jpg', '/a.jpg', 'x/a.jpg', 'x')
    """
    if not folder or not name:
        return folder or name
    return f"{folder}{name}" if folder.endswith("/") else f"{folder}/{name}"
