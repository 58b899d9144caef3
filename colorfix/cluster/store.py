"""Where photos lie: on a disk that every machine sees, or in a bucket."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from colorfix.batch.plan.paths import absolute
from colorfix.cluster.disk import Disk
from colorfix.cluster.uris import Entry, Like, is_uri, parts_of

if TYPE_CHECKING:
    from colorfix.batch.resume.file_stamp import Mark
    from colorfix.cluster.bucket import Bucket


class Store(Protocol):
    """What photos are read from and results written to. Names are the user's: paths or URIs.

    Every method raises ``OSError`` for what goes wrong, ``FileNotFoundError`` for what is not there.
    """

    def mark(self, name: str) -> Mark | None:
        """Return size and time of a file; None where there is none, or a folder."""

    def entries(self, folder: str) -> list[Entry]:
        """Return what is in a folder; where there is no such folder, nothing."""

    def contents(self, name: str) -> bytes | None:
        """Return a file's bytes; None where there is none."""

    def put(self, data: bytes, name: str, *, replace: bool, like: Like | None = None) -> None:
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
    return _bucket(parts_of(uri)[0])


def everywhere(name: str) -> str:
    """Return a name that means the same in whatever folder another machine runs."""
    return name if is_uri(name) else absolute(name)


@lru_cache(maxsize=64)
def _bucket(top: str) -> Bucket:
    from colorfix.cluster.bucket import Bucket

    return Bucket.of(top)
