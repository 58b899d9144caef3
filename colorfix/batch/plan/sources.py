"""Which photos: names, folders, quoted globs and lists become photos, each once, in one order.

One photo to correct, by the folder that it was looked for in.

Names from a file: a list of photos, or a table of pairs.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from colorfix.batch.plan.paths import folder_of, is_below
from colorfix.batch.plan.walk import Filters, Remarks, expand_glob, is_own, is_photo, joined, walk
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.file_checks import PIPE
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO


class Source(NamedTuple):
    """A photo to correct, by the folder it was looked for in and its path below that.

    Attributes:
        root: the folder, or the one in which the photo lies, if it was named itself.
        relative: the path below.
        named: whether it was named itself, and is tried whatever its suffix.
    """

    root: str
    relative: str
    named: bool = False

    @property
    def path(self) -> str:
        """Where the photo is.

        >>> Source("shoot", "day 1/a.jpg").path
        'shoot/day 1/a.jpg'
        """
        return joined(self.root, self.relative)

    @property
    def stem(self) -> str:
        """Its name without the suffix.

        >>> Source("", "x/a.b.jpg").stem, Source("", ".hidden").stem
        ('a.b', '.hidden')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[:dot] if 0 < dot < len(name) - 1 else name

    @property
    def suffix(self) -> str:
        """The suffix of its name, the dot included.

        >>> Source("", "x/a.b.jpg").suffix, Source("", ".hidden").suffix
        ('.jpg', '')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[dot:] if 0 < dot < len(name) - 1 else ""

    @classmethod
    def of(cls, name: str) -> Source:
        """Return the photo of a name; ``/./`` in it says where its tree begins, as it does for rsync.

        >>> Source.of("shoot/day 1/a.jpg")
        Source(root='shoot/day 1', relative='a.jpg', named=True)
        >>> Source.of("shoot/./day 1/a.jpg")
        Source(root='shoot', relative='day 1/a.jpg', named=True)
        """
        root, cut, tree = name.partition("/./")
        if cut:
            return cls(normalized(root or "/"), normalized(tree), named=True)
        folder, slash, below = normalized(name).rpartition("/")
        return cls(folder or slash, below, named=True)


def normalized(name: str) -> str:
    """Return a name without what does not count: ``./``, double slashes, one at the end; ``.`` is empty.

    >>> [normalized(name) for name in ("./a.jpg", "x//", ".", "./-")]
    ['a.jpg', 'x', '', './-']
    """
    spelled = str(PurePath(name)) if "//" in name or name.startswith(".") or name.endswith("/") else name
    if spelled == PIPE != name:  # a file of that name, not stdin
        return f"./{PIPE}"
    return "" if spelled == "." else spelled


_PIECE = 1 << 16


def names_in(path: str, *, null: bool) -> Iterator[str]:
    """Yield the names in a list: one a line, or each ended by a NUL, as ``find -print0`` writes them.

    Args:
        path: of the list; ``-`` for stdin.
        null: whether NULs end names, so that a name may hold line breaks.

    Raises:
        SettingError: the list cannot be read, or holds NULs that are not said to end names.
    """
    end = b"\0" if null else b"\n"
    with open_list(path, "--files-from") as file:
        rest = b""
        while piece := file.read(_PIECE):
            if not null and b"\0" in piece:
                raise SettingError(
                    f"--files-from {printable(path)}: holds NULs; add -0, if they end its names"
                )
            *names, rest = (rest + piece).split(end)
            yield from _decoded(names, null=null)
        yield from _decoded([rest], null=null)


def _decoded(names: Iterable[bytes], *, null: bool) -> Iterator[str]:
    for name in names:
        path = os.fsdecode(name if null else name.removesuffix(b"\r"))
        if path:
            yield f"./{PIPE}" if path == PIPE else path  # in a list it is a file


@contextmanager
def open_list(path: str, option: str) -> Iterator[BinaryIO]:
    """Open a list or a table for reading; ``-`` is stdin."""
    try:
        if path == PIPE:
            yield sys.stdin.buffer
        else:
            with open(path, "rb") as file:
                yield file
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingError(
            f"{option} {printable(path)}: cannot be read ({reason}); check the name"
        ) from error


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
        return next(expand_glob(name, Remarks())[1], None) is None
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
        yield from _inside(normalized(name), "", sources, remarks, results)
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
    start, paths = expand_glob(glob, remarks)
    root = normalized(start)
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
        remarks.troubles.append(UnreadablePhoto(printable(glob), "matches no file; check the pattern"))


def _path_below(folder: str, root: str) -> str | None:
    """Return a folder's path below a root, links followed; None where it does not lie below."""
    real, above = os.path.realpath(folder), os.path.realpath(root)
    return real[len(above) :].lstrip("/") or None if is_below(real, above) else None
