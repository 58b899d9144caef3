"""How a file is known again without reading it: by its size and the time when it was changed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorfix.report import Summary

_SECOND = 10**9  # nanoseconds
_COARSE = 2 * _SECOND
"""Memory cards keep times to two seconds only."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """The state of a regular file.

    Attributes:
        size: bytes.
        modified: when it was changed, nanoseconds since 1970.
        number: of its inode, where its times are another file's (``--preserve``) and do not tell it; or None.

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
        """Return the mark of a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @property
    def without_inode(self) -> FileStamp:
        """The same without the inode: it outlives being copied elsewhere."""
        return FileStamp(self.size, self.modified)

    @classmethod
    def at(cls, path: str) -> FileStamp | None:
        """Return the mark of the regular file at a path, a link not followed; None where there is none."""
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        return cls.of(status) if stat.S_ISREG(status.st_mode) else None

    @classmethod
    def of_source(cls, path: str) -> FileStamp:
        """Return the mark of a photo to be read, a link followed; an impossible one where there is none."""
        try:
            return cls.of(Path(path).stat())
        except (OSError, ValueError):  # told when it is read
            return cls(-1, 0)

    def matches(self, found: FileStamp) -> bool:
        """Whether a file that was found is the one that was marked; whole seconds may have been rounded."""
        late = abs(self.modified - found.modified)
        rounded = found.modified % _SECOND == 0 and late < _COARSE
        other = self.inode is not None and self.inode != found.inode
        return self.size == found.size and (late == 0 or rounded) and not other


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One photo that was written, as the journal has it.

    Attributes:
        output: the corrected photo.
        report: its report file, where there is one.
        path: the source's.
        source: the source.
        sha256: of the source's bytes.
        made: fingerprint of the target and all settings that change the output.
        page: its page, where there is one.
        figures: what an index tells of it, where there is one.
    """

    output: FileStamp
    report: FileStamp | None
    path: str
    source: FileStamp
    sha256: str
    fingerprint: str
    page: FileStamp | None = None
    figures: Summary | None = None

    def fields(self) -> dict[str, Any]:
        """Return what stands in the journal's line."""
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
        } | ({} if self.page is None else self._shown)

    @property
    def _shown(self) -> dict[str, Any]:
        page = None if self.page is None else [self.page.size, self.page.modified]
        return {"page": page, "figures": None if self.figures is None else self.figures.as_list}

    @classmethod
    def of(cls, line: dict[str, Any]) -> JournalEntry:
        """Return the entry of a journal's line.

        Raises:
            KeyError, TypeError, ValueError: it holds none.
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
        )
