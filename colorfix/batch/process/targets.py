"""Targets of a run, read on first use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from colorfix.core.defaults import MAX_PIXELS, NEUTRAL
from colorfix.correction.targets import Target, target_of
from colorfix.photos import read_file
from colorfix.report import photo_sha256, sha256_of

_KEPT: Final = 4
"""Targets in memory at once."""


@dataclass(frozen=True)
class LazyTargets(Mapping[str, Target]):
    """Targets by name, each read on first use; the four used last stay in memory.

    The lookup of a target that cannot be read raises its ``PhotoError``, each time: only the photos of that
    target fail.

    Attributes:
        names: of all targets of a plan.
        max_pixels: width times height that is still accepted.

    >>> LazyTargets(("neutral",))["neutral"].name
    'neutral'
    """

    names: tuple[str, ...]
    max_pixels: int = MAX_PIXELS
    _read: OrderedDict[str, Target] = field(default_factory=OrderedDict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Target:
        found = self._read.pop(name, None)
        if found is None:
            found = target_of(name, max_pixels=self.max_pixels)
        self._read[name] = found  # moved to the end: used last
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the names only; another process reads the targets itself."""
        return LazyTargets, (self.names, self.max_pixels)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a target's file, without decoding it; ``neutral`` for that target.

        Raises:
            PhotoError: the file cannot be read.
        """
        known = self._read.get(name)
        if known is not None and known.photo is not None:
            return photo_sha256(known.photo) or ""
        return name if name == NEUTRAL else sha256_of(read_file(name, self.max_pixels))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
