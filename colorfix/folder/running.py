"""A run: one photo is corrected here, several by worker processes that keep a journal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from colorfix.folder.alone import do_alone
from colorfix.folder.job import Pooled

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from colorfix.correction.targets import Target
    from colorfix.folder.job import Job, Order, Outcome


def run(jobs: Sequence[Job], targets: Mapping[str, Target], order: Order) -> Generator[Outcome]:
    """Do the jobs, yielding each outcome as it happens; one failure does not stop the others.

    One job without a journal is done in this process. All else is done by worker processes, in any order, and
    put down in a journal, unless photos are only checked; close the iterator to stop them.

    Args:
        jobs: which.
        targets: what guides them, by the name in the job.
        order: what holds for all of them.

    Raises:
        OutputError: the journal cannot be used.
    """
    if not jobs:
        return
    if len(jobs) == 1 and order.journal is None:
        yield do_alone(jobs[0], targets, order)
        return
    from colorfix.folder.journal import Journal, journal_in
    from colorfix.folder.places import common_folder
    from colorfix.folder.supervising import supervise
    from colorfix.folder.sweeping import folders_of

    if not order.writes:
        yield from _told(supervise(jobs, targets, order, None))
        return
    with closing(Journal(order.journal or journal_in(common_folder(sorted(folders_of(jobs)))))) as journal:
        yield from _told(supervise(jobs, targets, order, journal))


def _told(outcomes: Generator[Outcome | Pooled]) -> Generator[Outcome]:
    with closing(outcomes):
        yield from (outcome for outcome in outcomes if not isinstance(outcome, Pooled))
