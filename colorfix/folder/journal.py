"""What was written, line by line: a second run does only what is missing or has changed.

A line is appended, and synced, *before* its photo gets its name. It holds size and time of the finished file,
which naming does not change. So a line counts only where that very file is found, and a kill at any moment
leaves no photo that the journal does not know: there is no gap between the two.

A line starts with its line break: what a full disk or a kill has torn spoils no line but itself, and the
photo of a torn line was never named. Lines that cannot be read are passed over.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from colorfix.folder.journal_file import JournalFile
from colorfix.folder.marks import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
            Entry.of(fields)
        except _NO_ENTRY:
            return
        latest = self._latest.get(output, at)
        if latest != at:
            self._older.setdefault(output, []).append(latest)
        self._latest[output] = at

    def _known(self, output: str) -> Iterator[tuple[Entry, bytes]]:
        """Read the lines of an output again: offsets alone stay in memory, for there may be a million."""
        key = self._key(output)
        if key in self._latest:
            for at in (*self._older.get(key, ()), self._latest[key]):
                line = self._file.line(at)
                yield Entry.of(_head(line)), line

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
