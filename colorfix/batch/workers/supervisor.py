"""Supervisor: assigns jobs to worker processes; a photo that crashes its worker fails alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.batch.job import Corrected, Failed, Job, Order, Outcome, PassedOver, Pooled
from colorfix.batch.plan.paths import Originals, page_folders
from colorfix.batch.process import pipeline_for
from colorfix.batch.workers.pool import WorkerPool
from colorfix.batch.workers.process import can_fork, exit_reason
from colorfix.batch.workers.queue import Task, TaskQueue
from colorfix.batch.workers.startup import WorkerConfig
from colorfix.batch.workers.temporary import folders_of, remove_temporary
from colorfix.batch.workers.window import default_memory
from colorfix.batch.workers.worker import GPU_LOST
from colorfix.core.errors import OutputError, UncorrectablePhoto
from colorfix.core.text import printable
from colorfix.core.threads import usable_cores

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from colorfix.batch.resume.journal import Journal
    from colorfix.batch.workers.pool import WorkerProcess
    from colorfix.correction.targets import Target

_MAX_STARTUP_FAILURES = 3
"""Workers that may end before they request tasks; then the run ends."""


def supervise(
    jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, journal: Journal | None
) -> Generator[Outcome | Pooled]:
    """Run jobs on all cores and yield outcomes as they happen, in any order.

    Args:
        jobs: the photos.
        targets: the targets, by the name in the job.
        order: the settings of the run.
        journal: of the run; None if nothing is written.

    Raises:
        OutputError: the journal cannot be written any more, or no worker can be started.
    """
    if journal is not None:
        remove_temporary(folders_of(jobs) | page_folders(jobs))
    run = _Supervisor(jobs, targets, order, journal)
    try:
        for outcome in run.outcomes():
            yield outcome
            if isinstance(outcome, Failed):
                if journal is not None:
                    journal.add_failure(outcome.job.output, str(outcome.error))
                if order.fail_fast:
                    return
        run.pool.shut_down()
    finally:
        run.pool.stop()


def _workers_of(order: Order) -> int:
    """Return the number of workers: as set; else one a core, or as many as serve a shared GPU well."""
    cores = usable_cores()
    return order.workers or (cores if order.decoder is None else min(cores, order.decoder.workers))


class _Supervisor:
    def __init__(
        self, jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, journal: Journal | None
    ) -> None:
        self._workers = max(1, min(_workers_of(order), len(jobs)))
        self._timeout = order.timeout
        self._journal = journal
        pipeline = pipeline_for(order, targets)  # here, so that forked workers need import little of it
        self._queue = TaskQueue(jobs, pipeline, order, journal)
        self._startup_failures = 0
        share = (order.memory or default_memory(self._workers)) // self._workers
        originals = Originals([*(job.source for job in jobs), *dict.fromkeys(job.target for job in jobs)])
        config = WorkerConfig(pipeline, order, share, originals, journal, os.getpid())
        self.pool = WorkerPool(config, order.timeout, spawned=not can_fork() or pipeline.needs_spawn)

    def outcomes(self) -> Iterator[Outcome | Pooled]:
        """Assign tasks and yield outcomes until all jobs have one."""
        while True:
            yield from self._queue.skip_done()
            yield from self._assign_tasks()
            if not self._queue and not any(worker.tasks for worker in self.pool.workers):
                return
            for _, outcome in self.pool.listen():
                yield outcome
            for worker, last in self.pool.reap():
                yield from (outcome for _, outcome in last)
                yield from self._requeue_tasks_of(worker)

    def _assign_tasks(self) -> Iterator[Outcome | Pooled]:
        """Assign tasks to all idle workers, and start workers while there are tasks."""
        while self._queue and len(self.pool.workers) < self._workers:
            self.pool.start()
        for worker in self.pool.workers:
            if not worker.wanted or not self._queue:
                continue
            if self._queue.isolated:
                worker.assign([self._queue.isolated.popleft()])
                continue
            tasks: list[Task] = []
            # fewer towards the end, so that all workers end together
            most = min(worker.wanted, -(-len(self._queue) // self._workers))
            while len(tasks) < most and (item := self._queue.next()) is not None:
                if isinstance(item, Task):
                    tasks.append(item)
                else:
                    yield item
            if tasks:
                worker.assign(tasks)

    def _requeue_tasks_of(self, worker: WorkerProcess) -> Iterator[Outcome | Pooled]:
        """Requeue the tasks of a dead worker; those in flight are isolated, or fail the second time."""
        if not worker.tasks and not worker.ready:
            self._startup_failures += 1
            if self._startup_failures >= _MAX_STARTUP_FAILURES:
                ending = exit_reason(worker.process.exitcode or 0)
                reason = f"its worker processes end at once ({ending}); report it, please"
                raise OutputError("colorfix", reason)
        in_flight = set(worker.in_flight.numbers) or set(worker.tasks)
        for task in worker.tasks.values():
            entry = self._queue.finished(task)
            if entry is not None and self._journal is not None:
                report = self._journal.report(task.job.output, entry)
                if entry.passed_over:
                    yield PassedOver(task.job, report["delta_e"], copied=True)
                else:
                    yield Corrected(task.job, report, entry.figures)
            elif task.number not in in_flight:
                self._queue.requeue(task)
            elif not task.isolated:
                self._queue.isolate(task)
            else:
                reason = self._failure_reason(worker)
                yield Failed(task.job, UncorrectablePhoto(printable(task.job.source), reason))

    def _failure_reason(self, worker: WorkerProcess) -> str:
        if worker.timed_out:
            return f"took more than {self._timeout:g} s, twice; look at the photo or raise --timeout"
        if worker.process.exitcode == GPU_LOST:
            return "met a fault of the GPU, twice; use --device cpu"
        ending = exit_reason(worker.process.exitcode or 0)
        return f"ended its worker process, twice ({ending}); it may be damaged on purpose: leave it out"
