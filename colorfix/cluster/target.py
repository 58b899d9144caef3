"""Target of a run, sent to the actors once, as the bytes of its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from colorfix.batch.process.learn import LazyTargets
from colorfix.cluster.storage.store import absolute_name, store_of
from colorfix.cluster.storage.store_errors import unreadable
from colorfix.cluster.storage.uris import is_uri, spelling_error
from colorfix.core.defaults import NEUTRAL
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.text import printable
from colorfix.photos import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.correction.targets import Target


@dataclass(frozen=True)
class TargetFile:
    """A target and its file.

    Attributes:
        name: the user's name for it, or ``neutral``.
        data: content of the file; empty for ``neutral``.
        location: absolute path or URI.
    """

    name: str
    data: bytes = b""
    location: str = NEUTRAL

    @classmethod
    def of(cls, name: str, max_pixels: int) -> TargetFile:
        """Read a target's file.

        Raises:
            PhotoError: it cannot be read.
            SettingError: its name is misspelled.
        """
        if name == NEUTRAL:
            return cls(name)
        if (fault := spelling_error(name)) is not None:
            raise SettingError(f"{printable(name)}: {fault}")
        if not is_uri(name):
            return cls(name, bytes(read_file(name, max_pixels)), absolute_name(name))
        try:
            data = store_of(name).contents(name)
            if data is None:  # for a missing bucket too, which a listing reports
                store_of(name).entries(name.rpartition("/")[0])
        except OSError as error:
            raise unreadable(name, error) from error
        if data is None:
            raise UnreadablePhoto(printable(name), "is not there; check the name")
        return cls(name, data, name)

    def unpack(self, folder: Path, max_pixels: int) -> tuple[str, Mapping[str, Target]]:
        """Write the file into a folder; return its path and the targets, which read it on first use.

        Args:
            folder: on this machine.
            max_pixels: largest width times height.
        """
        if self.name == NEUTRAL:
            return NEUTRAL, LazyTargets((NEUTRAL,), max_pixels)
        path = folder / f"target{PurePath(self.name).suffix}"  # .json is a file of statistics
        path.write_bytes(self.data)
        return str(path), LazyTargets((str(path),), max_pixels)
