"""List of the photos that failed, in the folder of the results: ``--files-from`` reads it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.batch.job import Failed
from colorfix.core.atomic import publish
from colorfix.core.errors import OutputError, PhotoError
from colorfix.core.text import printable
from colorfix.photos.read import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.batch.job import Outcome

NAME = "failed.txt"
"""File name of the list."""


class FailedPhotos:
    r"""The photos that failed when they were last processed.

    One path a line. If a path has a line break, all are terminated by NUL, as for ``xargs -0`` and
    ``--files-from ... -0``. A run adds photos that fail and removes photos that succeed; all other lines of
    the file are kept.

    Args:
        folder: the folder of the results.

    Raises:
        OutputError: the file exists but cannot be read.

    >>> from tempfile import TemporaryDirectory
    >>> from colorfix.core.errors import UnreadablePhoto
    >>> from colorfix.batch.job import Job
    >>> with TemporaryDirectory() as folder:
    ...     failed = FailedPhotos(folder)
    ...     failed.add(Failed(Job("a.jpg", "b.jpg", None, "neutral"), UnreadablePhoto("a.jpg", "is empty")))
    ...     failed.write()
    ...     Path(failed.path).read_text()
    'a.jpg\n'
    """

    def __init__(self, folder: str) -> None:
        self.path = str(Path(folder) / NAME)
        self._names = dict.fromkeys(_read(self.path))
        self._before = [*self._names]

    def add(self, outcome: Outcome) -> None:
        """Add a photo that failed; remove one that did not."""
        if isinstance(outcome, Failed):
            self._names[outcome.job.listed] = None
        else:
            self._names.pop(outcome.job.listed, None)

    @property
    def end(self) -> str:
        """Terminator of each name: a line break or NUL."""
        return "\0" if any("\n" in name or "\r" in name for name in self._names) else "\n"

    def write(self) -> None:
        """Write the list if it has changed; remove the file if the list is empty.

        Raises:
            OutputError: the file cannot be written.
        """
        if self._before == [*self._names]:
            return
        if self._names:
            publish(_joined(self._names, self.end), self.path, overwrite=True)
        else:
            Path(self.path).unlink(missing_ok=True)
        self._before = [*self._names]


def _read(path: str) -> list[str]:
    try:
        status = Path(path).stat()
    except OSError:  # written anew, if it can be
        return []
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        return []
    try:
        text = bytes(read_bytes(path))
    except PhotoError as error:
        reason = error.reason.partition(";")[0]  # the remedy after it is for photos
        raise OutputError(printable(path), f"{reason}; move it away") from error
    return [os.fsdecode(name) for name in text.split(b"\0" if b"\0" in text else b"\n") if name]


def _joined(names: Iterable[str], end: str) -> bytes:
    return b"".join(os.fsencode(name + end) for name in names)
