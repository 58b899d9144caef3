"""Temporary files that killed processes have left in the folders of results."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.atomic import PLACE, TEMPORARY

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable

    from colorfix.batch.job import Job

_DAY = 24 * 60 * 60  # seconds, many times what a photo takes


def folders_of(jobs: Iterable[Job]) -> set[str]:
    """Return the folders into which jobs write."""
    paths = (path for job in jobs for path in (job.output, job.report) if path is not None)
    return {str(Path(path).parent) for path in paths}


def remove_temporary(folders: Iterable[str], dead: Collection[int] | None = None) -> None:
    """Remove the temporary files of processes that were killed.

    The process of another host or container, which has ids of its own, cannot be seen from here: its files
    are removed a day after they were written last.

    Args:
        folders: paths; a missing folder is skipped.
        dead: ids of the processes; None for all processes that are not alive.
    """
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                temporary = TEMPORARY.fullmatch(entry.name)
                if temporary and _is_left(entry, temporary, dead):
                    with suppress(OSError):
                        Path(entry.path).unlink()


def _is_left(entry: os.DirEntry[str], name: re.Match[str], dead: Collection[int] | None) -> bool:
    """Whether a temporary file's process is dead: of another host or container, if the file is a day old."""
    if name["place"] == PLACE:
        return _is_dead(int(name["process"]), dead)
    return dead is None and time.time() - entry.stat(follow_symlinks=False).st_mtime > _DAY


def _is_dead(process: int, dead: Collection[int] | None) -> bool:
    if dead is not None:
        return process in dead
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # another user's
        return False
    return _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended but was not waited for, as happens in containers without an init."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux, or the process has just gone
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
