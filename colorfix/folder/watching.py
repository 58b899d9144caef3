"""A folder is watched: photos are corrected as they arrive.

By looking every second, not by the system's notices: those do not come from network drives, and that a file
is there does not mean that it is whole.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError
from colorfix.folder.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from colorfix.folder.job import Job, Outcome

LOOK = 1.0
"""Seconds between looks."""

_SHARE = 20
"""Looking takes at most one part in so many of a core's time: a large folder is looked at less often."""


def watch(
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
                yield from (outcome for outcome in outcomes if arrivals.settles(outcome))
            in_the_way(None)
        except OutputError as error:
            arrivals.put_back()
            in_the_way(error)
        time.sleep(max(LOOK, _SHARE * looked))
