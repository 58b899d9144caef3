"""Commit of finished photos, many at once: sync the files, add journal lines, rename the files.

A thread commits one batch while the worker reads the next.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING

from colorfix.batch.job import Corrected, Failed, Outcome, PassedOver, Pooled
from colorfix.batch.plan.paths import absolute
from colorfix.batch.process.write import OutputFiles, sync_folders
from colorfix.batch.resume.file_stamp import FileStamp, JournalEntry
from colorfix.core.atomic import publishing, sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.text import named, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.batch.resume.journal import Journal
    from colorfix.batch.workers.queue import Task

NumberedOutcome = tuple[int, Outcome | Pooled]
"""The number of a job in the plan, and its outcome."""

_STOP_TIMEOUT = 0.8  # seconds for the batch that is being committed when the run is stopped
_CHANGED = "was changed meanwhile and is left as it is; try again"
_EXISTS = "exists already, and an older original is never replaced; move it away or choose a --backup-suffix"


def back_up(source: str, backup: str) -> None:
    """Back up a photo before it is replaced: as a hard link, or as a copy if there are no hard links.

    A backup of the same photo, left by a run that was killed before it replaced the photo, is kept.

    Args:
        source: the photo.
        backup: the path of the backup, in the same folder.

    Raises:
        OutputError: another file has that path, or the backup cannot be made.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> photo = Path(folder.name) / "a.jpg"
    >>> _ = photo.write_bytes(b"a photo")
    >>> back_up(str(photo), f"{photo}.orig")
    >>> from colorfix.core.atomic import publish
    >>> publish(b"another", str(photo), overwrite=True)
    >>> Path(f"{photo}.orig").read_bytes()
    b'a photo'
    >>> folder.cleanup()
    """
    try:
        os.link(source, backup)
    except FileExistsError as error:
        if not os.path.samefile(source, backup):
            raise OutputError(printable(backup), _EXISTS) from error
    except OSError:  # no hard links here; another error is met again by the copy
        _copy(source, backup)
    else:
        sync_folder(Path(backup).parent)


def _copy(source: str, backup: str) -> None:
    if os.path.exists(backup):
        if not filecmp.cmp(source, backup, shallow=False):
            raise OutputError(printable(backup), _EXISTS)
        return  # made by a run that was killed before it replaced the photo
    status = os.stat(source)
    with publishing(backup, like=status, exactly=True) as file, open(source, "rb") as original:
        shutil.copyfileobj(original, file)


@dataclass(eq=False)
class PendingOutput:
    """A photo whose files are complete under temporary names.

    Attributes:
        task: the task.
        source, sha256: stamp and digest of the photo that was read.
        files: photo, report and page.
        keeps_times: whether the output has the photo's times, so that only its inode identifies it.
        passed_over: the outcome of a photo that is copied as it is; None for one that is corrected.
        entry: the journal entry, once the files are synced.
    """

    task: Task
    source: FileStamp
    sha256: str
    files: OutputFiles
    keeps_times: bool = False
    passed_over: PassedOver | None = None
    entry: JournalEntry | None = field(default=None, init=False)

    @property
    def outcome(self) -> Corrected | PassedOver:
        """The outcome of the task, once the files are published."""
        return self.passed_over or Corrected(self.task.job, self.files.report, self.files.figures)

    def sync(self) -> None:
        """Write the files to the disk and prepare the journal entry."""
        files, stamps = self.files, [FileStamp.of(status) for status in self.files.sync()]
        self.entry = JournalEntry(
            stamps[0] if self.keeps_times else stamps[0].without_inode,
            None if files.report_file is None else stamps[1].without_inode,
            absolute(self.task.job.source),
            self.source.without_inode,
            self.sha256,
            self.task.fingerprint,
            stamps[-1].without_inode if files.pages else None,
            files.figures,
            self.passed_over is not None,
        )

    def publish(self) -> None:
        """Back up the original if wanted, and rename the files to their final names."""
        job = self.task.job
        self._check_unchanged()
        if job.backup is not None:
            back_up(job.source, job.backup)
        self.files.publish()

    def _check_unchanged(self) -> None:
        """Refuse to replace a file that was changed since it was read or written."""
        job, previous = self.task.job, self.task.previous_output
        if job.in_place:
            expected, found = self.source, FileStamp.of_source(job.source)
        elif previous is not None:
            expected, found = previous.output, FileStamp.at(job.output) or previous.output
        else:
            return
        if not expected.matches(found):
            raise OutputError(printable(job.output), _CHANGED)


def commit(
    batch: Sequence[PendingOutput], journal: Journal, stopped: Callable[[], bool]
) -> list[NumberedOutcome]:
    """Sync, journal and publish a batch of photos; return their outcomes.

    Args:
        batch: photos whose files are complete.
        journal: gets a line for each photo before its files are renamed.
        stopped: whether the run has been stopped: photos that are not published yet are discarded.
    """
    outcomes: list[NumberedOutcome] = []
    try:
        synced = _each(batch, outcomes, PendingOutput.sync)
        if synced and not stopped():
            _journal(synced, journal)
            published = _each([] if stopped() else synced, outcomes, PendingOutput.publish)
            sync_folders([each.files for each in published])
            outcomes += [(each.task.number, each.outcome) for each in published]
    except OutputError as error:  # the journal cannot be written
        done = {number for number, _ in outcomes}
        reason = f"is not written, for {error}"
        outcomes += [_failed(each, reason) for each in batch if each.task.number not in done]
    finally:
        for each in batch:
            each.files.discard()
    return outcomes


def _failed(output: PendingOutput, reason: str) -> NumberedOutcome:
    job = output.task.job
    return output.task.number, Failed(job, OutputError(printable(job.output), reason))


def _each(
    batch: Sequence[PendingOutput], outcomes: list[NumberedOutcome], step: Callable[[PendingOutput], None]
) -> list[PendingOutput]:
    """Run a step for each photo; return those for which it succeeded."""
    succeeded = []
    for each in batch:
        try:
            step(each)
        except OutputError as error:
            outcomes.append((each.task.number, Failed(each.task.job, error)))
        else:
            succeeded.append(each)
    return succeeded


def _journal(batch: Sequence[PendingOutput], journal: Journal) -> None:
    entries = ((each.task.job.output, each.entry, each.files.report) for each in batch)
    journal.add([(output, entry, report) for output, entry, report in entries if entry is not None])


class Committer:
    """Thread that commits one batch while the worker reads the next.

    Args:
        journal: the journal of the run.
        report: called from the thread with the outcomes of each batch.
    """

    def __init__(self, journal: Journal, report: Callable[[list[NumberedOutcome]], None]) -> None:
        self._journal = journal
        self._report = report
        self._room = Semaphore(1)
        self._batches: SimpleQueue[list[PendingOutput] | None] = SimpleQueue()
        self._stopped = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, batch: list[PendingOutput]) -> None:
        """Queue a batch; wait while the previous one is being committed."""
        self._room.acquire()
        self._batches.put(batch)

    def finish(self) -> None:
        """Wait until all batches are committed."""
        self._batches.put(None)
        self._thread.join()

    def abandon(self) -> None:
        """Discard photos that are not published yet."""
        self._stopped.set()
        self._batches.put(None)
        self._thread.join(_STOP_TIMEOUT)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                outcomes = commit(batch, self._journal, self._stopped.is_set)
            except Exception as error:  # noqa: BLE001 - a bug costs these photos; the worker must not wait for ever
                reason = f"met a bug or a fault of the disk ({named(error)}); try again"
                outcomes = [_failed(each, reason) for each in batch]
            self._room.release()
            self._report(outcomes)
