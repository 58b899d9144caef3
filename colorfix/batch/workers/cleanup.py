"""Removal of temporary files that dead processes left."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.atomic import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from colorfix.batch.job import Job


def folders_of(jobs: Iterable[Job]) -> set[str]:
    """Return the folders into which jobs write."""
    paths = (path for job in jobs for path in (job.output, job.report) if path is not None)
    return {str(Path(path).parent) for path in paths}


def remove_temporary(folders: Iterable[str], dead: Collection[int] | None = None) -> None:
    """Remove the temporary files of processes that were killed.

    Args:
        folders: paths; a missing folder is skipped.
        dead: ids of the processes; None for all processes that are not alive.
    """
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                temporary = TEMPORARY.fullmatch(entry.name)
                if temporary and _is_dead(int(temporary["process"]), dead):
                    with suppress(OSError):
                        Path(entry.path).unlink()


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
