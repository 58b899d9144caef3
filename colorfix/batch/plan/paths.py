"""Helpers for paths: the folder of a file, real paths and file identity, and originals to protect."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.batch.plan.walk import joined

if TYPE_CHECKING:
    from collections.abc import Iterable


def folder_of(path: str) -> str:
    """Return the folder of a path.

    >>> folder_of("x/a.jpg"), folder_of("a.jpg"), folder_of("/a.jpg")
    ('x', '.', '/')
    """
    folder, slash, _ = path.rpartition("/")
    return folder or slash or "."


class RealFolders(dict[str, str]):
    """Real paths of folders, links followed; cached for one plan, since links may change.

    >>> RealFolders()["/usr/../usr"]
    '/usr'
    """

    def __missing__(self, folder: str) -> str:
        self[folder] = real = os.path.realpath(folder)
        return real

    def place(self, path: str) -> str:
        """Return a path with the real path of its folder; a link at the path itself is not followed."""
        return joined(self[folder_of(path)], path.rpartition("/")[2])


def common_folder(folders: Iterable[str]) -> str:
    """Return the absolute common folder of some folders; the first one if that would be ``/``.

    >>> common_folder(["/photos/a", "/photos/b/c"]), common_folder(["/photos", "/other"])
    ('/photos', '/photos')
    """
    found = [os.path.realpath(folder) for folder in dict.fromkeys(folders)]
    common = os.path.commonpath(found) if found else "."
    return found[0] if common == "/" else common


def is_below(folder: str, above: str) -> bool:
    """Whether a folder is another one or is in it, by their paths.

    >>> is_below("/a/b", "/a"), is_below("/ab", "/a"), is_below("/a", "/")
    (True, False, True)
    """
    return folder == above or folder.startswith(above.rstrip("/") + "/")


def nearest(folder: str) -> str:
    """Return the nearest existing folder: the folder itself or one of its parents.

    >>> nearest("/nowhere/at/all")
    '/'
    """
    while not os.path.lexists(folder):
        above = folder_of(folder.rstrip("/"))
        if above == folder:
            break
        folder = above
    return folder


def status_at(path: str) -> os.stat_result | None:
    """Return the status of the file at a path, links followed; None if there is none."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def identity_of(status: os.stat_result | None) -> int | None:
    """Return the identity of a file, device and inode, as one number: small, as there may be a million.

    >>> identity_of(status_at(".")) == identity_of(status_at("./.")), identity_of(status_at("/nowhere"))
    (True, None)
    """
    return None if status is None else status.st_dev << 64 | status.st_ino


def absolute(path: str) -> str:
    """Return an absolute path."""
    return str(Path.cwd() / path)


class Originals:
    """The sources and targets of a run, which are never overwritten.

    Args:
        paths: their paths; their identities are read when an output exists already.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths

    def named(self, path: str) -> tuple[str, ...]:
        """Return the path in a tuple if it is an original, links followed; else an empty tuple."""
        found = identity_of(status_at(path))
        return (path,) if found is not None and found in self._known else ()

    @cached_property
    def _known(self) -> frozenset[int]:
        known = (identity_of(status_at(path)) for path in self._paths)
        return frozenset(each for each in known if each is not None)
