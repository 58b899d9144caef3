"""Files that are read and must never be written, whatever they are called."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from colorfix.folder.places import identity_of, status_at

if TYPE_CHECKING:
    from collections.abc import Iterable


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
