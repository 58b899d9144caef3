"""A temporary folder for what is on its way; what dead processes have left on this machine is removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "colorfix-scratch-"
_LOCK = "lock"


class Scratch:
    """A folder of this process alone. While the process lives it holds a lock in it; a kill lets go of it.

    >>> scratch = Scratch()
    >>> folder = scratch.folder()
    >>> folder.is_dir()
    True
    >>> scratch.close()
    >>> folder.is_dir()
    False
    """

    def __init__(self) -> None:
        with _turn():
            _sweep()
            self._path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._lock = _locked(self._path)
        self._count = 0

    def folder(self) -> Path:
        """Return a new empty folder in it."""
        self._count += 1
        made = self._path / str(self._count)
        made.mkdir()
        return made

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until nobody else here makes a folder or sweeps, so that none is swept before it is locked."""
    folder = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _locked(folder: Path) -> int:
    """Lock a folder; whoever has inherited the descriptor holds it too.

    Raises:
        OSError: another process has locked it.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep() -> None:
    """Remove the folders of processes that were killed: nobody holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody's, alive
            lock = _locked(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
