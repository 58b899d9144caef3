"""Bucket of an object store, through pyarrow's filesystems, or fsspec's for other schemes.

Network errors are retried, a bounded number of times, with exponential backoff.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pyarrow as pa
from pyarrow import fs

from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.cluster.storage.store_errors import FULL
from colorfix.cluster.storage.uris import StoreEntry, split_uri
from colorfix.core.errors import SettingError
from colorfix.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.cluster.storage.uris import AttributeSource

Result = TypeVar("Result")

MAX_TRIES: Final = 4
"""pyarrow's S3 retries three times itself, so that a request is made at most twelve times."""

_REST = 0.5  # seconds before the second try, doubled for each after it
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_REFUSED = ("ACCESS_DENIED", "NO_SUCH_BUCKET", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH")


def retry(step: Callable[[], Result], *, rest: float = _REST) -> Result:
    """Call a function, again after a network error; return its result.

    Errors that a retry cannot mend, such as a missing object, wrong credentials or a full disk, are raised
    at once.

    Args:
        step: function to call, once or more often.
        rest: seconds before the second try; a random share of it, from a half to all, is waited.

    Raises:
        OSError: the last try's.

    >>> answers = iter([OSError("reset by peer"), "a photo"])
    >>> def fetched():
    ...     answer = next(answers)
    ...     if isinstance(answer, OSError):
    ...         raise answer
    ...     return answer
    >>> retry(fetched, rest=0)
    'a photo'
    """
    for attempt in range(1, MAX_TRIES):
        try:
            return step()
        except OSError as error:
            if (
                isinstance(error, _FINAL)
                or error.errno in FULL
                or any(word in str(error) for word in _REFUSED)
            ):
                raise
        time.sleep(rest * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311 - so that all do not return at once
    return step()


_PIECE = 16 << 20  # bytes a request: one for most photos


@dataclass(frozen=True, eq=False)
class Bucket:
    """A bucket; see :class:`colorfix.cluster.storage.store.Store`.

    Attributes:
        filesystem: of pyarrow.
        root: name of the bucket in the filesystem.
    """

    filesystem: Any
    root: str

    @classmethod
    def of(cls, top: str) -> Bucket:
        """Return the bucket of scheme and name, as ``s3://photos``.

        Raises:
            SettingError: the scheme is unknown.
        """
        scheme, _, name = top.partition("://")
        if scheme == "s3":
            return cls(_s3(), name)
        try:
            filesystem, root = fs.FileSystem.from_uri(f"{top}/")
        except pa.ArrowInvalid:
            return cls(_of_fsspec(scheme), name)
        except OSError as error:
            raise SettingError(f"{top}: cannot be opened ({one_line(error)})") from error
        return cls(filesystem, root.rstrip("/"))

    def stamp(self, name: str) -> FileStamp | None:
        """Return size and time of an object."""
        found = retry(partial(self.filesystem.get_file_info, self._path(name)))
        return _stamp(found) if found.type == fs.FileType.File else None

    def entries(self, folder: str) -> list[StoreEntry]:
        """Return the objects whose names begin with the folder's, down to the next slash, and the folders."""
        selector = fs.FileSelector(self._path(folder))
        try:
            found = retry(partial(self.filesystem.get_file_info, selector))
        except FileNotFoundError:  # a missing bucket is another error
            return []
        return [StoreEntry(each.base_name, _stamp(each) if each.is_file else None) for each in found]

    def contents(self, name: str) -> bytes | None:
        """Return an object's bytes."""
        try:
            return bytes(retry(partial(self._read, name)))
        except FileNotFoundError:
            return None

    def fetch(self, name: str, into: str) -> None:
        """Copy an object to a path."""
        retry(partial(self._copy, name, into))

    def put(self, data: bytes, name: str, *, replace: bool, like: AttributeSource | None = None) -> None:  # noqa: ARG002 - objects have no permissions
        """Write an object: in one request, or in parts that are completed by the last."""
        retry(partial(self._write, data, name))

    def _path(self, name: str) -> str:
        rest = split_uri(name)[1].rstrip("/")
        return f"{self.root}/{rest}" if rest else self.root

    def _read(self, name: str) -> bytes:
        with self.filesystem.open_input_file(self._path(name)) as file:
            found: bytes = file.read()
            return found

    def _copy(self, name: str, into: str) -> None:
        with self.filesystem.open_input_file(self._path(name)) as file, Path(into).open("wb") as copy:
            shutil.copyfileobj(file, copy, _PIECE)

    def _write(self, data: bytes, name: str) -> None:
        with self.filesystem.open_output_stream(self._path(name)) as file:
            file.write(data)


def _stamp(found: fs.FileInfo) -> FileStamp:
    return FileStamp(found.size, found.mtime_ns or 0)


def _s3() -> fs.S3FileSystem:
    """Return S3 with endpoint, region and credentials from the usual environment variables."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    scheme, _, host = (endpoint or "").rpartition("://")
    return fs.S3FileSystem(
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        scheme=scheme or "https",
        endpoint_override=host.rstrip("/") or None,
        background_writes=True,  # close() fails if a part has failed
        allow_delayed_open=True,  # a small object is one request
    )


def _of_fsspec(scheme: str) -> fs.PyFileSystem:
    try:
        import fsspec

        return fs.PyFileSystem(fs.FSSpecHandler(fsspec.filesystem(scheme)))
    except (ImportError, ValueError) as error:
        reason = f"is no scheme that pyarrow or fsspec know here ({one_line(error)})"
        raise SettingError(f"{scheme}://: {reason}") from error
