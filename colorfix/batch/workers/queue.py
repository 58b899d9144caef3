"""Queue of the tasks of a run; photos that an earlier run has finished are skipped."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from colorfix.batch.job import Failed, Job, Order, Skipped
from colorfix.batch.plan.paths import absolute, pages_exist
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

DONE = "done by an earlier run"
_CORRECTED = (
    "is corrected already, with other settings; put the original back first, or, where no backup was kept, "
    "correct the result again with --redo"
)


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it is sent to a worker.

    Attributes:
        number: of the job in the plan.
        job: the job.
        fingerprint: of everything that changes its output.
        previous_output: journal entry of the file at the output, which may be replaced; or None.
        done: whether that file is kept if the source's bytes are the same as then.
        isolated: whether it may have crashed a worker, and is processed alone.
    """

    number: int
    job: Job
    fingerprint: str
    previous_output: JournalEntry | None = None
    done: bool = False
    isolated: bool = False


class TaskQueue:
    """Tasks that are not assigned yet.

    Args:
        jobs: all of the run.
        pipeline: of the run.
        order: the settings of the run.
        journal: of the run; None if nothing is written.

    Attributes:
        isolated: tasks that may have crashed a worker: each is assigned alone.
    """

    def __init__(
        self, jobs: Sequence[Job], pipeline: Pipeline[Any, Any], order: Order, journal: Journal | None
    ) -> None:
        self.isolated: deque[Task] = deque()
        self._requeued: deque[Task] = deque()
        self._new = iter(enumerate(jobs))
        self._left = len(jobs)
        self._pipeline = pipeline
        self._order = order
        self._journal = journal
        self._fingerprints: dict[str, str] = {}
        self._parents = ParentJournals()

    def __len__(self) -> int:
        return self._left + len(self._requeued) + len(self.isolated)

    def requeue(self, task: Task) -> None:
        """Put back a task that a dead worker has not finished."""
        self._requeued.append(self._updated(task))

    def isolate(self, task: Task) -> None:
        """Put back a task that may have crashed its worker."""
        self.isolated.append(replace(self._updated(task), isolated=True))

    def skip_done(self) -> Iterator[Skipped | Failed]:
        """Skip jobs that are done already until a task is first; yield the outcomes."""
        while not self._requeued and (item := self.next()) is not None:
            if isinstance(item, Task):
                self._requeued.append(item)
            else:
                yield item

    def next(self) -> Task | Skipped | Failed | None:
        """Return the next task, or its outcome if it has one already; None at the end."""
        if self._requeued:
            return self._requeued.popleft()
        number, job = next(self._new, (0, None))
        if job is None:
            return None
        self._left -= 1
        try:
            return self._task_of(number, job)
        except (PhotoError, OutputError) as error:  # a target that cannot be read
            return Failed(job, error)

    def finished(self, task: Task) -> JournalEntry | None:
        """Return the journal entry of a task that its worker finished before it died; else None."""
        if self._journal is None:
            return None
        self._journal.refresh()
        found = self._entry_of(task.job)
        if found is None or found == task.previous_output or not self._is_complete(task.job, found):
            return None
        return found

    def _updated(self, task: Task) -> Task:
        """Return a task after the death of its worker: some of its files may be published."""
        return replace(task, previous_output=self._entry_of(task.job), done=False)

    def _task_of(self, number: int, job: Job) -> Task | Skipped:
        made = self._fingerprint(job.target)
        previous = self._entry_of(job)
        if previous is None and job.in_place:
            previous = entry_at(job.output, list(self._parents.entries(job.output)))
        if previous is None:
            return Task(number, job, made)
        done = not self._order.redo and previous.fingerprint == made and self._is_complete(job, previous)
        done = done and not (previous.passed_over and self._order.others == "fail")
        stamp = FileStamp.of_source(job.source)
        same_source = previous.path == absolute(job.source) and previous.source.matches(stamp)
        if done and (same_source or job.in_place):  # in place, the file there is the result, not the photo
            return Skipped(job, DONE, previous.figures)
        if job.in_place and not self._order.redo:
            raise OutputError(printable(job.output), _CORRECTED)
        return Task(number, job, made, previous, done)

    def _entry_of(self, job: Job) -> JournalEntry | None:
        """Return the journal entry of the file that is at the output; None if it is not ours."""
        return None if self._journal is None else entry_at(job.output, self._journal.entries(job.output))

    @staticmethod
    def _is_complete(job: Job, entry: JournalEntry) -> bool:
        """Whether report, page and thumbnails exist; in place only the report, of a copied photo nothing."""
        if entry.passed_over:
            return True
        pages = job.in_place or (_exists(job.page, entry.page) and pages_exist(job))
        return _exists(job.report, entry.report) and pages

    def _fingerprint(self, target: str) -> str:
        if target not in self._fingerprints:
            self._fingerprints[target] = fingerprint(self._order, self._pipeline.digest(target))
        return self._fingerprints[target]


def _exists(path: str | None, stamp: FileStamp | None) -> bool:
    """Whether the file of a stamp is at a path; True if no file is wanted."""
    found = None if path is None else FileStamp.at(path)
    return path is None if found is None or stamp is None else stamp.matches(found)
