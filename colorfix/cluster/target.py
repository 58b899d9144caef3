"""What guides photos, as it travels to actors: once, as the bytes of its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from colorfix.batch.process.targets import LazyTargets
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
        name: as the user named it; or ``neutral``.
        data: the file; nothing for ``neutral``.
        place: the name as it is the same in every folder.
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
            if data is None:  # which is said of a missing bucket, too; a listing knows better
                store_of(name).entries(name.rpartition("/")[0])
        except OSError as error:
            raise unreadable(name, error) from error
        if data is None:
            raise UnreadablePhoto(printable(name), "is not there; check the name")
        return cls(name, data, name)

    def unpack(self, folder: Path, max_pixels: int) -> tuple[str, Mapping[str, Target]]:
        """Write the file into a folder; return its path and what reads it when it is asked for.

        Args:
            folder: of this machine.
            max_pixels: width times height that is still accepted.
        """
        if self.name == NEUTRAL:
            return NEUTRAL, LazyTargets((NEUTRAL,), max_pixels)
        path = folder / f"guide{PurePath(self.name).suffix}"  # .json says that it holds statistics
        path.write_bytes(self.data)
        return str(path), LazyTargets((str(path),), max_pixels)
