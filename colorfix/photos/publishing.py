"""Bytes become a file: the whole new one or the old one, never a part and never somebody else's.

The temporary file lies in the output's own folder, since no file moves between file systems in one step.
Its name is its own and short, so an output may be as long as the file system allows. A kill at any moment
leaves the old file (or none) and at worst a ``.colorfix-*.tmp``, whose name holds the process id.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.errors import ColorfixError, OutputError
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # the user's umask takes from it
_PERMISSIONS = 0o777
PIPE = "-"
"""The name that stands for stdin where a photo is read, and for stdout where one is written."""

_STDOUT = 1  # its descriptor: Python's own stream may be redirected, and is for text
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}  # FAT, some network drives
_EXISTS = "exists already; choose another name or allow it with --overwrite"
_REASONS = {
    errno.EEXIST: _EXISTS,
    errno.ENOSPC: "no space left on the device; free some and try again",
    errno.EDQUOT: "your share of the disk is used up; free some and try again",
    errno.EFBIG: "larger than a file may be here; raise the limit (ulimit -f) or choose another disk",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "its folder may not be written to; choose another folder or ask for permission",
    errno.EPERM: "its folder may not be written to; choose another folder or ask for permission",
    errno.ENOENT: "its folder does not exist; create it first",
    errno.ENOTDIR: "its folder is a file; choose another folder",
    errno.EISDIR: "is a folder; name a file in it",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


def check_writable(path: str, *, overwrite: bool, sources: Sequence[str]) -> None:
    """Refuse an output that could not or must not be written, before any work is done for it.

    Args:
        path: the output.
        overwrite: whether an existing file may be replaced.
        sources: the photos that are read. None of them is ever overwritten, by whatever name: links are
            followed and hard links are known.

    Raises:
        OutputError: the folder is missing, is none or may not be written to; the output is a folder, a
            device, a source, or exists without leave to overwrite.

    >>> check_writable("/nowhere/a.jpg", overwrite=False, sources=[])
    Traceback (most recent call last):
    colorfix.errors.OutputError: /nowhere/a.jpg: its folder does not exist; create it first
    """
    if path == PIPE:
        if os.isatty(_STDOUT):
            raise OutputError("<stdout>", "is a terminal; redirect it, as in > corrected.jpg")
        return
    try:
        reason = _obstacle(Path(path), overwrite=overwrite, sources=sources)
    except (OSError, ValueError) as error:
        reason = _reason(error)
    if reason:
        raise OutputError(shown(path), reason)


def _obstacle(path: Path, *, overwrite: bool, sources: Sequence[str]) -> str | None:
    if not stat.S_ISDIR(path.parent.stat().st_mode):
        return _REASONS[errno.ENOTDIR]
    if path.is_dir():
        return _REASONS[errno.EISDIR]
    if path.exists() and not path.is_file():
        return "is a pipe or a device; name a file"
    if any(_same(path, source) for source in sources):
        return "is a source photo itself; choose another name"
    if _exists(path) and not overwrite:
        return _EXISTS
    return None if os.access(path.parent, os.W_OK | os.X_OK) else _REASONS[errno.EACCES]


def _exists(path: Path) -> bool:
    """Whether anything has the name, a dangling link included; raises for a name that nothing can have."""
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
    if path == PIPE:
        with _to_stdout() as file:
            yield file
        return
    target = Path(path)
    temporary = target.parent / f".colorfix-{os.getpid()}-{secrets.token_hex(8)}.tmp"
    try:
        try:
            with os.fdopen(os.open(temporary, _FLAGS, _mode_of(like)), "w+b") as file:
                yield file
                file.flush()
                if overwrite:
                    _take_permissions(file.fileno(), target)
                if like is not None and exactly:
                    _take_after(file.fileno(), like)
                os.fsync(file.fileno())
            if overwrite:
                temporary.replace(target)
            else:
                _put_new(temporary, target)
        finally:  # an interruption by the user included
            temporary.unlink(missing_ok=True)
        sync_folder(target.parent)
    except ColorfixError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(shown(path), _reason(error)) from error


@contextmanager
def _to_stdout() -> Iterator[BinaryIO]:
    """Give a file in memory, and print it whole when all is written."""
    file = BytesIO()
    yield file
    try:
        with os.fdopen(_STDOUT, "wb", closefd=False) as stdout:
            stdout.write(file.getbuffer())
    except OSError as error:
        raise OutputError("<stdout>", _reason(error)) from error


def _mode_of(like: os.stat_result | None) -> int:
    return _MODE if like is None else like.st_mode & _PERMISSIONS


def _take_after(descriptor: int, like: os.stat_result) -> None:
    os.fchmod(descriptor, like.st_mode & _PERMISSIONS)
    os.utime(descriptor, ns=(like.st_atime_ns, like.st_mtime_ns))


def _take_permissions(descriptor: int, replaced: Path) -> None:
    with suppress(FileNotFoundError):
        mode = replaced.lstat().st_mode
        if stat.S_ISREG(mode):
            os.fchmod(descriptor, mode & _PERMISSIONS)


def _put_new(temporary: Path, target: Path) -> None:
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


def sync_folder(folder: Path) -> None:
    """Make names that were given or taken in a folder last, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # the photo is in place; not every file system syncs a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):  # NUL in the name, or letters that no file system can hold
        return "is not a possible file name; choose another one"
    known = _REASONS.get(error.errno or 0)
    return (
        known or f"cannot be written: {(error.strerror or str(error)).lower()}; choose another folder or name"
    )
