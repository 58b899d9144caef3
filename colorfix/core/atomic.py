"""A result that is written whole but not yet under its name.

The temporary file lies in the output's own folder, since no file moves between file systems in one step.
Its name is its own and short, so an output may be as long as the file system allows. A kill at any moment
leaves the old file (or none) and at worst a ``.colorfix-*.tmp``, whose name holds the process id.

Bytes become a file: the whole new one or the old one, never a part and never somebody else's.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.errors import ColorfixError, OutputError
from colorfix.core.file_checks import PIPE, STDOUT, reason_of
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # the user's umask takes from it
_PERMISSIONS = 0o777
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}  # FAT, some network drives
TEMPORARY = re.compile(r"\.colorfix-(?P<process>\d+)-[0-9a-f]{16}\.tmp")
"""How temporary files are called."""


@dataclass(eq=False)
class TemporaryFile:
    """A file on its way: written under a name of its own, safe on the disk once synced, then placed.

    Attributes:
        path: where it is to stand; its folder exists.
        overwrite: whether an existing file may be replaced.
        temporary: where it stands meanwhile.
    """

    path: str
    overwrite: bool = False
    temporary: Path = field(init=False)

    def __post_init__(self) -> None:
        self.temporary = Path(self.path).parent / f".colorfix-{os.getpid()}-{os.urandom(8).hex()}.tmp"

    @contextmanager
    def writing(self, like: os.stat_result | None = None, *, exactly: bool = False) -> Iterator[BinaryIO]:
        """Give the file to write to, binary and empty; it may be seeked and read in.

        Args:
            like: of which file a new one takes the permission bits, less the user's umask, as ``cp`` does.
            exactly: take them whole, and the times too, as ``cp -p`` does.

        Raises:
            OutputError: no space, no permission, or another trouble of the file system.
        """
        with (
            os_errors_as(self.path),
            os.fdopen(os.open(self.temporary, _FLAGS, _mode_of(like)), "w+b") as file,
        ):
            yield file
            file.flush()
            if self.overwrite:
                _take_permissions(file.fileno(), Path(self.path))
            if like is not None and exactly:
                _copy_mode_and_times(file.fileno(), like)

    def sync(self) -> os.stat_result:
        """See that all of it is on the disk, and return the status that it will have under its name.

        Raises:
            OutputError: the disk is full or fails.
        """
        with os_errors_as(self.path):
            descriptor = os.open(self.temporary, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
                return os.fstat(descriptor)
            finally:
                os.close(descriptor)

    def publish(self) -> None:
        """Put it under its name in one step; sync the folder afterwards.

        Raises:
            OutputError: the path exists without leave, or another trouble of the file system.
        """
        with os_errors_as(self.path):
            if self.overwrite:
                self.temporary.replace(self.path)
            else:
                _link(self.temporary, Path(self.path))
                self.temporary.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what is not placed; nothing happens where all is."""
        with suppress(OSError, ValueError):
            self.temporary.unlink()


@contextmanager
def os_errors_as(path: str) -> Iterator[None]:
    """Turn a trouble of the file system into an error that names the output and the remedy."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, ColorfixError):
            raise
        raise OutputError(printable(path), reason_of(error)) from error


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, as far as its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # the photo is in place; not every file system syncs a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mode_of(like: os.stat_result | None) -> int:
    return _MODE if like is None else like.st_mode & _PERMISSIONS


def _copy_mode_and_times(descriptor: int, like: os.stat_result) -> None:
    os.fchmod(descriptor, like.st_mode & _PERMISSIONS)
    os.utime(descriptor, ns=(like.st_atime_ns, like.st_mtime_ns))


def _take_permissions(descriptor: int, replaced: Path) -> None:
    with suppress(FileNotFoundError):
        mode = replaced.lstat().st_mode
        if stat.S_ISREG(mode):
            os.fchmod(descriptor, mode & _PERMISSIONS)


def _link(temporary: Path, target: Path) -> None:
    try:
        target.hardlink_to(temporary)  # fails where anything has the name already; a rename would not
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        _reserve_and_replace(temporary, target)


def _reserve_and_replace(temporary: Path, target: Path) -> None:
    """Without hard links: take the name with an empty file, then replace that.

    A kill between the two leaves the file empty; taking the name without it could overwrite somebody's file.
    """
    os.close(os.open(target, _FLAGS, _MODE))
    try:
        temporary.replace(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def publish(data: bytes, path: str, *, overwrite: bool = False) -> None:
    """Put the bytes under the path in one step, safely on the disk.

    An existing file is replaced only with leave, and its permission bits pass on; a symbolic link is
    replaced itself, not what it points to. Without leave nothing is replaced, not even a file that appears
    this very moment.

    Args:
        data: the whole file.
        path: where; its folder exists.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: no space, no permission, the path exists without leave, or another trouble of the file
            system. The folder is then as it was.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> publish(b"a photo", f"{folder.name}/a.jpg")
    >>> publish(b"another", f"{folder.name}/a.jpg", overwrite=True)
    >>> [(file.name, file.read_bytes()) for file in Path(folder.name).iterdir()]
    [('a.jpg', b'another')]
    >>> folder.cleanup()
    """
    with publishing(path, overwrite=overwrite) as file:
        file.write(data)


@contextmanager
def publishing(
    path: str, *, overwrite: bool = False, like: os.stat_result | None = None, exactly: bool = False
) -> Iterator[BinaryIO]:
    """Give a file to write to, and put it under the path in one step when all is written.

    As :func:`publish`, for what is written bit by bit, or read again before it counts.

    Args:
        path: where; its folder exists.
        overwrite: whether an existing file may be replaced.
        like: of which file a new one takes the permission bits, less the user's umask, as ``cp`` does.
        exactly: take them whole, and the times too, as ``cp -p`` does.

    Yields:
        A binary file, empty, to write, seek and read in. What is raised meanwhile leaves the folder as it
        was.

    Raises:
        OutputError: as for :func:`publish`.
    """
    draft = output_file(path, overwrite=overwrite)
    try:
        with draft.writing(like, exactly=exactly) as file:
            yield file
        draft.sync()
        draft.publish()
    finally:  # an interruption by the user included
        draft.discard()
    if path != PIPE:
        sync_folder(Path(path).parent)


def output_file(path: str, *, overwrite: bool) -> TemporaryFile | StandardOutput:
    """Return the file to write for a path: a temporary file, or standard output for ``-``."""
    return StandardOutput() if path == PIPE else TemporaryFile(path, overwrite)


class StandardOutput:
    """Standard output, used like a :class:`TemporaryFile`: buffered in memory and printed as a whole."""

    path, overwrite = PIPE, True

    @contextmanager
    def writing(self, like: os.stat_result | None = None, *, exactly: bool = False) -> Iterator[BinaryIO]:  # noqa: ARG002 - as a file has it
        """Return a buffer to write, seek and read in."""
        self._buffer = BytesIO()
        yield self._buffer

    def sync(self) -> os.stat_result:
        """Return the status of standard output.

        Raises:
            OutputError: it is closed.
        """
        with os_errors_as("<stdout>"):
            return os.fstat(STDOUT)

    def publish(self) -> None:
        """Print the buffer.

        Raises:
            OutputError: the reader has closed it.
        """
        with os_errors_as("<stdout>"), os.fdopen(STDOUT, "wb", closefd=False) as stdout:
            stdout.write(self._buffer.getbuffer())

    def discard(self) -> None:
        """Do nothing: no temporary file is left."""
