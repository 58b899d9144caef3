"""File stamps: identify a file by size and modification time, without reading it; and journal entries."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorfix.report import Summary

_SECOND = 10**9  # nanoseconds
_COARSE = 2 * _SECOND
"""Resolution of times on memory cards (FAT)."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """The state of a regular file.

    Attributes:
        size: bytes.
        modified: modification time, nanoseconds since 1970.
        inode: number of its inode if its times are copied from another file (``--preserve``); else None.

    >>> stamp = FileStamp(10, 1_700_000_000_123_456_789)
    >>> stamp.matches(FileStamp(10, 1_700_000_000_000_000_000))  # a memory card keeps no nanoseconds
    True
    >>> stamp.matches(FileStamp(10, 1_700_000_000_123_456_788))
    False
    """

    size: int
    modified: int
    inode: int | None = None

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """Return the stamp of a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @property
    def without_inode(self) -> FileStamp:
        """The same without the inode, which changes when the file is copied."""
        return FileStamp(self.size, self.modified)

    @classmethod
    def at(cls, path: str) -> FileStamp | None:
        """Return the stamp of the regular file at a path, a link not followed; None if there is none."""
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        return cls.of(status) if stat.S_ISREG(status.st_mode) else None

    @classmethod
    def of_source(cls, path: str) -> FileStamp:
        """Return the stamp of a photo, a link followed; an impossible one if the photo is missing."""
        try:
            return cls.of(Path(path).stat())
        except (OSError, ValueError):  # reported when it is read
            return cls(-1, 0)

    def matches(self, found: FileStamp) -> bool:
        """Whether a file is the stamped one; times that were rounded to whole seconds match."""
        late = abs(self.modified - found.modified)
        rounded = found.modified % _SECOND == 0 and late < _COARSE
        other = self.inode is not None and self.inode != found.inode
        return self.size == found.size and (late == 0 or rounded) and not other


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Journal entry of one photo that was written.

    Attributes:
        output: stamp of the corrected photo.
        report: stamp of its report file, or None.
        path: path of the source.
        source: stamp of the source.
        sha256: of the source's bytes.
        fingerprint: of the target and all settings that change the output.
        page: stamp of its page, or None.
        figures: its figures for an index, or None.
        passed_over: whether the output is the photo as it is.
    """

    output: FileStamp
    report: FileStamp | None
    path: str
    source: FileStamp
    sha256: str
    fingerprint: str
    page: FileStamp | None = None
    figures: Summary | None = None
    passed_over: bool = False

    def fields(self) -> dict[str, Any]:
        """Return the fields of its line in the journal."""
        return {
            "bytes": self.output.size,
            "modified": self.output.modified,
            "inode": self.output.inode,
            "report_file": None if self.report is None else [self.report.size, self.report.modified],
            "source": {
                "path": self.path,
                "bytes": self.source.size,
                "modified": self.source.modified,
                "sha256": self.sha256,
            },
            "made": self.fingerprint,
        } | self._page_fields

    @property
    def _page_fields(self) -> dict[str, Any]:
        if self.passed_over:
            return {"passed_over": True}
        if self.page is None:
            return {}
        figures = None if self.figures is None else self.figures.as_list
        return {"page": [self.page.size, self.page.modified], "figures": figures}

    @classmethod
    def of(cls, line: dict[str, Any]) -> JournalEntry:
        """Return the entry of a line of the journal.

        Raises:
            KeyError, TypeError, ValueError: the line has no entry.
        """
        source, report = line["source"], line["report_file"]
        page, figures = line.get("page"), line.get("figures")
        return cls(
            FileStamp(int(line["bytes"]), int(line["modified"]), line["inode"] and int(line["inode"])),
            None if report is None else FileStamp(*map(int, report)),
            str(source["path"]),
            FileStamp(int(source["bytes"]), int(source["modified"])),
            str(source["sha256"]),
            str(line["made"]),
            None if page is None else FileStamp(*map(int, page)),
            None if figures is None else Summary.from_list(figures),
            bool(line.get("passed_over")),
        )
