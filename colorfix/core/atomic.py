"""Atomic writes: an output is the whole new file or the old one, never a part.

The temporary file lies in the output's folder, since a rename is atomic within one file system only. Its name
is short, so that the output's name may be as long as the file system allows. A kill at any moment leaves the
old file (or none) and at worst a ``.colorfix-*.tmp``, whose name contains the process id. Output paths are
checked before any work; errors give the reason in the user's words.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.errors import ColorfixError, OutputError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

PIPE = "-"
"""Name of stdin as a source and of stdout as an output."""

STDOUT = 1
"""File descriptor of stdout; ``sys.stdout`` is for text and may be redirected."""

EXISTS = "exists already; choose another name or allow it with --overwrite"
"""Why a file is not replaced."""

_REASONS = {
    errno.EEXIST: EXISTS,
    errno.ENOSPC: "no space left on the device; free some and try again",
    errno.EDQUOT: "your share of the disk is used up; free some and try again",
    errno.EFBIG: "larger than a file may be here; raise the limit (ulimit -f) or choose another disk",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "its folder may not be written to; choose another folder or ask for permission",
    errno.EPERM: "its folder may not be written to; choose another folder or ask for permission",
    errno.ENOENT: "its folder does not exist; create it first",
    errno.ENOTDIR: "its folder is a file; choose another folder",
    errno.EISDIR: "is a folder; name a file in it",
    errno.EIO: "the disk fails (input/output error); check it, or choose another one",
    errno.EFAULT: "the photo was cut while it was read; wait until it is copied and try again",
    errno.ESTALE: "the network drive has lost it; mount it again and try again",
    errno.EPIPE: "was closed before all was written; let what reads it read to the end",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


def check_writable(
    path: str, *, overwrite: bool, sources: Iterable[str], example: str = "corrected.jpg"
) -> None:
    """Refuse an output that cannot or must not be written, before any work is done.

    Args:
        path: the output.
        overwrite: whether an existing file may be replaced.
        sources: the photos that are read; they are never overwritten, nor through symbolic or hard links.
        example: a file name for the hint if stdout is a terminal.

    Raises:
        OutputError: the folder is missing, not a folder or not writable; the output is a folder, a device or
            a source, or exists and must not be overwritten.

    >>> check_writable("/nowhere/a.jpg", overwrite=False, sources=[])
    Traceback (most recent call last):
    colorfix.core.errors.OutputError: /nowhere/a.jpg: its folder does not exist; create it first
    """
    if path == PIPE:
        if os.isatty(STDOUT):
            raise OutputError("<stdout>", f"is a terminal; redirect it, as in > {example}")
        return
    try:
        reason = _obstacle(Path(path), overwrite=overwrite, sources=sources)
    except (OSError, ValueError) as error:
        reason = reason_of(error)
    if reason:
        raise OutputError(printable(path), reason)


def _obstacle(path: Path, *, overwrite: bool, sources: Iterable[str]) -> str | None:
    if not stat.S_ISDIR(path.parent.stat().st_mode):
        return _REASONS[errno.ENOTDIR]
    if path.is_dir():
        return _REASONS[errno.EISDIR]
    if path.exists() and not path.is_file():
        return "is a pipe or a device; name a file"
    if any(_same(path, source) for source in sources):
        return "is read itself; choose another name"
    if _exists(path) and not overwrite:
        return EXISTS
    return None if os.access(path.parent, os.W_OK | os.X_OK) else _REASONS[errno.EACCES]


def _exists(path: Path) -> bool:
    """Whether the name exists, also as a dangling link; raises for an impossible name."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def _same(path: Path, source: str) -> bool:
    try:
        return path.samefile(source)
    except (OSError, ValueError):  # one of them does not exist
        return False


def reason_of(error: OSError | ValueError) -> str:
    """Return why a file could not be written, and what to do about it."""
    if isinstance(error, ValueError):  # NUL in the name, or letters that no file system can hold
        return "is not a possible file name; choose another one"
    known = _REASONS.get(error.errno or 0)
    return (
        known or f"cannot be written: {(error.strerror or str(error)).lower()}; choose another folder or name"
    )


_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # less the user's umask
_PERMISSIONS = 0o777
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}  # FAT, some network drives
TEMPORARY = re.compile(r"\.colorfix-(?P<process>\d+)-(?:(?P<place>[0-9a-f]{8})-)?[0-9a-f]{16}\.tmp")
"""Names of temporary files."""


def _place() -> str:
    """Return a name for where process ids are those of this process: its host, and its container."""
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        namespace = ""
    return f"{zlib.crc32(os.fsencode(os.uname().nodename + namespace)):08x}"


PLACE = _place()
"""Part of the names of this host's and this container's temporary files."""


@dataclass(eq=False)
class TemporaryFile:
    """A temporary file that is written, synced, then published under the output's name.

    Attributes:
        path: of the output; its folder exists.
        overwrite: whether an existing file may be replaced.
        temporary: path until then.
    """

    path: str
    overwrite: bool = False
    temporary: Path = field(init=False)

    def __post_init__(self) -> None:
        self.temporary = Path(self.path).parent / _temporary_name()

    @contextmanager
    def writing(self, like: os.stat_result | None = None, *, exactly: bool = False) -> Iterator[BinaryIO]:
        """Yield the file to write to, binary and empty; it may be seeked and read.

        Args:
            like: status of the file whose permission bits a new file gets, less the umask, as with ``cp``.
            exactly: copy all permission bits, and the times, as with ``cp -p``.

        Raises:
            OutputError: no space, no permission, or another error of the file system.
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
        """Flush the file to the disk, and return its status.

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
        """Move it to the output's name in one step; sync the folder afterwards.

        Raises:
            OutputError: the path exists and must not be overwritten, or another error of the file system.
        """
        with os_errors_as(self.path):
            if self.overwrite:
                self.temporary.replace(self.path)
            else:
                _link(self.temporary, Path(self.path))
                self.temporary.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the temporary file, if it exists."""
        with suppress(OSError, ValueError):
            self.temporary.unlink()


def _temporary_name() -> str:
    return f".colorfix-{os.getpid()}-{PLACE}-{os.urandom(8).hex()}.tmp"


@contextmanager
def os_errors_as(path: str) -> Iterator[None]:
    """Turn an error of the file system into one that names the output and the remedy."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, ColorfixError):
            raise
        raise OutputError(printable(path), reason_of(error)) from error


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, if its file system can."""
    with suppress(OSError):  # the output is in place; not every file system syncs folders
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
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
        target.hardlink_to(temporary)  # fails if the name exists, unlike a rename
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        _reserve_and_replace(temporary, target)


def _reserve_and_replace(temporary: Path, target: Path) -> None:
    """Without hard links: reserve the name with an empty file, then replace it.

    A kill between the two leaves an empty file; a plain rename could overwrite another one.
    """
    os.close(os.open(target, _FLAGS, _MODE))
    try:
        temporary.replace(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def publish(data: bytes, path: str, *, overwrite: bool = False) -> None:
    """Write a file in one step, synced to the disk.

    A replaced file's permission bits are kept; a symbolic link is replaced itself, not its target. Without
    ``overwrite`` nothing is replaced, not even a file that appears meanwhile.

    Args:
        data: the whole content.
        path: of the output; its folder exists.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: no space, no permission, the path exists and must not be overwritten, or another error of
            the file system. The folder is then unchanged.

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
    """Yield a file to write to, and publish it in one step at the end, as :func:`publish` does.

    Args:
        path: of the output; its folder exists.
        overwrite: whether an existing file may be replaced.
        like: see :meth:`TemporaryFile.writing`.
        exactly: see :meth:`TemporaryFile.writing`.

    Yields:
        A binary file, empty, to write, seek and read. An exception meanwhile leaves the folder unchanged.

    Raises:
        OutputError: as for :func:`publish`.
    """
    output = output_file(path, overwrite=overwrite)
    try:
        with output.writing(like, exactly=exactly) as file:
            yield file
        output.sync()
        output.publish()
    finally:  # an interruption by the user included
        output.discard()
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
