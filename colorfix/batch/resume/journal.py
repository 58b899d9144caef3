"""Journal of a run: a line for each photo written, so that a later run does only what is missing or changed.

A line is appended and synced *before* its photo is renamed to its final name. It has size and time of the
finished file, which a rename does not change, so a line counts only if that very file is found. A kill at any
moment leaves no photo that the journal does not know.

A line starts with its line break: a line torn by a full disk or a kill spoils no other, and its photo was
never renamed. Lines that cannot be parsed are ignored.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from colorfix.batch.resume.file_stamp import FileStamp, JournalEntry
from colorfix.core.atomic import os_errors_as
from colorfix.core.errors import OutputError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMAT: Final = "colorfix/journal/1"
_HEADER: Final = json.dumps({"format": _FORMAT}).encode()
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # less the user's umask
_LOCK_TIMEOUT = 2.0  # seconds: the workers of a killed run end within them
_PIECE, _LINE = 1 << 22, 1 << 13  # bytes read at a time
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}
_NO_JOURNAL = "is no journal of this colorfix; move it away or choose another folder"
_TAKEN = "is in use by another run; wait for it or choose another folder"


class JournalFile:
    """The lines of an open journal.

    Args:
        path: of the journal; its folder exists.
        joined: whether another process or object of this run has locked it.

    Raises:
        OutputError: it cannot be written, is no journal, or another run is using it.
    """

    def __init__(self, path: str, *, joined: bool) -> None:
        self._path = path
        with os_errors_as(self._path):
            self._descriptor = os.open(path, _FLAGS, _MODE)
        try:
            if not joined:
                self._lock()
                self._check_header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file and unlock it for other runs."""
        os.close(self._descriptor)

    def append(self, lines: Iterable[bytes], *, synced: bool) -> None:
        """Append lines in one write, and sync them if wanted.

        Raises:
            OutputError: the disk is full or fails.
        """
        data = b"".join(b"\n" + line for line in lines)
        with os_errors_as(self._path):
            while data:
                data = data[os.write(self._descriptor, data) :]
            if synced:
                os.fsync(self._descriptor)

    def lines(self, start: int) -> Iterator[bytes]:
        """Yield the lines from an offset on, without line breaks; the last one may be torn."""
        at, rest = start, list[bytes]()
        with os_errors_as(self._path):
            while piece := os.pread(self._descriptor, _PIECE, at):
                at += len(piece)
                first, *others = piece.split(b"\n")
                rest.append(first)
                for line in others:
                    yield b"".join(rest)
                    rest = [line]
        yield b"".join(rest)

    def line(self, at: int) -> bytes:
        """Return the line at an offset."""
        line = bytearray()
        with os_errors_as(self._path):
            while piece := os.pread(self._descriptor, _LINE, at + len(line)):
                line += piece
                if b"\n" in piece:
                    break
        return bytes(line.partition(b"\n")[0])

    def _lock(self) -> None:
        until = time.monotonic() + _LOCK_TIMEOUT
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

    def _check_header(self) -> None:
        """Write the header, or check it."""
        with os_errors_as(self._path):
            start = os.pread(self._descriptor, len(_HEADER) + 1, 0)
            if _HEADER.startswith(start):  # new, or torn at its start
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, _HEADER)
            elif start != _HEADER + b"\n":
                raise OutputError(printable(self._path), _NO_JOURNAL)


NAME: Final = ".colorfix.jsonl"
"""File name of the journal in a folder."""

_REPORT = b',"report":'  # cannot stand inside a JSON string
_NO_ENTRY = (ValueError, KeyError, TypeError, RecursionError)


def journal_in(folder: str) -> str:
    """Return the path of a folder's journal.

    >>> journal_in("out")
    'out/.colorfix.jsonl'
    """
    return os.path.join(folder, NAME)


class Journal:
    """An open journal, locked by this run until it is closed.

    Args:
        path: of the journal; its folder exists.
        joined: whether another process or object of this run has locked it.

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
        """Pickle for a worker, which shares the journal."""
        return partial(Journal, joined=True), (str(Path.cwd() / self._path),)

    def close(self) -> None:
        """Close the journal and unlock it for other runs."""
        self._file.close()

    def entries(self, output: str) -> list[JournalEntry]:
        """Return the entries of an output, the latest last."""
        return [entry for entry, _ in self._lines_of(output)]

    def report(self, output: str, entry: JournalEntry) -> dict[str, Any]:
        """Return the loss report of an entry; empty if its line holds none that can be read."""
        line = next((line for each, line in self._lines_of(output) if each == entry), b"")
        try:
            report = json.loads(line)["report"]
        except _NO_ENTRY:
            return {}
        return report if isinstance(report, dict) else {}

    def report_of(self, output: str) -> dict[str, Any] | None:
        """Return the loss report of the file at an output; None if no entry is of this very file."""
        entry = entry_at(output, self.entries(output))
        return None if entry is None else self.report(output, entry)

    def add(self, written: Iterable[tuple[str, JournalEntry, dict[str, Any]]]) -> None:
        """Append a line for each output, entry and report, and sync them.

        Raises:
            OutputError: the disk is full or fails; the outputs must not be renamed then.
        """
        lines = (
            {"output": self._key(output), **entry.fields(), "report": report}
            for output, entry, report in written
        )
        self._file.append(map(_line_of, lines), synced=True)

    def add_failure(self, output: str, error: str) -> None:
        """Append a line about a failure; it is for people and never read.

        Raises:
            OutputError: the disk is full or fails.
        """
        self._file.append([_line_of({"output": self._key(output), "error": error})], synced=False)

    def refresh(self) -> None:
        """Read lines that any process has appended since."""
        at = self._read_to
        for line in self._file.lines(at):
            self._index(line, at)
            self._read_to = at  # the last line is read again: it may be incomplete
            at += len(line) + 1

    def _index(self, line: bytes, at: int) -> None:
        """Store the offsets of the lines of an output."""
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

    def _lines_of(self, output: str) -> Iterator[tuple[JournalEntry, bytes]]:
        """Read the lines of an output: only offsets are in memory, as there may be a million outputs."""
        key = self._key(output)
        if key in self._latest:
            for at in (*self._older.get(key, ()), self._latest[key]):
                line = self._file.line(at)
                yield JournalEntry.of(_head(line)), line

    def _key(self, output: str) -> str:
        """Return the path of an output relative to the journal, so that the folder can be moved."""
        parent, name = os.path.split(output)
        if parent not in self._parents:
            self._parents[parent] = os.path.relpath(os.path.realpath(parent), self._folder)
        return os.path.normpath(f"{self._parents[parent]}/{name}")


def _line_of(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


def _head(line: bytes) -> dict[str, Any]:
    """Return the fields before the report, which is nine tenths of a line.

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
    """Journals in parent folders, so that a photo corrected in place is not corrected twice.

    A run in place has its journal in the common folder of the given names: ``photos/ -r`` and ``photos/sub``
    use different journals. One that cannot be read is ignored.
    """

    def __init__(self) -> None:
        self._read: dict[str, Journal | None] = {}

    def entries(self, output: str) -> Iterator[JournalEntry]:
        """Yield the entries of an output, the latest of each journal last."""
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
