"""What was written, line by line: a second run does only what is missing or has changed.

A line is appended, and synced, *before* its photo gets its name. It holds size and time of the finished file,
which naming does not change. So a line counts only where that very file is found, and a kill at any moment
leaves no photo that the journal does not know: there is no gap between the two.

A line starts with its line break: what a full disk or a kill has torn spoils no line but itself, and the
photo of a torn line was never named. Lines that cannot be read are passed over.

A journal's file: one run's alone, lines appended and synced.

Journals of runs that named a photo otherwise: what was corrected in place is not corrected twice.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from colorfix.batch.resume.file_stamp import FileStamp, JournalEntry
from colorfix.core.errors import OutputError
from colorfix.core.file_checks import reason_of
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMAT: Final = "colorfix/journal/1"
_HEADER: Final = json.dumps({"format": _FORMAT}).encode()
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # the user's umask takes from it
_PATIENCE = 2.0  # seconds in which the workers of a run that was killed have ended
_PIECE, _LINE = 1 << 22, 1 << 13  # bytes read at a time
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}
_NO_JOURNAL = "is no journal of this colorfix; move it away or choose another folder"
_TAKEN = "is in use by another run; wait for it or choose another folder"


class JournalFile:
    """An open journal, as lines.

    Args:
        path: where it is; its folder exists.
        joined: whether to write into it beside the process that has it to itself.

    Raises:
        OutputError: it cannot be written, is no journal, or another run is using it.
    """

    def __init__(self, path: str, *, joined: bool) -> None:
        self._path = path
        with self._told():
            self._descriptor = os.open(path, _FLAGS, _MODE)
        try:
            if not joined:
                self._lock()
                self._begin()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave it to other runs."""
        os.close(self._descriptor)

    def append(self, lines: Iterable[bytes], *, synced: bool) -> None:
        """Append lines in one write, and see that they are on the disk if asked.

        Raises:
            OutputError: the disk is full or fails.
        """
        data = b"".join(b"\n" + line for line in lines)
        with self._told():
            while data:
                data = data[os.write(self._descriptor, data) :]
            if synced:
                os.fsync(self._descriptor)

    def lines(self, start: int) -> Iterator[bytes]:
        """Yield the lines from a place on, without their line breaks; the last one may be torn."""
        rest, at = b"", start
        with self._told():
            while piece := os.pread(self._descriptor, _PIECE, at):
                at += len(piece)
                *whole, rest = (rest + piece).split(b"\n")
                yield from whole
        yield rest

    def line(self, at: int) -> bytes:
        """Return the line that begins at a place."""
        line = b""
        with self._told():
            while piece := os.pread(self._descriptor, _LINE, at + len(line)):
                line += piece
                if b"\n" in piece:
                    break
        return line.partition(b"\n")[0]

    def _lock(self) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    return
                if time.monotonic() > until:
                    raise OutputError(printable(self._path), _TAKEN) from error
                time.sleep(0.05)
            else:
                return

    def _begin(self) -> None:
        """Write the first line, or see that it is there."""
        with self._told():
            start = os.pread(self._descriptor, len(_HEADER) + 1, 0)
            if _HEADER.startswith(start):  # new, or torn before anything was done
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, _HEADER)
            elif start != _HEADER + b"\n":
                raise OutputError(printable(self._path), _NO_JOURNAL)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(printable(self._path), reason_of(error)) from error


NAME: Final = ".colorfix.jsonl"
"""How the journal in a folder is called."""

_REPORT = b',"report":'  # cannot stand inside a JSON string
_NO_ENTRY = (ValueError, KeyError, TypeError, RecursionError)


def journal_in(folder: str) -> str:
    """Return the path of a folder's journal.

    >>> journal_in("out")
    'out/.colorfix.jsonl'
    """
    return os.path.join(folder, NAME)


class Journal:
    """An open journal: this run's alone until it ends.

    Args:
        path: where it is; its folder exists.
        joined: whether to write into it beside the process that has it to itself.

    Raises:
        OutputError: it cannot be written, is no journal, or another run is using it.
    """

    def __init__(self, path: str, *, joined: bool = False) -> None:
        self._path = path
        self._folder = os.path.realpath(Path(path).parent)
        self._parents: dict[str, str] = {}
        self._latest: dict[str, int] = {}  # where the last line of each output begins
        self._older: dict[str, list[int]] = {}
        self._read_to = 0
        self._file = JournalFile(path, joined=joined)
        self.refresh()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a worker, which joins in."""
        return partial(Journal, joined=True), (str(Path.cwd() / self._path),)

    def close(self) -> None:
        """Leave it to other runs."""
        self._file.close()

    def entries(self, output: str) -> list[JournalEntry]:
        """Return what is known of an output, the latest last."""
        return [entry for entry, _ in self._known(output)]

    def report(self, output: str, entry: JournalEntry) -> dict[str, Any]:
        """Return the loss report of an entry."""
        line = next(line for each, line in self._known(output) if each == entry)
        report: dict[str, Any] = json.loads(line)["report"]
        return report

    def report_of(self, output: str) -> dict[str, Any] | None:
        """Return the loss report of the file at an output; None if no entry is of this very file."""
        entry = entry_at(output, self.entries(output))
        return None if entry is None else self.report(output, entry)

    def add(self, written: Iterable[tuple[str, JournalEntry, dict[str, Any]]]) -> None:
        """Append a line for each output, entry and report, and sync them.

        Raises:
            OutputError: the disk is full or fails; none of them may be named then.
        """
        lines = (
            {"output": self._key(output), **entry.fields(), "report": report}
            for output, entry, report in written
        )
        self._file.append(map(_line_of, lines), synced=True)

    def add_failure(self, output: str, error: str) -> None:
        """Append a line, for people only, that says what failed.

        Raises:
            OutputError: the disk is full or fails.
        """
        self._file.append([_line_of({"output": self._key(output), "error": error})], synced=False)

    def refresh(self) -> None:
        """Read what has been appended since, by whatever process."""
        at = self._read_to
        for line in self._file.lines(at):
            self._note(line, at)
            self._read_to = at  # the last line is looked at again: it may just be being written
            at += len(line) + 1

    def _note(self, line: bytes, at: int) -> None:
        """Remember where the line of an output is: the latest, and those before."""
        try:
            fields = _head(line)
            output = str(fields["output"])
            JournalEntry.of(fields)
        except _NO_ENTRY:
            return
        latest = self._latest.get(output, at)
        if latest != at:
            self._older.setdefault(output, []).append(latest)
        self._latest[output] = at

    def _known(self, output: str) -> Iterator[tuple[JournalEntry, bytes]]:
        """Read the lines of an output again: offsets alone stay in memory, for there may be a million."""
        key = self._key(output)
        if key in self._latest:
            for at in (*self._older.get(key, ()), self._latest[key]):
                line = self._file.line(at)
                yield JournalEntry.of(_head(line)), line

    def _key(self, output: str) -> str:
        """An output as seen from the journal's folder, so that the whole may be moved."""
        parent, name = os.path.split(output)
        if parent not in self._parents:
            self._parents[parent] = os.path.relpath(os.path.realpath(parent), self._folder)
        return os.path.normpath(f"{self._parents[parent]}/{name}")


def _line_of(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


def _head(line: bytes) -> dict[str, Any]:
    """What a line says before its report, which is nine tenths of it.

    >>> _head(b'{"output":"a.jpg","bytes":1,"report":{"format": ... }')
    {'output': 'a.jpg', 'bytes': 1}
    """
    head, report, _ = line.partition(_REPORT)
    if report and not line.endswith(b"}"):
        raise ValueError("a torn line")
    fields: dict[str, Any] = json.loads(head + b"}" if report else line)
    return fields


def entry_at(output: str, entries: Sequence[JournalEntry]) -> JournalEntry | None:
    """Return the latest entry that is of the very file at an output."""
    found = FileStamp.at(output) if entries else None
    if found is None:
        return None
    return next((entry for entry in reversed(entries) if entry.output.matches(found)), None)


class ParentJournals:
    """The journals in a photo's own folder and in those above it, each read once.

    A run in place keeps its journal in the folder that the given names have in common, so ``photos/ -r`` and
    ``photos/sub`` keep it in different ones. One that cannot be read tells nothing.
    """

    def __init__(self) -> None:
        self._read: dict[str, Journal | None] = {}

    def entries(self, output: str) -> Iterator[JournalEntry]:
        """Yield what they know of an output, the latest of each journal last."""
        folder = os.path.realpath(os.path.dirname(output))
        while True:
            journal = self._journal(folder)
            if journal is not None:
                yield from journal.entries(output)
            above = os.path.dirname(folder)
            if above == folder:
                return
            folder = above

    def _journal(self, folder: str) -> Journal | None:
        if folder not in self._read:
            path = journal_in(folder)
            try:
                self._read[folder] = Journal(path, joined=True) if os.path.isfile(path) else None
            except OutputError:
                self._read[folder] = None
        return self._read[folder]
