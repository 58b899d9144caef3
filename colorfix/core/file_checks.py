"""Checks of an output path, with reasons in the user's words."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

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
