"""A folder is watched: photos are corrected as they arrive.

By looking every second, not by the system's notices: those do not come from network drives, and that a file
is there does not mean that it is whole.

Which files of a watched folder have come whole: nobody says so, but what is whole stands still.
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
"""Seconds after which a file that stands still and cannot be read is given up: a copy may pause."""


_TRIES = 2


@dataclass
class _FileState:
    """What a file looked like.

    Attributes:
        state: size, time of change and inode.
        since: when it began to look so, monotonic seconds.
        tries: how often it was tried so.
        open: whether it is being tried, and nothing is known of it yet.
        settled: whether it is not tried again.
    """

    state: tuple[int, int, int]
    since: float
    tries: int = 0
    open: bool = False
    settled: bool = False


class Arrivals:
    """Tells which files are to be tried now, from one look to the next.

    A file is tried once it has not changed for :data:`STILL` seconds: by its own time when it is first seen,
    so that one that was moved in is tried at once; by our clock from then on, so that another machine's clock
    does no harm. What cannot be read then is tried once more after :data:`PATIENCE` seconds. What changes
    afterwards, or is replaced, is a new arrival.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _FileState] = {}

    def due(self, paths: Iterable[str]) -> list[str]:
        """Return the files to be tried now.

        Args:
            paths: all files that there are; those that are gone are forgotten.
        """
        self._seen = {path: found for path in paths if (found := self._look(path)) is not None}
        now = time.monotonic()
        due = [path for path, seen in self._seen.items() if _is_due(seen, now - seen.since)]
        for path in due:
            self._seen[path].tries += 1
            self._seen[path].open = True
        return due

    def is_final(self, outcome: Outcome) -> bool:
        """Take note of what became of a file; whether that is final, as far as one can know."""
        seen = self._seen[outcome.job.source]
        unread = isinstance(outcome, Failed) and isinstance(outcome.error, PhotoError)
        seen.open, seen.settled = False, not unread or seen.tries >= _TRIES
        return seen.settled

    def retry_open(self) -> None:
        """Have what was due and did not come to an outcome tried as if it had not been due."""
        for seen in self._seen.values():
            if seen.open:
                seen.open, seen.tries = False, seen.tries - 1

    def _look(self, path: str) -> _FileState | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        state = found.st_size, found.st_mtime_ns, found.st_ino
        before = self._seen.get(path)
        if before is not None and before.state == state:
            return before
        other = before is None or before.state[2] != found.st_ino  # made or moved here
        old = other and time.time() - found.st_mtime >= STILL
        return _FileState(state, time.monotonic() - (STILL if old else 0.0))


def _is_due(seen: _FileState, still: float) -> bool:
    return not seen.settled and still >= (PATIENCE if seen.tries else STILL)


LOOK = 1.0
"""Seconds between looks."""

_SHARE = 20
"""Looking takes at most one part in so many of a core's time: a large folder is looked at less often."""


def watch_folders(
    planned: Callable[[], Sequence[Job]],
    run: Callable[[Sequence[Job]], Generator[Outcome]],
    in_the_way: Callable[[OutputError | None], None],
) -> Generator[Outcome]:
    """Do jobs as their photos arrive, yielding each outcome as it happens; never ends by itself.

    Args:
        planned: looks for photos, and returns the jobs of all that are there.
        run: does jobs.
        in_the_way: is told at each look what kept it from doing any, such as a disk that is full; or None.
            What was not done is tried again.
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
