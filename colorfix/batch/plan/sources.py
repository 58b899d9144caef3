"""Sources: photos from file names, folders, quoted globs and lists, each once, in a fixed order."""

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
from colorfix.core.atomic import PIPE
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO


class Source(NamedTuple):
    """A photo, as the folder in which it was found and its path below that.

    Attributes:
        root: the named folder; the photo's own folder if the photo itself is named.
        relative: the path below the root.
        named: whether the photo itself is named; then it may have any suffix.
    """

    root: str
    relative: str
    named: bool = False

    @property
    def path(self) -> str:
        """Path of the photo.

        >>> Source("shoot", "day 1/a.jpg").path
        'shoot/day 1/a.jpg'
        """
        return joined(self.root, self.relative)

    @property
    def stem(self) -> str:
        """File name without the suffix.

        >>> Source("", "x/a.b.jpg").stem, Source("", ".hidden").stem
        ('a.b', '.hidden')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[:dot] if 0 < dot < len(name) - 1 else name

    @property
    def suffix(self) -> str:
        """Suffix of the file name, with its dot.

        >>> Source("", "x/a.b.jpg").suffix, Source("", ".hidden").suffix
        ('.jpg', '')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[dot:] if 0 < dot < len(name) - 1 else ""

    @classmethod
    def of(cls, name: str) -> Source:
        """Return the photo of a name; the tree that outputs repeat begins after ``/./``, as in rsync.

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
    """Return a name without ``./``, double slashes and a final slash; ``.`` becomes empty.

    >>> [normalized(name) for name in ("./a.jpg", "x//", ".", "./-")]
    ['a.jpg', 'x', '', './-']
    """
    spelled = str(PurePath(name)) if "//" in name or name.startswith(".") or name.endswith("/") else name
    if spelled == PIPE != name:  # a file of that name, not stdin
        return f"./{PIPE}"
    return "" if spelled == "." else spelled


_PIECE = 1 << 16


def names_in(path: str, *, null: bool) -> Iterator[str]:
    """Yield the names in a list: one a line, or each terminated by NUL, as by ``find -print0``.

    Args:
        path: of the list; ``-`` for stdin.
        null: whether NUL terminates names, so that a name may have line breaks.

    Raises:
        SettingError: the list cannot be read, or has NULs and ``null`` is not set.
    """
    end = b"\0" if null else b"\n"
    with open_list(path, "--files-from") as file:
        rest: list[bytes] = []
        while piece := file.read(_PIECE):
            if not null and b"\0" in piece:
                raise SettingError(
                    f"--files-from {printable(path)}: holds NULs; add -0, if they end its names"
                )
            first, *others = piece.split(end)
            rest.append(first)
            if others:
                yield from _decoded([b"".join(rest), *others[:-1]], null=null)
                rest = [others[-1]]
        yield from _decoded([b"".join(rest)], null=null)


def _decoded(names: Iterable[bytes], *, null: bool) -> Iterator[str]:
    for name in names:
        path = os.fsdecode(name if null else name.removesuffix(b"\r"))
        if path:
            yield f"./{PIPE}" if path == PIPE else path  # in a list a file, not stdin


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
    """The photos of a run, as the command line names them.

    Attributes:
        names: files, folders, globs; ``-`` is a photo from stdin.
        recursive: whether folders below are searched too.
        files_from: path of a list of files and folders, ``-`` for stdin, or None.
        null: whether NUL terminates the names in it.
        listed: the names in it, if the caller reads it: a pipe can be read only once.
        filters: globs that include or exclude photos.
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
        """Whether the source is one photo, by its name."""
        return self.files_from is None and len(self.names) == 1 and _is_one(self.names[0])

    @property
    def in_list(self) -> Iterator[str]:
        """The names in the list.

        Raises:
            SettingError: the list cannot be read.
        """
        if self.listed is not None:
            yield from self.listed
        elif self.files_from is not None:
            yield from names_in(self.files_from, null=self.null)


def folder_named(name: str) -> str:
    """Return the folder that a name is or is in; for a glob, the part without wildcards.

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
    """Whether a name is that of one photo, which may be missing; so is a glob without matches."""
    if _is_glob(name):
        return next(expand_glob(name, Remarks())[1], None) is None
    return name == PIPE or not os.path.isdir(name)


def gather(sources: Sources, remarks: Remarks, results: str | None = None) -> Iterator[Source]:
    """Yield the photos in the order of their names, each once.

    Args:
        sources: names and lists.
        remarks: gets the number of files left out, and errors.
        results: the folder of results; it is not searched for photos.
    """
    search = _Search(sources, remarks, results)
    if len(sources.names) == 1 and sources.files_from is None and not _is_glob(sources.names[0]):
        yield from search.named(sources.names[0])
        return
    seen: set[str] = set()
    for source in search.everything():
        path = os.path.abspath(source.path)  # a link is a photo of its own
        if path in seen:
            remarks.left_out["named twice"] += 1
        else:
            seen.add(path)
            yield source


class _Search(NamedTuple):
    """Search for photos; see :func:`gather`."""

    sources: Sources
    remarks: Remarks
    results: str | None

    def everything(self) -> Iterator[Source]:
        """Yield the photos of all names, those of the command line first; only these may be globs."""
        for name in self.sources.names:
            yield from self._matching(name) if _is_glob(name) else self.named(name)
        for name in self.sources.in_list:
            yield from self.named(name)

    def named(self, name: str) -> Iterator[Source]:
        """Yield a photo, or those in a folder."""
        if name != PIPE and os.path.isdir(name):
            yield from self._inside(normalized(name), "")
        else:
            yield from self._wanted(Source.of(name))

    def _inside(self, root: str, below: str) -> Iterator[Source]:
        """Yield the photos in a folder below a root."""
        filters, recursive, avoid = self.sources.filters, self.sources.recursive, self._avoided(root)
        for folder, names in walk(root, filters, self.remarks, recursive=recursive, avoid=avoid, start=below):
            yield from (Source(root, joined(folder, name)) for name in names)

    def _matching(self, glob: str) -> Iterator[Source]:
        """Yield the photos that a glob matches, and those in the folders that it matches."""
        start, paths = expand_glob(glob, self.remarks)
        root = normalized(start)
        avoid = self._avoided(root)
        nothing = True
        for path in paths:
            nothing = False
            if avoid is not None and is_below(path, avoid):
                continue
            if os.path.isdir(joined(root, path)):
                yield from self._inside(root, path)
            elif is_own(path) or not (is_photo(path) and os.path.isfile(joined(root, path))):
                self.remarks.left_out["other files"] += 1
            else:
                yield from self._wanted(Source(root, path))
        if nothing:
            trouble = UnreadablePhoto(printable(glob), "matches no file; check the pattern")
            self.remarks.troubles.append(trouble)

    def _wanted(self, source: Source) -> Iterator[Source]:
        if self.sources.filters.wants(source.relative):
            yield source
        else:
            self.remarks.left_out["excluded"] += 1

    def _avoided(self, root: str) -> str | None:
        """Return the path of the results below a root, links followed; None if they are elsewhere."""
        if self.results is None:
            return None
        real, above = os.path.realpath(self.results), os.path.realpath(root)
        return real[len(above) :].lstrip("/") or None if is_below(real, above) else None
