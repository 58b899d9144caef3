"""Index page of a run: a row for each photo, written when there is something new."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from colorfix.batch.job import Corrected, Failed, PassedOver, Skipped
from colorfix.batch.plan.paths import folder_of, pages_exist, pages_folder, thumbnails_of
from colorfix.core.atomic import check_writable, publish
from colorfix.core.errors import OutputError, PhotoError
from colorfix.core.text import printable
from colorfix.photos.read import read_bytes
from colorfix.report.index import IndexNote, IndexRow, index

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from colorfix.batch.job import Job, Outcome

Row = TypeVar("Row", IndexRow, IndexNote)

_OURS = b'<meta name="generator" content="colorfix'
_HEAD = 1000  # bytes: the generator is named within them


class PageIndex:
    """The index of a run's photos.

    It is written before the run, to find out that it can be and to mark the folder of pages as ours; and
    after the run, or after each batch of a watched folder, even if that ends with an error.

    Args:
        path: of the index.
        overwrite: whether files that colorfix has not written may be replaced.

    Raises:
        OutputError: a file that colorfix has not written is in the way.
    """

    def __init__(self, path: str, *, overwrite: bool) -> None:
        self._path = path
        self._places: dict[str, int] = {}  # sources, in the order of the plan
        self._rows: dict[str, IndexRow] = {}
        self._failures: dict[str, IndexNote] = {}
        self._passed_over: dict[str, IndexNote] = {}
        self._changed = False
        if not overwrite and not _is_ours(path):
            if os.path.lexists(path):
                check_writable(path, overwrite=False, sources=())
            _refuse_filled(pages_folder(path))

    @contextmanager
    def updating(self, jobs: Sequence[Job]) -> Iterator[None]:
        """Write the index before and after a block that processes these jobs and adds their outcomes."""
        new = [job for job in jobs if job.source not in self._places]
        for job in new:
            self._places[job.source] = len(self._places)
        if new and not _is_ours(self._path):
            self._write()
        try:
            yield
        finally:
            if self._changed:
                self._write()

    def add(self, outcome: Outcome) -> None:
        """Add or replace the row of a photo."""
        self._changed = True
        job = outcome.job
        name = printable(job.source)
        for rows in (self._rows, self._failures, self._passed_over):
            rows.pop(job.source, None)
        if isinstance(outcome, Failed):
            self._failures[job.source] = IndexNote(name, _reason(outcome, name))
        elif isinstance(outcome, PassedOver):
            self._passed_over[job.source] = IndexNote(name, outcome.reason)
        elif job.page is None or not _is_described(outcome) or not os.path.lexists(job.page):
            self._rows[job.source] = IndexRow(name)
        else:
            here = folder_of(self._path)
            files = (job.page, *thumbnails_of(job.page)) if pages_exist(job) else (job.page,)
            paths = (os.path.relpath(path, here) for path in files)
            self._rows[job.source] = IndexRow(name, outcome.figures, *paths)

    def _write(self) -> None:
        """Write the index.

        Raises:
            OutputError: it cannot be written.
        """
        self._changed = False
        text = index(
            self._ordered(self._rows),
            self._ordered(self._failures),
            self._ordered(self._passed_over),
            title=printable(_title(self._path)),
            photos=len(self._places),
        )
        publish(text.encode(), self._path, overwrite=True)

    def _ordered(self, rows: dict[str, Row]) -> list[Row]:
        return [rows[source] for source in sorted(rows, key=self._places.__getitem__)]


def _is_described(outcome: Outcome) -> TypeGuard[Corrected | Skipped]:
    """Whether figures of the photo are known; without them, a page that exists is of an older result."""
    return isinstance(outcome, Corrected | Skipped) and outcome.figures is not None


def _title(path: str) -> str:
    """Return the title of an index: the name of its file, or of its folder for ``index.html``."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return stem if stem != "index" else os.path.basename(os.path.realpath(folder_of(path))) or stem


def _reason(failed: Failed, name: str) -> str:
    return str(failed.error).removeprefix(f"{name}: ")


def _is_ours(path: str) -> bool:
    """Whether there is a page of colorfix at a path."""
    with suppress(PhotoError):
        return _OURS in read_bytes(path)[:_HEAD]
    return False


def _refuse_filled(folder: str) -> None:
    """Refuse a folder for pages that has files in it, if colorfix has not written the index."""
    with suppress(FileNotFoundError):
        try:
            if not os.listdir(folder):
                return
            reason = (
                "holds files already, and pages would go there; choose another name for --html or --overwrite"
            )
        except NotADirectoryError:
            reason = "is a file, and pages would go there; choose another name for --html"
        raise OutputError(printable(folder), reason)
