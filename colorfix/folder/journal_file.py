"""A journal's file: one run's alone, lines appended and synced."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from colorfix.core.errors import OutputError
from colorfix.core.file_checks import reason_of
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FORMAT: Final = "colorfix/journal/1"
_HEADER: Final = json.dumps({"format": _FORMAT}).encode()
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # the user's umask takes from it
_PATIENCE = 2.0  # seconds in which the workers of a run that was killed have ended
_PIECE, _LINE = 1 << 22, 1 << 13  # bytes read at a time
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}
_NO_JOURNAL = "is no journal of this colorfix; move it away or choose another folder"
_TAKEN = "is in use by another run; wait for it or choose another folder"


class JournalFile:
    """An open journal, as lines.

    Args:
        path: where it is; its folder exists.
        joined: whether to write into it beside the process that has it to itself.

    Raises:
        OutputError: it cannot be written, is no journal, or another run is using it.
    """

    def __init__(self, path: str, *, joined: bool) -> None:
        self._path = path
        with self._told():
            self._descriptor = os.open(path, _FLAGS, _MODE)
        try:
            if not joined:
                self._lock()
                self._begin()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave it to other runs."""
        os.close(self._descriptor)

    def append(self, lines: Iterable[bytes], *, synced: bool) -> None:
        """Append lines in one write, and see that they are on the disk if asked.

        Raises:
            OutputError: the disk is full or fails.
        """
        data = b"".join(b"\n" + line for line in lines)
        with self._told():
            while data:
                data = data[os.write(self._descriptor, data) :]
            if synced:
                os.fsync(self._descriptor)

    def lines(self, start: int) -> Iterator[bytes]:
        """Yield the lines from a place on, without their line breaks; the last one may be torn."""
        rest, at = b"", start
        with self._told():
            while piece := os.pread(self._descriptor, _PIECE, at):
                at += len(piece)
                *whole, rest = (rest + piece).split(b"\n")
                yield from whole
        yield rest

    def line(self, at: int) -> bytes:
        """Return the line that begins at a place."""
        line = b""
        with self._told():
            while piece := os.pread(self._descriptor, _LINE, at + len(line)):
                line += piece
                if b"\n" in piece:
                    break
        return line.partition(b"\n")[0]

    def _lock(self) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    return
                if time.monotonic() > until:
                    raise OutputError(shown(self._path), _TAKEN) from error
                time.sleep(0.05)
            else:
                return

    def _begin(self) -> None:
        """Write the first line, or see that it is there."""
        with self._told():
            start = os.pread(self._descriptor, len(_HEADER) + 1, 0)
            if _HEADER.startswith(start):  # new, or torn before anything was done
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, _HEADER)
            elif start != _HEADER + b"\n":
                raise OutputError(shown(self._path), _NO_JOURNAL)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(shown(self._path), reason_of(error)) from error
