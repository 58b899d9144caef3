"""Which target guides which photo, and the reading of them."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from colorfix.choices import MAX_PIXELS
from colorfix.errors import SettingError
from colorfix.folder.naming import Template, beside
from colorfix.photos import PIPE, file_of
from colorfix.report import digest, digest_of
from colorfix.targets import NEUTRAL, Target, target_of

if TYPE_CHECKING:
    from colorfix.folder.source import Source

_KEPT: Final = 4
"""Targets held in memory at once: enough for photos of one series each, little enough for large guides."""


@dataclass(frozen=True)
class Pairing:
    """What guides each photo: exactly one of the three is given.

    Attributes:
        target: path of one target for all, or ``neutral``.
        target_for: template of each photo's own, relative to the photo's folder.
        pairs: path of a table of photos and their targets; it names the photos too.

    >>> Pairing()
    Traceback (most recent call last):
    colorfix.errors.SettingError: say what guides the photos: --target PATH, --target-for TEMPLATE or --pairs CSV
    """  # noqa: E501 - a message is one line

    target: str | None = None
    target_for: str | None = None
    pairs: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in (self.target, self.target_for, self.pairs) if name is not None]
        if not given:
            raise SettingError(
                "say what guides the photos: --target PATH, --target-for TEMPLATE or --pairs CSV"
            )
        if len(given) > 1:
            raise SettingError("--target, --target-for and --pairs each name the targets; give one of them")
        if self.target_for is not None:
            Template.of(self.target_for)

    def of(self, source: Source) -> str:
        """Return the target of a photo that no table names."""
        if self.target_for is None:
            return self.target or ""
        path = beside(self.target_for, source)
        return f"./{path}" if path in {NEUTRAL, PIPE} else path  # a template names files

    @property
    def as_glob(self) -> str | None:
        """What ``--exclude`` takes to leave the targets out of the photos; None for a table.

        >>> Pairing(target_for="refs/{stem}_ref.jpg").as_glob
        '*_ref.jpg'
        """
        name = self.target_for or self.target
        return None if name is None else re.sub(r"\{\w+\}", "*", name.rpartition("/")[2])


@dataclass(frozen=True)
class Guides(Mapping[str, Target]):
    """Targets by their names, each read when it is first asked for; the last few stay in memory.

    Asking for one that cannot be read raises its ``PhotoError``, each time anew: it costs the photos that it
    was to guide, and no others.

    Attributes:
        names: of all targets of a plan.
        max_pixels: width times height that is still accepted.

    >>> Guides(("neutral",))["neutral"].name
    'neutral'
    """

    names: tuple[str, ...]
    max_pixels: int = MAX_PIXELS
    _read: OrderedDict[str, Target] = field(default_factory=OrderedDict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Target:
        found = self._read.pop(name, None)
        if found is None:
            found = target_of(name, max_pixels=self.max_pixels)
        self._read[name] = found  # the last one asked for stands last
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as names alone, to be read there."""
        return Guides, (self.names, self.max_pixels)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a target's file, which is not decoded for it; of ``neutral``, the word.

        Raises:
            PhotoError: it cannot be read.
        """
        known = self._read.get(name)
        if known is not None and known.photo is not None:
            return digest_of(known.photo) or ""
        return name if name == NEUTRAL else digest(file_of(name, self.max_pixels))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
