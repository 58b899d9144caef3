"""Photos that are written get their names, many at once: synced, put down in the journal, then placed.

A thread that settles batches, so that a worker need not wait for the disk.

The original, kept beside the photo that is about to replace it.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, Any

from colorfix.batch.job import Corrected, Failed, Outcome, Pooled
from colorfix.batch.plan.paths import absolute
from colorfix.batch.resume.file_stamp import FileStamp, JournalEntry
from colorfix.core.atomic import publishing, sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.batch.resume.journal import Journal
    from colorfix.batch.workers.queue import Task
    from colorfix.core.atomic import TemporaryFile
    from colorfix.report import Figures

_CHANGED = "was changed meanwhile and is left as it is; try again"
_EXISTS = "exists already, and an older original is never replaced; move it away or choose a --backup-suffix"


def back_up(source: str, backup: str) -> None:
    """Give a photo a second name, safely on the disk, so that replacing it leaves the original there.

    A hard link where the file system has them, and a copy elsewhere. A backup that is the photo itself,
    left by a run that was killed between the two steps, is as good as a new one.

    Args:
        source: the photo.
        backup: the second name, in the same folder.

    Raises:
        OutputError: something else has that name, or it cannot be made.

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
    except OSError:  # a file system without hard links; what else is wrong, copying tells
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


NumberedOutcome = tuple[int, Outcome | Pooled]
"""What became of the job of a number."""


@dataclass(eq=False)
class PendingOutput:
    """A photo that stands complete under a temporary name, and its report file where one is wanted.

    Attributes:
        task: which.
        source, sha256: state and digest of the photo that was read.
        report: the loss report.
        photo: the corrected photo.
        report_file: the report as a file, or None.
        preserved: whether it has its photo's times, which then do not tell it from the photo.
        pages: thumbnails and page where they are wanted, the page last.
        figures: what an index tells of it, where there is one.
    """

    task: Task
    source: FileStamp
    sha256: str
    report: dict[str, Any]
    photo: TemporaryFile
    report_file: TemporaryFile | None = None
    keeps_times: bool = False
    pages: list[TemporaryFile] = field(default_factory=list, init=False)
    figures: Figures | None = field(default=None, init=False)
    entry: JournalEntry | None = field(default=None, init=False)

    @property
    def drafts(self) -> list[TemporaryFile]:
        """Its files, in the order in which they are placed."""
        return [self.photo, *self._beside]

    @property
    def _beside(self) -> list[TemporaryFile]:
        return ([] if self.report_file is None else [self.report_file]) + self.pages

    @property
    def corrected(self) -> Corrected:
        """What became of it, once it is placed."""
        return Corrected(self.task.job, self.report, self.figures)

    def sync(self) -> None:
        """See that its files are on the disk, and note what they will be known by."""
        marks = [FileStamp.of(draft.sync()) for draft in self.drafts]
        self.entry = JournalEntry(
            marks[0] if self.keeps_times else marks[0].without_inode,
            None if self.report_file is None else marks[1].without_inode,
            absolute(self.task.job.source),
            self.source.without_inode,
            self.sha256,
            self.task.fingerprint,
            marks[-1].without_inode if self.pages else None,
            self.figures,
        )

    def publish(self) -> None:
        """Put its files under their names; where one beside the photo fails, take what is new back."""
        job = self.task.job
        self._check_unchanged()
        if job.backup is not None:
            back_up(job.source, job.backup)
        self.photo.publish()
        placed = [self.photo]
        for draft in self._beside:
            try:
                draft.publish()
            except OutputError:
                for each in placed:
                    if not each.overwrite:
                        Path(each.path).unlink(missing_ok=True)
                raise
            placed.append(draft)

    def _check_unchanged(self) -> None:
        """Refuse to replace what is not, or no longer, the file that may be replaced."""
        if self.task.job.in_place:
            wanted, found = self.source, FileStamp.of_source(self.task.job.source)
        elif self.task.previous_output is not None:
            wanted, found = (
                self.task.previous_output.output,
                FileStamp.at(self.photo.path) or self.task.previous_output.output,
            )
        else:
            return
        if not wanted.matches(found):
            raise OutputError(
                printable(self.photo.path), "was changed meanwhile and is left as it is; try again"
            )

    def discard(self) -> None:
        """Remove what is not placed."""
        for draft in self.drafts:
            draft.discard()


def commit(
    batch: Sequence[PendingOutput], journal: Journal, stopped: Callable[[], bool]
) -> list[NumberedOutcome]:
    """Give every photo of a batch its name, and say what became of it.

    Args:
        batch: photos written and closed.
        journal: where they are put down first.
        stopped: whether the run is to end: what is not placed yet is discarded.
    """
    told: list[NumberedOutcome] = []
    try:
        sound = _each(batch, told, PendingOutput.sync)
        if sound and not stopped():
            _journal(sound, journal)
            placed = _each([] if stopped() else sound, told, PendingOutput.publish)
            _sync_folders(placed)
            told += [
                (each.task.number, Corrected(each.task.job, each.report, each.figures)) for each in placed
            ]
    except OutputError as error:  # the journal cannot be written
        done = {number for number, _ in told}
        told += [
            (each.task.number, Failed(each.task.job, _unwritten(each, error)))
            for each in batch
            if each.task.number not in done
        ]
    finally:
        for each in batch:
            each.discard()
    return told


def _unwritten(written: PendingOutput, error: OutputError) -> OutputError:
    return OutputError(printable(written.photo.path), f"is not written, for {error}")


def _each(
    batch: Sequence[PendingOutput], told: list[NumberedOutcome], step: Callable[[PendingOutput], None]
) -> list[PendingOutput]:
    """Do a step for each; return those for which it did not fail."""
    sound = []
    for each in batch:
        try:
            step(each)
        except OutputError as error:
            told.append((each.task.number, Failed(each.task.job, error)))
        else:
            sound.append(each)
    return sound


def _journal(batch: Sequence[PendingOutput], journal: Journal) -> None:
    lines = [(each.photo.path, each.entry, each.report) for each in batch if each.entry is not None]
    journal.add(lines)


def _sync_folders(batch: Sequence[PendingOutput]) -> None:
    for folder in {Path(draft.path).parent for each in batch for draft in each.drafts}:
        with suppress(OSError):
            sync_folder(folder)


_PATIENCE = 0.8  # seconds for what is being settled when the run is stopped


class Committer:
    """Settles one batch while the next is read.

    Args:
        journal: where photos are put down.
        tell: is told what became of each batch; called from the thread.
    """

    def __init__(self, journal: Journal, tell: Callable[[list[NumberedOutcome]], None]) -> None:
        self._journal = journal
        self._tell = tell
        self._room = Semaphore(1)
        self._batches: SimpleQueue[list[PendingOutput] | None] = SimpleQueue()
        self._stopped = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, batch: list[PendingOutput]) -> None:
        """Hand a batch over; waits while the one before it is being settled."""
        self._room.acquire()
        self._batches.put(batch)

    def finish(self) -> None:
        """Wait until all is settled."""
        self._batches.put(None)
        self._thread.join()

    def abandon(self) -> None:
        """Discard what has no name yet."""
        self._stopped.set()
        self._batches.put(None)
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                told = commit(batch, self._journal, self._stopped.is_set)
            except Exception as error:  # noqa: BLE001 - a bug costs these photos; the worker must not wait for ever
                told = [(each.task.number, Failed(each.task.job, _met(each, error))) for each in batch]
            self._room.release()
            self._tell(told)


def _met(written: PendingOutput, error: Exception) -> OutputError:
    what = f"{type(error).__name__}: {one_line(error)}"
    return OutputError(printable(written.photo.path), f"met a bug or a fault of the disk ({what}); try again")
