"""What is still to be done, in order; what an earlier run has done is passed over.

A job in hand: what a worker is told beside the job itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from colorfix.batch.job import Failed, Job, Order, Skipped
from colorfix.batch.plan.page_paths import pages_exist
from colorfix.batch.plan.paths import absolute
from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.batch.resume.fingerprint import fingerprint
from colorfix.batch.resume.journal import ParentJournals, entry_at
from colorfix.core.errors import OutputError, PhotoError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from colorfix.batch.process.pipeline import Pipeline
    from colorfix.batch.resume.file_stamp import JournalEntry
    from colorfix.batch.resume.journal import Journal


@dataclass(frozen=True, slots=True)
class Task:
    """A job on its way through the engine.

    Attributes:
        number: of the job in the plan.
        job: which.
        made: fingerprint of all that changes its output.
        ours: what the journal proves to be an earlier run's output and may be replaced; None for nothing.
        done: whether that output is to stay, should the source's bytes be the same as then.
        alone: whether it is suspected of having killed a worker, and must have one for itself.
    """

    number: int
    job: Job
    fingerprint: str
    previous_output: JournalEntry | None = None
    done: bool = False
    isolated: bool = False


DONE = "done by an earlier run"
_CORRECTED = (
    "is corrected already, with other settings; put the original back first, or, where no backup was kept, "
    "correct the result again with --redo"
)


class TaskQueue:
    """Tasks not handed out yet.

    Args:
        jobs: all of the run.
        pipeline: what is done to them.
        order: what holds for all.
        journal: what earlier runs have done; None where nothing is written.

    Attributes:
        suspects: tasks that may have killed a worker: each is to have one for itself.
    """

    def __init__(
        self, jobs: Sequence[Job], pipeline: Pipeline[Any, Any], order: Order, journal: Journal | None
    ) -> None:
        self.isolated: deque[Task] = deque()
        self._returned: deque[Task] = deque()
        self._fresh = iter(enumerate(jobs))
        self._left = len(jobs)
        self._pipeline = pipeline
        self._order = order
        self._journal = journal
        self._made: dict[str, str] = {}
        self._elders = ParentJournals()

    def __len__(self) -> int:
        return self._left + len(self._returned) + len(self.isolated)

    def requeue(self, task: Task) -> None:
        """Take a task back that a dead worker has not done."""
        self._returned.append(self._again(task))

    def isolate(self, task: Task) -> None:
        """Take a task back that may have killed its worker."""
        self.isolated.append(replace(self._again(task), isolated=True))

    def skip_done(self) -> Iterator[Skipped | Failed]:
        """Pass over what is done already, until a task stands first."""
        while not self._returned and (item := self.next()) is not None:
            if isinstance(item, Task):
                self._returned.append(item)
            else:
                yield item

    def next(self) -> Task | Skipped | Failed | None:
        """Return the next task, or what has become of it already; None where all are handed out."""
        if self._returned:
            return self._returned.popleft()
        number, job = next(self._fresh, (0, None))
        if job is None:
            return None
        self._left -= 1
        try:
            return self._looked_at(number, job)
        except (PhotoError, OutputError) as error:  # a target that cannot be read
            return Failed(job, error)

    def finished(self, task: Task) -> JournalEntry | None:
        """Return the journal's entry of a task that a worker finished before it died, if it did."""
        if self._journal is None:
            return None
        self._journal.refresh()
        found = self._standing(task.job)
        if found is None or found == task.previous_output or not self._has_files(task.job, found):
            return None
        return found

    def _again(self, task: Task) -> Task:
        """A task as it stands after its worker's death: half of it may be in place."""
        return replace(task, previous_output=self._standing(task.job), done=False)

    def _looked_at(self, number: int, job: Job) -> Task | Skipped:
        made = self._fingerprint(job.target)
        ours = self._standing(job)
        if ours is None and job.in_place:
            ours = entry_at(job.output, list(self._elders.entries(job.output)))
        if ours is None:
            return Task(number, job, made)
        done = not self._order.redo and ours.fingerprint == made and self._has_files(job, ours)
        same = ours.path == absolute(job.source) and ours.source.matches(FileStamp.of_source(job.source))
        if done and (same or job.in_place):  # in place, what stands there is the result, not the photo
            return Skipped(job, DONE, ours.figures)
        if job.in_place and not self._order.redo:
            raise OutputError(printable(job.output), _CORRECTED)
        return Task(number, job, made, ours, done)

    def _standing(self, job: Job) -> JournalEntry | None:
        """Return the entry of the very file that stands at the output, if an earlier run has put it there."""
        return None if self._journal is None else entry_at(job.output, self._journal.entries(job.output))

    @staticmethod
    def _has_files(job: Job, ours: JournalEntry) -> bool:
        """Whether report, page and thumbnails stand there; in place only the report: the photo is gone."""
        shown = job.in_place or (_stands(job.page, ours.page) and pages_exist(job))
        return _stands(job.report, ours.report) and shown

    def _fingerprint(self, target: str) -> str:
        if target not in self._made:
            self._made[target] = fingerprint(self._order, self._pipeline.digest(target))
        return self._made[target]


def _stands(path: str | None, known: FileStamp | None) -> bool:
    """Whether the very file that is known stands at a path; true of none that is wanted."""
    there = None if path is None else FileStamp.at(path)
    return path is None if there is None or known is None else known.matches(there)
