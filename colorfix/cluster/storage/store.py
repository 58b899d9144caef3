"""Store of photos, and the shared disk, which every machine of a cluster sees under the same paths."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from colorfix.batch.plan.paths import absolute
from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.cluster.storage.uris import AttributeSource, StoreEntry, is_uri, split_uri
from colorfix.core.atomic import publishing

if TYPE_CHECKING:
    from colorfix.cluster.storage.bucket import Bucket


class Disk:
    """Plain paths; see :class:`colorfix.cluster.storage.store.Store`."""

    def stamp(self, name: str) -> FileStamp | None:
        """Return size and time of a file, a link followed."""
        found = FileStamp.of_source(name)
        return None if found.size < 0 or Path(name).is_dir() else found.without_inode

    def entries(self, folder: str) -> list[StoreEntry]:
        """List a folder."""
        try:
            with os.scandir(folder or ".") as found:
                return [
                    StoreEntry(each.name, None if each.is_dir() else FileStamp.of(each.stat()))
                    for each in found
                ]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def contents(self, name: str) -> bytes | None:
        """Return a file's bytes."""
        try:
            return Path(name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, data: bytes, name: str, *, replace: bool, like: AttributeSource | None = None) -> None:
        """Write a file atomically, with fsync."""
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        status = None if like is None else Path(like.path).stat()
        exactly = like is not None and like.exactly
        with publishing(name, overwrite=replace, like=status, exactly=exactly) as file:
            file.write(data)


class Store(Protocol):
    """Store of sources and results. Names are the user's: paths or URIs.

    Every method raises ``OSError``, and ``FileNotFoundError`` for a missing file.
    """

    def stamp(self, name: str) -> FileStamp | None:
        """Return size and time of a file; None for a folder or a missing file."""

    def entries(self, folder: str) -> list[StoreEntry]:
        """List a folder; a missing one is empty."""

    def contents(self, name: str) -> bytes | None:
        """Return a file's bytes; None if it does not exist."""

    def put(self, data: bytes, name: str, *, replace: bool, like: AttributeSource | None = None) -> None:
        """Write a file atomically.

        Args:
            data: content.
            name: of the file.
            replace: replace an existing file.
            like: source of permissions and times, for stores that have them.
        """


def store_of(name: str) -> Store:
    """Return the store of a name.

    Raises:
        SettingError: its scheme is unknown.
    """
    return bucket_of(name) if is_uri(name) else Disk()


def bucket_of(uri: str) -> Bucket:
    """Return the bucket of a URI.

    Raises:
        SettingError: its scheme is unknown.
    """
    return _bucket(split_uri(uri)[0])


def absolute_name(name: str) -> str:
    """Return an absolute path, or a URI as it is."""
    return name if is_uri(name) else absolute(name)


@lru_cache(maxsize=64)
def _bucket(top: str) -> Bucket:
    from colorfix.cluster.storage.bucket import Bucket

    return Bucket.of(top)
