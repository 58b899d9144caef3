"""Where photos lie: on a disk that every machine sees, or in a bucket.

A disk that every machine of the cluster sees under the same paths.
"""

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
        """Return what is in a folder."""
        from colorfix.cluster.storage.uris import StoreEntry

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
        """Write a file, synced, under its name in one step."""
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        status = None if like is None else Path(like.path).stat()
        exactly = like is not None and like.exactly
        with publishing(name, overwrite=replace, like=status, exactly=exactly) as file:
            file.write(data)


class Store(Protocol):
    """What photos are read from and results written to. Names are the user's: paths or URIs.

    Every method raises ``OSError`` for what goes wrong, ``FileNotFoundError`` for what is not there.
    """

    def stamp(self, name: str) -> FileStamp | None:
        """Return size and time of a file; None where there is none, or a folder."""

    def entries(self, folder: str) -> list[StoreEntry]:
        """Return what is in a folder; where there is no such folder, nothing."""

    def contents(self, name: str) -> bytes | None:
        """Return a file's bytes; None where there is none."""

    def put(self, data: bytes, name: str, *, replace: bool, like: AttributeSource | None = None) -> None:
        """Write a file that appears whole or not at all.

        Args:
            data: all of it.
            name: where.
            replace: whether a file of that name may be replaced.
            like: the file that it takes after, where files have permissions and times of their own.
        """


def store_of(name: str) -> Store:
    """Return the store that a name belongs to.

    Raises:
        SettingError: nothing here knows its scheme.
    """
    return bucket_of(name) if is_uri(name) else Disk()


def bucket_of(uri: str) -> Bucket:
    """Return the bucket of a URI.

    Raises:
        SettingError: nothing here knows its scheme.
    """
    return _bucket(split_uri(uri)[0])


def absolute_name(name: str) -> str:
    """Return a name that means the same in whatever folder another machine runs."""
    return name if is_uri(name) else absolute(name)


@lru_cache(maxsize=64)
def _bucket(top: str) -> Bucket:
    from colorfix.cluster.storage.bucket import Bucket

    return Bucket.of(top)
