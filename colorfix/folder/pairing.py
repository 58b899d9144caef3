"""Which target guides which photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.choices import NEUTRAL
from colorfix.errors import SettingError
from colorfix.folder.naming import Template, beside
from colorfix.photos import PIPE

if TYPE_CHECKING:
    from colorfix.folder.source import Source


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
