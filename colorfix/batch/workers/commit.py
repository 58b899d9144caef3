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
from colorfix.batch.resume.file_stamp import Entry, Mark
from colorfix.core.atomic import publishing, sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.batch.resume.journal import Journal
    from colorfix.batch.workers.queue import Task
    from colorfix.core.atomic import TemporaryFile
    from colorfix.report import Figures

_EXISTS = "exists already, and an older original is never replaced; move it away or choose a --backup-suffix"


def keep(source: str, backup: str) -> None:
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
    >>> keep(str(photo), f"{photo}.orig")
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


Told = tuple[int, Outcome | Pooled]
"""What became of the job of a number."""


@dataclass(eq=False)
class Written:
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
    source: Mark
    sha256: str
    report: dict[str, Any]
    photo: TemporaryFile
    report_file: TemporaryFile | None = None
    preserved: bool = False
    pages: list[TemporaryFile] = field(default_factory=list, init=False)
    figures: Figures | None = field(default=None, init=False)
    entry: Entry | None = field(default=None, init=False)

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
        marks = [Mark.of(draft.sync()) for draft in self.drafts]
        self.entry = Entry(
            marks[0] if self.preserved else marks[0].unnumbered,
            None if self.report_file is None else marks[1].unnumbered,
            absolute(self.task.job.source),
            self.source.unnumbered,
            self.sha256,
            self.task.made,
            marks[-1].unnumbered if self.pages else None,
            self.figures,
        )

    def place(self) -> None:
        """Put its files under their names; where one beside the photo fails, take what is new back."""
        job = self.task.job
        self._check_unchanged()
        if job.backup is not None:
            keep(job.source, job.backup)
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
            wanted, found = self.source, Mark.of_source(self.task.job.source)
        elif self.task.ours is not None:
            wanted, found = self.task.ours.output, Mark.at(self.photo.path) or self.task.ours.output
        else:
            return
        if not wanted.is_of(found):
            raise OutputError(
                printable(self.photo.path), "was changed meanwhile and is left as it is; try again"
            )

    def discard(self) -> None:
        """Remove what is not placed."""
        for draft in self.drafts:
            draft.discard()


def settle(batch: Sequence[Written], journal: Journal, stopped: Callable[[], bool]) -> list[Told]:
    """Give every photo of a batch its name, and say what became of it.

    Args:
        batch: photos written and closed.
        journal: where they are put down first.
        stopped: whether the run is to end: what is not placed yet is discarded.
    """
    told: list[Told] = []
    try:
        sound = _each(batch, told, Written.sync)
        if sound and not stopped():
            _put_down(sound, journal)
            placed = _each([] if stopped() else sound, told, Written.place)
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


def _unwritten(written: Written, error: OutputError) -> OutputError:
    return OutputError(printable(written.photo.path), f"is not written, for {error}")


def _each(batch: Sequence[Written], told: list[Told], step: Callable[[Written], None]) -> list[Written]:
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


def _put_down(batch: Sequence[Written], journal: Journal) -> None:
    lines = [(each.photo.path, each.entry, each.report) for each in batch if each.entry is not None]
    journal.add(lines)


def _sync_folders(batch: Sequence[Written]) -> None:
    for folder in {Path(draft.path).parent for each in batch for draft in each.drafts}:
        with suppress(OSError):
            sync_folder(folder)


_PATIENCE = 0.8  # seconds for what is being settled when the run is stopped


class Publisher:
    """Settles one batch while the next is read.

    Args:
        journal: where photos are put down.
        tell: is told what became of each batch; called from the thread.
    """

    def __init__(self, journal: Journal, tell: Callable[[list[Told]], None]) -> None:
        self._journal = journal
        self._tell = tell
        self._room = Semaphore(1)
        self._batches: SimpleQueue[list[Written] | None] = SimpleQueue()
        self._stopped = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def give(self, batch: list[Written]) -> None:
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
                told = settle(batch, self._journal, self._stopped.is_set)
            except Exception as error:  # noqa: BLE001 - a bug costs these photos; the worker must not wait for ever
                told = [(each.task.number, Failed(each.task.job, _met(each, error))) for each in batch]
            self._room.release()
            self._tell(told)


def _met(written: Written, error: Exception) -> OutputError:
    what = f"{type(error).__name__}: {one_line(error)}"
    return OutputError(printable(written.photo.path), f"met a bug or a fault of the disk ({what}); try again")
