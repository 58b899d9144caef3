"""A disk that every machine of the cluster sees under the same paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.batch.resume.file_stamp import Mark
from colorfix.core.atomic import publishing

if TYPE_CHECKING:
    from colorfix.cluster.uris import Entry, Like


class Disk:
    """Plain paths; see :class:`colorfix.cluster.store.Store`."""

    def mark(self, name: str) -> Mark | None:
        """Return size and time of a file, a link followed."""
        found = Mark.of_source(name)
        return None if found.size < 0 or Path(name).is_dir() else found.unnumbered

    def entries(self, folder: str) -> list[Entry]:
        """Return what is in a folder."""
        from colorfix.cluster.uris import Entry

        try:
            with os.scandir(folder or ".") as found:
                return [Entry(each.name, None if each.is_dir() else Mark.of(each.stat())) for each in found]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def contents(self, name: str) -> bytes | None:
        """Return a file's bytes."""
        try:
            return Path(name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, data: bytes, name: str, *, replace: bool, like: Like | None = None) -> None:
        """Write a file, synced, under its name in one step."""
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        status = None if like is None else Path(like.path).stat()
        exactly = like is not None and like.exactly
        with publishing(name, overwrite=replace, like=status, exactly=exactly) as file:
            file.write(data)
