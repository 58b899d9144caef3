"""Globs as filters: what matches a relative path.

``*``, ``?`` and ``[...]`` mean what the shell means by them, within one name; ``**`` stands for any number of
folders, none included. Upper and lower case differ, as in the shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Match = Callable[[str], object]

_ANY_FOLDERS: Final = None


def of_name(glob: str) -> Match:
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
    parts = [_ANY_FOLDERS if name == "**" else of_name(name) for name in glob.split("/") if name]
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
