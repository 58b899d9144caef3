"""What was written, line by line: a second run does only what is missing or has changed.

A line is appended, and synced, *before* its photo gets its name. It holds size and time of the finished file,
which naming does not change. So a line counts only where that very file is found, and a kill at any moment
leaves no photo that the journal does not know: there is no gap between the two.

A line starts with its line break: what a full disk or a kill has torn spoils no line but itself, and the
photo of a torn line was never named. Lines that cannot be read are passed over.
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

from colorfix.errors import OutputError
from colorfix.folder.marks import Entry
from colorfix.photos import reason_of
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME: Final = ".colorfix.jsonl"
"""How the journal in a folder is called."""


def journal_in(folder: str) -> str:
    """Return the path of a folder's journal.

    >>> journal_in("out")
    'out/.colorfix.jsonl'
    """
    return os.path.join(folder, NAME)


_FORMAT: Final = "colorfix/journal/1"
_HEADER: Final = json.dumps({"format": _FORMAT}).encode()
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666  # the user's umask takes from it
_PATIENCE = 2.0  # seconds in which the workers of a run that was killed have ended
_PIECE, _LINE = 1 << 22, 1 << 13  # bytes read at a time
_REPORT = b',"report":'  # cannot stand inside a JSON string
_NO_ENTRY = (ValueError, KeyError, TypeError, RecursionError)
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}
_NO_JOURNAL = "is no journal of this colorfix; move it away or choose another folder"
_TAKEN = "is in use by another run; wait for it or choose another folder"


class Journal:
    """An open journal: this run's alone until it ends.

    Args:
        path: where it is; its folder exists.
        joined: whether to write into it beside the process that has it to itself.

    Raises:
        OutputError: it cannot be written, is no journal, or another run is using it.
    """

    def __init__(self, path: str, *, joined: bool = False) -> None:
        self.path = path
        self._folder = os.path.realpath(Path(path).parent)
        self._latest: dict[str, int] = {}  # where the last line of each output begins
        self._older: dict[str, list[int]] = {}
        self._parents: dict[str, str] = {}
        self._read_to = 0
        with self._told():
            self._descriptor = os.open(path, _FLAGS, _MODE)
        try:
            if not joined:
                self._lock()
                self._begin()
            self.refresh()
        except BaseException:
            self.close()
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a worker, which joins in."""
        return partial(Journal, joined=True), (str(Path.cwd() / self.path),)

    def close(self) -> None:
        """Leave it to other runs."""
        os.close(self._descriptor)

    def entries(self, output: str) -> list[Entry]:
        """Return what is known of an output, the latest last."""
        return [entry for entry, _ in self._known(output)]

    def report(self, output: str, entry: Entry) -> dict[str, Any]:
        """Return the loss report of an entry."""
        line = next(line for each, line in self._known(output) if each == entry)
        report: dict[str, Any] = json.loads(line)["report"]
        return report

    def add(self, written: Iterable[tuple[str, Entry, dict[str, Any]]]) -> None:
        """Append a line for each output, entry and report, and sync them.

        Raises:
            OutputError: the disk is full or fails; none of them may be named then.
        """
        self._append(
            {"output": self._key(output), **entry.fields(), "report": report}
            for output, entry, report in written
        )
        with self._told():
            os.fsync(self._descriptor)

    def add_failure(self, output: str, error: str) -> None:
        """Append a line, for people only, that says what failed.

        Raises:
            OutputError: the disk is full or fails.
        """
        self._append([{"output": self._key(output), "error": error}])

    def refresh(self) -> None:
        """Read what has been appended since, by whatever process."""
        rest = b""
        with self._told():
            while piece := os.pread(self._descriptor, _PIECE, self._read_to + len(rest)):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    self._note(line)
                    self._read_to += len(line) + 1
        if self._note(rest):  # the last line; one that is torn, or just being written, is looked at again
            self._read_to += len(rest)

    def _note(self, line: bytes) -> bool:
        """Remember where the line of an output is, the latest and those before; return whether it is one."""
        try:
            output = str(_head(line)["output"])
            Entry.of(_head(line))
        except _NO_ENTRY:
            return False
        if output in self._latest:
            self._older.setdefault(output, []).append(self._latest[output])
        self._latest[output] = self._read_to
        return True

    def _known(self, output: str) -> Iterator[tuple[Entry, bytes]]:
        """Read the lines of an output again: offsets alone stay in memory, for there may be a million."""
        key = self._key(output)
        if key in self._latest:
            for at in (*self._older.get(key, ()), self._latest[key]):
                line = self._line(at)
                yield Entry.of(_head(line)), line

    def _line(self, at: int) -> bytes:
        line = b""
        with self._told():
            while piece := os.pread(self._descriptor, _LINE, at + len(line)):
                line += piece
                if b"\n" in piece:
                    break
        return line.partition(b"\n")[0]

    def _key(self, output: str) -> str:
        """An output as seen from the journal's folder, so that the whole may be moved."""
        parent, name = os.path.split(output)
        if parent not in self._parents:
            self._parents[parent] = os.path.relpath(os.path.realpath(parent), self._folder)
        return os.path.normpath(f"{self._parents[parent]}/{name}")

    def _append(self, lines: Iterable[dict[str, Any]]) -> None:
        data = b"".join(b"\n" + json.dumps(line, separators=(",", ":")).encode() for line in lines)
        with self._told():
            while data:
                data = data[os.write(self._descriptor, data) :]

    def _lock(self) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    return
                if time.monotonic() > until:
                    raise OutputError(shown(self.path), _TAKEN) from error
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
                raise OutputError(shown(self.path), _NO_JOURNAL)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(shown(self.path), reason_of(error)) from error


def _head(line: bytes) -> dict[str, Any]:
    """What a line says before its report, which is nine tenths of it.

    >>> _head(b'{"output":"a.jpg","bytes":1,"report":{"format":')
    {'output': 'a.jpg', 'bytes': 1}
    """
    head, report, _ = line.partition(_REPORT)
    fields: dict[str, Any] = json.loads(head + b"}" if report else line)
    return fields
