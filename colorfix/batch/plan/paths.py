"""Where paths are: folders of files, and one name for what has several.

Files that are read and must never be written, whatever they are called.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.batch.plan.walk import joined

if TYPE_CHECKING:
    from collections.abc import Iterable


def folder_of(path: str) -> str:
    """Return the folder that a path's last name is in.

    >>> folder_of("x/a.jpg"), folder_of("a.jpg"), folder_of("/a.jpg")
    ('x', '.', '/')
    """
    folder, slash, _ = path.rpartition("/")
    return folder or slash or "."


class RealFolders(dict[str, str]):
    """Folders by any of their names: the folder itself, links followed; the disk is asked once for each.

    To be made anew for each plan, since links change.

    >>> RealFolders()["/usr/../usr"]
    '/usr'
    """

    def __missing__(self, folder: str) -> str:
        self[folder] = real = os.path.realpath(folder)
        return real

    def place(self, path: str) -> str:
        """Return one name for a path, whatever way leads to its folder; a link there stays itself."""
        return joined(self[folder_of(path)], path.rpartition("/")[2])


def common_folder(folders: Iterable[str]) -> str:
    """Return the folder that all of these are in, absolute; the first, where that would be the whole disk.

    >>> common_folder(["/photos/a", "/photos/b/c"]), common_folder(["/photos", "/other"])
    ('/photos', '/photos')
    """
    found = [os.path.realpath(folder) for folder in dict.fromkeys(folders)]
    common = os.path.commonpath(found) if found else "."
    return found[0] if common == "/" else common


def is_below(folder: str, above: str) -> bool:
    """Whether a folder is another one or lies in it, by their names.

    >>> is_below("/a/b", "/a"), is_below("/ab", "/a"), is_below("/a", "/")
    (True, False, True)
    """
    return folder == above or folder.startswith(above.rstrip("/") + "/")


def nearest(folder: str) -> str:
    """Return a folder itself, or the nearest above it that is there.

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
    """Return the status of what is at a path, links followed; None where nothing is, or nothing can be."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def identity_of(status: os.stat_result | None) -> int | None:
    """Return one number for a file, whatever its names: as small as can be, for there may be a million.

    >>> identity_of(status_at(".")) == identity_of(status_at("./.")), identity_of(status_at("/nowhere"))
    (True, None)
    """
    return None if status is None else status.st_dev << 64 | status.st_ino


def absolute(path: str) -> str:
    """A path that means the same from any folder."""
    return str(Path.cwd() / path)


class Originals:
    """The sources and targets of a run.

    Args:
        paths: of them; looked at when the first output that exists already is met.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths

    def named(self, path: str) -> tuple[str, ...]:
        """Return the path, if it is one of them by whatever name, links followed; else nothing."""
        found = identity_of(status_at(path))
        return (path,) if found is not None and found in self._known else ()

    @cached_property
    def _known(self) -> frozenset[int]:
        known = (identity_of(status_at(path)) for path in self._paths)
        return frozenset(each for each in known if each is not None)
