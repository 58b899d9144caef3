"""Target of a run, sent to the actors once, as the bytes of its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from colorfix.batch.process.learn import LazyTargets
from colorfix.cluster.storage.store import absolute_name, store_of
from colorfix.cluster.storage.store_errors import unreadable
from colorfix.cluster.storage.uris import is_uri, spelling_error
from colorfix.core.defaults import NEUTRAL, is_virtual
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.text import printable
from colorfix.correction.targets import target_of
from colorfix.photos import read_file
from colorfix.report import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.correction.targets import Target


@dataclass(frozen=True)
class TargetFile:
    """A target and its file.

    Attributes:
        name: the user's name for it, or a virtual target.
        data: content of the file; empty for a virtual target.
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
            SettingError: its name is misspelled, or its temperature out of range.
        """
        if is_virtual(name):
            target_of(name)  # refuses a temperature that is out of range
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

    @property
    def digest(self) -> str:
        """A text that is equal for equal targets."""
        return sha256_of(self.data if self.name == NEUTRAL or self.data else self.name.encode())

    def unpack(self, folder: Path, max_pixels: int) -> tuple[str, Mapping[str, Target]]:
        """Write the file into a folder; return its path and the targets, which read it on first use.

        Args:
            folder: on this machine.
            max_pixels: largest width times height.
        """
        if is_virtual(self.name):
            return self.name, LazyTargets((self.name,), max_pixels)
        path = folder / f"target{PurePath(self.name).suffix}"  # .json is a file of statistics
        path.write_bytes(self.data)
        return str(path), LazyTargets((str(path),), max_pixels)
