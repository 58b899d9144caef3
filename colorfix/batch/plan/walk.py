"""Folders are walked: the photos in them, in one order, without a path object a file.

A quoted glob on the disk: the paths that it stands for.

Globs as filters: what matches a relative path.

``*``, ``?`` and ``[...]`` mean what the shell means by them, within one name; ``**`` stands for any number of
folders, none included. Upper and lower case differ, as in the shell.
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


_ANY_FOLDERS: Final = None


def name_matcher(glob: str) -> Match:
    """Return what says whether one name matches a glob without a slash."""
    return re.compile(translate(glob)).match


def matcher(glob: str) -> Match:
    """Return what says whether a relative path matches a glob.

    A glob without a slash is held against the last name of the path alone; one with a slash, from the first
    name to the last.

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
    if not parts:
        return not names
    first, rest = parts[0], parts[1:]
    if first is _ANY_FOLDERS:
        return any(_match(rest, names[count:]) for count in range(len(names) + 1))
    return bool(names) and bool(first(names[0])) and _match(rest, names[1:])


@dataclass(frozen=True)
class Filters:
    """Which paths below a folder are wanted, as the options say.

    Attributes:
        include: a photo must match one of these, where there are any.
        exclude: what matches one of these is left out, a folder with all that is in it.

    >>> filters = Filters(include=("*.jpg",), exclude=("proofs", "*_ref.*"))
    >>> filters.wants("a.jpg"), filters.wants("a.png"), filters.wants("a_ref.jpg"), filters.enters("x/proofs")
    (True, False, False, False)
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants(self, photo: str) -> bool:
        """Whether a photo, by its path below the folder, is to be corrected."""
        included = not self._included or any(match(photo) for match in self._included)
        return included and self.enters(photo)

    def enters(self, folder: str) -> bool:
        """Whether a folder, by its path, is to be looked into."""
        return not any(match(folder) for match in self._excluded)

    @cached_property
    def _included(self) -> tuple[Match, ...]:
        return tuple(matcher(glob) for glob in self.include)

    @cached_property
    def _excluded(self) -> tuple[Match, ...]:
        return tuple(matcher(glob) for glob in self.exclude)


def expand_glob(glob: str, remarks: Remarks) -> tuple[str, Iterator[str]]:
    """Return the folder that a glob begins with, and the paths below it that match, in order, each once.

    As in the shell, names that begin with a dot are matched by a dot alone. ``**`` does not follow links to
    folders, so that a link to a folder above makes no circle.

    Args:
        glob: with ``*``, ``?`` or ``[`` in it; ``**`` stands for any number of folders, none included.
        remarks: gets the folders that cannot be listed.

    >>> import tempfile
    >>> from colorfix.batch.plan.walk import Remarks
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
    """Yield what matches the names behind ``**``, here and in every folder below; all files, if none is."""
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
    """What a glob may match in a folder, in order: nothing hidden, unless it begins with a dot itself."""
    entries = list_directory(folder, remarks)
    shows = [entry for entry in entries if glob.startswith(".") or not entry.name.startswith(".")]
    return sorted(shows, key=lambda entry: entry.name)
