"""Walk folders for photos, in a fixed order; match and expand globs.

``*``, ``?`` and ``[...]`` match within one name, as in the shell; ``**`` matches any number of folders, also
none. Globs are case-sensitive.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from glob import has_magic
from typing import TYPE_CHECKING, Final, Protocol

from colorfix import photos
from colorfix.core.errors import PhotoError, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Match = Callable[[str], object]

_OWN = re.compile(
    r".*(\.report\.json|-[0-9a-f]{12}\.(before|after)\.jpg)", re.DOTALL
)  # others begin with a dot
_READ = photos.SUFFIXES | photos.READ_ONLY_SUFFIXES


class DirectoryEntry(Protocol):
    """An entry of a folder, like ``os.DirEntry``."""

    @property
    def name(self) -> str:
        """Last part of its path."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""

    def is_file(self) -> bool:
        """Whether it is a file."""


@dataclass(frozen=True)
class Remarks:
    """Files left out of a plan, and its errors.

    Attributes:
        left_out: how many files or folders are left out, by reason.
        troubles: errors that do not stop the run, such as a folder that cannot be listed.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    troubles: list[PhotoError] = field(default_factory=list)

    def unlisted(self, folder: str, error: OSError) -> None:
        """Add the error of a folder that cannot be listed."""
        reason = f"cannot be listed ({(error.strerror or str(error)).lower()}); its photos are not corrected"
        self.troubles.append(UnreadablePhoto(printable(folder or "."), reason))


def walk(
    root: str,
    filters: Filters,
    remarks: Remarks,
    *,
    recursive: bool,
    avoid: str | None = None,
    start: str = "",
    look: Callable[[str, Remarks], Sequence[DirectoryEntry]] | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with photos, as its path below the root, and the names of the photos in it.

    Names are in code point order; a folder's own photos come before those of its subfolders. Hidden names are
    skipped. Links to folders are not followed; a link to a photo is a photo.

    Args:
        root: the folder; ``""`` is the working directory.
        filters: which paths below the root are wanted.
        remarks: gets the files left out, by reason.
        recursive: whether to walk subfolders.
        avoid: a folder below the root that is skipped, such as that of the results.
        start: the folder below the root in which to begin.
        look: lists a folder; None for folders on disk.
    """
    waiting = [start]
    while waiting:
        below = waiting.pop()
        names, folders = _sorted_out(
            (look or list_directory)(joined(root, below), remarks), below, filters, remarks
        )
        if names:
            yield below, names
        paths = [path for path in (joined(below, name) for name in folders) if path != avoid]
        if recursive:
            waiting += [path for path in reversed(paths) if filters.enters(path)]
        else:
            remarks.left_out["folders without -r"] += len(paths)


def _sorted_out(
    entries: Sequence[DirectoryEntry], below: str, filters: Filters, remarks: Remarks
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


def list_directory(folder: str, remarks: Remarks) -> list[os.DirEntry[str]]:
    """Return the entries of a folder; none, with a remark, if it cannot be listed."""
    try:
        with os.scandir(folder or ".") as entries:
            return list(entries)
    except OSError as error:
        remarks.unlisted(folder, error)
        return []


def is_own(name: str) -> bool:
    """Whether a name is that of a report or a thumbnail of an earlier run.

    >>> is_own("a.report.json"), is_own("a.jpg-0123456789ab.after.jpg"), is_own("a.after.jpg")
    (True, True, False)
    """
    return _OWN.fullmatch(name) is not None


def is_photo(name: str) -> bool:
    """Whether the suffix of a name is that of a readable photo.

    >>> is_photo("beach.JPG"), is_photo("beach.nef"), is_photo("beach.jpg.orig"), is_photo("jpg")
    (True, True, False, False)
    """
    return name[name.rfind(".") :].lower() in _READ if "." in name else False


def joined(folder: str, name: str) -> str:
    """Return the path of a name in a folder; ``""`` is the working directory.

    >>> joined("", "a.jpg"), joined("/", "a.jpg"), joined("x", "a.jpg"), joined("x", "")
    ('a.jpg', '/a.jpg', 'x/a.jpg', 'x')
    """
    if not folder or not name:
        return folder or name
    return f"{folder}{name}" if folder.endswith("/") else f"{folder}/{name}"


_ANY_FOLDERS: Final = None


def name_matcher(glob: str) -> Match:
    """Return a function that matches one name with a glob without a slash."""
    return re.compile(translate(glob)).match


def matcher(glob: str) -> Match:
    """Return a function that matches a relative path with a glob.

    A glob without a slash is compared with the last name of the path; one with a slash, with all names.

    >>> [bool(matcher("*.jpg")(path)) for path in ("a.jpg", "raw/a.jpg", "a.png")]
    [True, True, False]
    >>> [bool(matcher("raw/**/*.jpg")(path)) for path in ("a.jpg", "raw/a.jpg", "raw/x/y/a.jpg")]
    [False, True, True]
    """
    parts = [_ANY_FOLDERS if name == "**" else name_matcher(name) for name in glob.split("/") if name]
    if "/" not in glob.rstrip("/") and len(parts) == 1 and (last := parts[0]) is not _ANY_FOLDERS:
        return lambda path: last(path.rpartition("/")[2])
    return lambda path: _match(parts, path.split("/"))


def _match(parts: Sequence[Match | None], names: Sequence[str]) -> bool:
    """Whether names match parts; each name is compared once with each part that may be due."""
    due = _with_skipped({0}, parts)
    for name in names:
        matched = {n if part is _ANY_FOLDERS else n + 1 for n, part in _at(due, parts) if _takes(part, name)}
        due = _with_skipped(matched, parts)
    return len(parts) in due


def _at(due: set[int], parts: Sequence[Match | None]) -> Iterator[tuple[int, Match | None]]:
    return ((n, parts[n]) for n in due if n < len(parts))


def _takes(part: Match | None, name: str) -> bool:
    return part is _ANY_FOLDERS or bool(part(name))


def _with_skipped(due: set[int], parts: Sequence[Match | None]) -> set[int]:
    """Add the parts behind ``**``, which may match no folder."""
    for n in sorted(due):
        following = n
        while following < len(parts) and parts[following] is _ANY_FOLDERS:
            following += 1
            due.add(following)
    return due


@dataclass(frozen=True)
class Filters:
    """Globs that include or exclude paths below a folder.

    Attributes:
        include: if not empty, a photo must match one of these.
        exclude: photos and folders that match one of these are left out.

    >>> filters = Filters(include=("*.jpg",), exclude=("proofs", "*_ref.*"))
    >>> filters.wants("a.jpg"), filters.wants("a.png"), filters.wants("a_ref.jpg"), filters.enters("x/proofs")
    (True, False, False, False)
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants(self, photo: str) -> bool:
        """Whether a photo is included, by its path below the folder."""
        included = not self._included or any(match(photo) for match in self._included)
        return included and self.enters(photo)

    def enters(self, folder: str) -> bool:
        """Whether a folder is walked, by its path."""
        return not any(match(folder) for match in self._excluded)

    @cached_property
    def _included(self) -> tuple[Match, ...]:
        return tuple(matcher(glob) for glob in self.include)

    @cached_property
    def _excluded(self) -> tuple[Match, ...]:
        return tuple(matcher(glob) for glob in self.exclude)


def expand_glob(glob: str, remarks: Remarks) -> tuple[str, Iterator[str]]:
    """Return the folder before the first wildcard, and the matching paths below it, in order, each once.

    As in the shell, hidden names match only a glob that begins with a dot. ``**`` does not follow links to
    folders, which could form a cycle.

    Args:
        glob: with ``*``, ``?`` or ``[`` in it.
        remarks: gets the folders that cannot be listed.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ("b", "a", ".hidden"):
    ...     open(f"{folder.name}/{name}.jpg", "w").close()
    >>> root, paths = expand_glob(f"{folder.name}/*.jpg", Remarks())
    >>> root == folder.name, list(paths)
    (True, ['a.jpg', 'b.jpg'])
    >>> folder.cleanup()
    """
    names = glob.split("/")
    first = next(index for index, name in enumerate(names) if has_magic(name))
    root = "/".join(names[:first]) or ("/" if glob.startswith("/") else "")
    found = _matching(root, "", [name for name in names[first:] if name], remarks)
    return root, iter(dict.fromkeys(found)) if names.count("**") > 1 else found


def _matching(root: str, path: str, globs: Sequence[str], remarks: Remarks) -> Iterator[str]:
    """Yield the paths below ``root/path`` that match name by name."""
    if not globs:
        yield path
    elif globs[0] == "**":
        yield from _at_any_depth(root, path, globs, remarks)
    elif has_magic(globs[0]):
        matches, rest = name_matcher(globs[0]), globs[1:]
        for entry in _visible_entries(joined(root, path), globs[0], remarks):
            if matches(entry.name) and (not rest or entry.is_dir()):
                yield from _matching(root, joined(path, entry.name), rest, remarks)
    elif os.path.lexists(joined(root, joined(path, globs[0]))):
        yield from _matching(root, joined(path, globs[0]), globs[1:], remarks)


def _at_any_depth(root: str, path: str, globs: Sequence[str], remarks: Remarks) -> Iterator[str]:
    """Yield the matches of the globs after ``**`` in all folders from here on; all files if none follow."""
    rest = globs[1:]
    entries = _visible_entries(joined(root, path), "**", remarks)
    folders = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    if rest:
        yield from _matching(root, path, rest, remarks)
    else:
        yield from (joined(path, entry.name) for entry in entries if entry.name not in folders)
    for name in sorted(folders):
        yield from _matching(root, joined(path, name), globs, remarks)


def _visible_entries(folder: str, glob: str, remarks: Remarks) -> list[os.DirEntry[str]]:
    """Return the sorted entries that a glob may match: hidden ones only if it begins with a dot."""
    entries = list_directory(folder, remarks)
    shows = [entry for entry in entries if glob.startswith(".") or not entry.name.startswith(".")]
    return sorted(shows, key=lambda entry: entry.name)
