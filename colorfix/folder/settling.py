"""Photos that are written get their names, many at once: synced, put down in the journal, then placed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix.core.atomic import sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.text import shown
from colorfix.folder.backup import keep
from colorfix.folder.job import Corrected, Failed, Outcome, Pooled
from colorfix.folder.marks import Entry, Mark
from colorfix.folder.places import absolute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.core.atomic import Draft
    from colorfix.folder.journal import Journal
    from colorfix.folder.task import Task
    from colorfix.report import Figures

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
    photo: Draft
    report_file: Draft | None = None
    preserved: bool = False
    pages: list[Draft] = field(default_factory=list, init=False)
    figures: Figures | None = field(default=None, init=False)
    entry: Entry | None = field(default=None, init=False)

    @property
    def drafts(self) -> list[Draft]:
        """Its files, in the order in which they are placed."""
        return [self.photo, *self._beside]

    @property
    def _beside(self) -> list[Draft]:
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
        self.photo.place()
        placed = [self.photo]
        for draft in self._beside:
            try:
                draft.place()
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
            raise OutputError(shown(self.photo.path), "was changed meanwhile and is left as it is; try again")

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
    return OutputError(shown(written.photo.path), f"is not written, for {error}")


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
