"""Which photos: names, folders, quoted globs and lists become photos, each once, in one order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from glob import has_magic
from typing import TYPE_CHECKING

from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.file_checks import PIPE
from colorfix.core.text import shown
from colorfix.folder.globs import expanded
from colorfix.folder.lists import names_in
from colorfix.folder.patterns import Filters
from colorfix.folder.places import folder_of, is_below
from colorfix.folder.source import Source, plain
from colorfix.folder.walking import Remarks, is_own, is_photo, joined, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Sources:
    """Which photos, as the command line says.

    Attributes:
        names: files, folders, globs; ``-`` is a photo from stdin.
        recursive: whether folders are looked into to the bottom.
        files_from: path of a list of files and folders, ``-`` for stdin, or None.
        null: whether names in it end with a NUL.
        listed: the names in it, where somebody else reads it: a pipe can be read but once.
        filters: which of them are wanted.
    """

    names: tuple[str, ...] = ()
    recursive: bool = False
    files_from: str | None = None
    null: bool = False
    listed: Iterable[str] | None = None
    filters: Filters = field(default_factory=Filters)

    def __post_init__(self) -> None:
        if self.null and self.files_from is None:
            raise SettingError("-0 says how names in a list end; name the list with --files-from")

    @property
    def single(self) -> bool:
        """Whether it is one photo, named by its name."""
        return self.files_from is None and len(self.names) == 1 and _is_one(self.names[0])

    @property
    def in_list(self) -> Iterator[str]:
        """The names in the list.

        Raises:
            SettingError: it cannot be read.
        """
        if self.listed is not None:
            yield from self.listed
        elif self.files_from is not None:
            yield from names_in(self.files_from, null=self.null)


def folder_named(name: str) -> str:
    """Return the folder that a name of the command line stands for or lies in; of a glob, its fixed part.

    >>> folder_named("shoot/*/a.jpg"), folder_named("shoot/a.jpg")
    ('shoot', 'shoot')
    """
    if os.path.isdir(name):
        return name
    if _is_glob(name):
        return folder_of(name[: next(i for i, letter in enumerate(name) if letter in "*?[")])
    return folder_of(name)


def _is_glob(name: str) -> bool:
    return has_magic(name) and not os.path.lexists(name)


def _is_one(name: str) -> bool:
    """Whether a name is one photo's, be it there or not; a glob that matches nothing is a name too."""
    if _is_glob(name):
        return next(expanded(name, Remarks())[1], None) is None
    return name == PIPE or not os.path.isdir(name)


def gather(sources: Sources, remarks: Remarks, results: str | None = None) -> Iterator[Source]:
    """Yield the photos, in the order in which they were named, each once.

    Args:
        sources: what was asked for.
        remarks: gets what is left out, and what cannot be found.
        results: the folder that results go into; where it lies in a folder of photos it is not looked into.
    """
    if len(sources.names) == 1 and sources.files_from is None and not _is_glob(sources.names[0]):
        yield from _photos_of(sources.names[0], sources, remarks, results)
        return
    seen: set[str] = set()
    for source in _all(sources, remarks, results):
        path = os.path.abspath(source.path)  # a link is a photo of its own
        if path in seen:
            remarks.left_out["named twice"] += 1
        else:
            seen.add(path)
            yield source


def _all(sources: Sources, remarks: Remarks, results: str | None) -> Iterator[Source]:
    """Yield what every name stands for, those of the command line first."""
    for name in sources.names:
        yield from _photos_of(name, sources, remarks, results)
    for name in sources.in_list:
        yield from _named(name, sources, remarks, results)


def _photos_of(name: str, sources: Sources, remarks: Remarks, results: str | None) -> Iterator[Source]:
    """Yield what a name of the command line stands for: a glob, unless something has that very name."""
    if _is_glob(name):
        yield from _matching(name, sources, remarks, results)
    else:
        yield from _named(name, sources, remarks, results)


def _named(name: str, sources: Sources, remarks: Remarks, results: str | None) -> Iterator[Source]:
    """Yield a photo, or those in a folder."""
    if name != PIPE and os.path.isdir(name):
        yield from _inside(plain(name), "", sources, remarks, results)
        return
    source = Source.of(name)
    if sources.filters.wants(source.relative):
        yield source
    else:
        remarks.left_out["excluded"] += 1


def _inside(
    root: str, below: str, sources: Sources, remarks: Remarks, results: str | None
) -> Iterator[Source]:
    """Yield the photos in a folder below a root."""
    avoid = None if results is None else _path_below(results, root)
    for folder, names in walk(
        root, sources.filters, remarks, recursive=sources.recursive, avoid=avoid, start=below
    ):
        yield from (Source(root, joined(folder, name)) for name in names)


def _matching(glob: str, sources: Sources, remarks: Remarks, results: str | None) -> Iterator[Source]:
    """Yield the photos that a glob matches, and those in the folders that it matches."""
    start, paths = expanded(glob, remarks)
    root = plain(start)
    avoid = None if results is None else _path_below(results, root)
    nothing = True
    for path in paths:
        nothing = False
        if avoid is not None and is_below(path, avoid):
            continue
        if os.path.isdir(joined(root, path)):
            yield from _inside(root, path, sources, remarks, results)
        elif is_own(path) or not (is_photo(path) and os.path.isfile(joined(root, path))):
            remarks.left_out["other files"] += 1
        elif sources.filters.wants(path):
            yield Source(root, path)
        else:
            remarks.left_out["excluded"] += 1
    if nothing:
        remarks.troubles.append(UnreadablePhoto(shown(glob), "matches no file; check the pattern"))


def _path_below(folder: str, root: str) -> str | None:
    """Return a folder's path below a root, links followed; None where it does not lie below."""
    real, above = os.path.realpath(folder), os.path.realpath(root)
    return real[len(above) :].lstrip("/") or None if is_below(real, above) else None
