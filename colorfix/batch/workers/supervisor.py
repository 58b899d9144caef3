"""The supervisor: jobs go to worker processes, and what a photo does to its worker costs that photo alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.batch.job import Corrected, Failed, Job, Order, Outcome, Pooled
from colorfix.batch.plan.page_paths import page_folders
from colorfix.batch.plan.paths import Originals
from colorfix.batch.process import treatment_of
from colorfix.batch.workers.cleanup import folders_of, sweep
from colorfix.batch.workers.pool import Crew, ending_of, forks_here
from colorfix.batch.workers.queue import Backlog, Task
from colorfix.batch.workers.startup import Brief
from colorfix.batch.workers.window import default_memory, usable_cores
from colorfix.batch.workers.worker import GPU_LOST
from colorfix.core.errors import OutputError, UncorrectablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from colorfix.batch.resume.journal import Journal
    from colorfix.batch.workers.pool import Member
    from colorfix.correction.targets import Target

_STILLBORN = 3
"""So many workers that die before they ask for work end the run."""


def supervise(
    jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, journal: Journal | None
) -> Generator[Outcome | Pooled]:
    """Do jobs on all cores, yielding outcomes as they happen, in any order.

    Args:
        jobs: which.
        targets: what guides them, by the name in the job.
        order: what holds for all.
        journal: of the run; None where nothing is written.

    Raises:
        OutputError: the journal cannot be written any more, or no worker can be started.
    """
    if journal is not None:
        sweep(folders_of(jobs) | page_folders(jobs))
    run = _Run(jobs, targets, order, journal)
    try:
        for outcome in run.outcomes():
            yield outcome
            if isinstance(outcome, Failed):
                if journal is not None:
                    journal.add_failure(outcome.job.output, str(outcome.error))
                if order.fail_fast:
                    return
        run.crew.dismiss()
    finally:
        run.crew.stop()


def _workers_of(order: Order) -> int:
    """As many workers as were asked for; else one a core, or what a device that all share serves well."""
    cores = usable_cores()
    return order.workers or (cores if order.decoder is None else min(cores, order.decoder.workers))


class _Run:
    def __init__(
        self, jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, journal: Journal | None
    ) -> None:
        self._workers = max(1, min(_workers_of(order), len(jobs)))
        self._timeout = order.timeout
        self._journal = journal
        treatment = treatment_of(order, targets)  # here, so that workers need import little of what it uses
        self._backlog = Backlog(jobs, treatment, order, journal)
        self._stillborn = 0
        share = (order.memory or default_memory(self._workers)) // self._workers
        originals = Originals([*(job.source for job in jobs), *dict.fromkeys(job.target for job in jobs)])
        brief = Brief(treatment, order, share, originals, journal, os.getpid())
        spawned = not forks_here() or treatment.afresh
        self.crew = Crew(brief, order.timeout, spawned=spawned)

    def outcomes(self) -> Iterator[Outcome | Pooled]:
        """Hand out and listen until all is done."""
        while True:
            yield from self._backlog.passed_over()
            yield from self._hand_out()
            if not self._backlog and not any(member.tasks for member in self.crew.members):
                return
            for _, outcome in self.crew.listen():
                yield outcome
            for member, last in self.crew.bury():
                yield from (outcome for _, outcome in last)
                yield from self._inherit(member)

    def _hand_out(self) -> Iterator[Outcome | Pooled]:
        """Give work to every worker that waits, and start workers while there is work."""
        while self._backlog and len(self.crew.members) < self._workers:
            self.crew.start()
        for member in self.crew.members:
            if not member.wanted or not self._backlog:
                continue
            if self._backlog.suspects:
                member.give([self._backlog.suspects.popleft()])
                continue
            tasks: list[Task] = []
            # towards the end fewer, so that all workers end together
            most = min(member.wanted, -(-len(self._backlog) // self._workers))
            while len(tasks) < most and (item := self._backlog.next()) is not None:
                if isinstance(item, Task):
                    tasks.append(item)
                else:
                    yield item
            if tasks:
                member.give(tasks)

    def _inherit(self, member: Member) -> Iterator[Outcome | Pooled]:
        """Take back what a dead worker has left: what it had in hand is suspected, the rest goes on."""
        if not member.tasks and not member.asked:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                reason = f"its worker processes end at once ({ending_of(member.process)}); report it, please"
                raise OutputError("colorfix", reason)
        in_hand = set(member.hand.numbers) or set(member.tasks)
        for task in member.tasks.values():
            entry = self._backlog.finished(task)
            if entry is not None and self._journal is not None:
                yield Corrected(task.job, self._journal.report(task.job.output, entry), entry.figures)
            elif task.number not in in_hand:
                self._backlog.give_back(task)
            elif not task.alone:
                self._backlog.suspect(task)
            else:
                yield Failed(task.job, UncorrectablePhoto(printable(task.job.source), self._fate(member)))

    def _fate(self, member: Member) -> str:
        if member.late:
            return f"took more than {self._timeout:g} s, twice; look at the photo or raise --timeout"
        if member.process.exitcode == GPU_LOST:
            return "met a fault of the GPU, twice; use --device cpu"
        ending = ending_of(member.process)
        return f"ended its worker process, twice ({ending}); it may be damaged on purpose: leave it out"
