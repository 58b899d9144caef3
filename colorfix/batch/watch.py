"""Watch folders: process photos as they arrive.

Folders are polled every second: network drives send no notifications, and a notification does not say that a
file is complete. A file counts as complete when it has not changed for 2 seconds.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.batch.job import Failed
from colorfix.core.errors import OutputError, PhotoError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from colorfix.batch.job import Job, Outcome

STILL = 2.0
"""Seconds for which a file must not have changed before it is read."""

PATIENCE = 30.0
"""Seconds after which an unchanged file that cannot be read is tried again: a copy may pause."""

LOOK = 1.0
"""Seconds between polls."""

_SHARE = 20
"""Polling takes at most this part (1/20) of a core's time: a large folder is polled less often."""

_TRIES = 2


@dataclass
class _FileState:
    """State of a file.

    Attributes:
        state: size, modification time and inode.
        since: start of this state, monotonic seconds.
        tries: how often it was processed in this state.
        open: whether it is being processed.
        settled: whether it is not processed again.
    """

    state: tuple[int, int, int]
    since: float
    tries: int = 0
    open: bool = False
    settled: bool = False


class Arrivals:
    """Files of watched folders, from one poll to the next.

    A file is due when it has not changed for :data:`STILL` seconds: by its modification time when it is first
    seen, so that a file that was moved in is due at once; then by our clock, as another machine's may be
    wrong. A file that cannot be read is due once more after :data:`PATIENCE` seconds. A file that changes or
    is replaced is a new arrival.
    """

    def __init__(self) -> None:
        self._files: dict[str, _FileState] = {}

    def due(self, paths: Iterable[str]) -> list[str]:
        """Return the files to process now.

        Args:
            paths: all files in the folders.
        """
        self._files = {path: found for path in paths if (found := self._look(path)) is not None}
        now = time.monotonic()
        due = [path for path, file in self._files.items() if _is_due(file, now - file.since)]
        for path in due:
            self._files[path].tries += 1
            self._files[path].open = True
        return due

    def is_final(self, outcome: Outcome) -> bool:
        """Record the outcome of a file; return whether it is final."""
        file = self._files[outcome.job.source]
        unread = isinstance(outcome, Failed) and isinstance(outcome.error, PhotoError)
        file.open, file.settled = False, not unread or file.tries >= _TRIES
        return file.settled

    def retry_open(self) -> None:
        """Make files due again that have no outcome yet."""
        for file in self._files.values():
            if file.open:
                file.open, file.tries = False, file.tries - 1

    def _look(self, path: str) -> _FileState | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        state = found.st_size, found.st_mtime_ns, found.st_ino
        before = self._files.get(path)
        if before is not None and before.state == state:
            return before
        other = before is None or before.state[2] != found.st_ino  # made or moved here
        old = other and time.time() - found.st_mtime >= STILL
        return _FileState(state, time.monotonic() - (STILL if old else 0.0))


def _is_due(file: _FileState, still: float) -> bool:
    return not file.settled and still >= (PATIENCE if file.tries else STILL)


def watch_folders(
    planned: Callable[[], Sequence[Job]],
    run: Callable[[Sequence[Job]], Generator[Outcome]],
    in_the_way: Callable[[OutputError | None], None],
) -> Generator[Outcome]:
    """Process photos as they arrive and yield each final outcome; never ends by itself.

    Args:
        planned: returns the jobs of all photos in the folders.
        run: processes jobs.
        in_the_way: called after each poll with the error that stopped it, such as a full disk, or None. The
            photos are tried again.
    """
    arrivals = Arrivals()
    while True:
        begun = time.monotonic()
        try:
            try:
                jobs = {job.source: job for job in planned()}
                due = [jobs[path] for path in arrivals.due(jobs)]
            finally:
                looked = time.monotonic() - begun
            with closing(run(due)) as outcomes:
                yield from (outcome for outcome in outcomes if arrivals.is_final(outcome))
            in_the_way(None)
        except OutputError as error:
            arrivals.retry_open()
            in_the_way(error)
        time.sleep(max(LOOK, _SHARE * looked))
