"""Temporary files that dead processes left are removed."""

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
    """Remove what processes that were killed left in the folders where they wrote.

    Args:
        folders: paths; one that is not there holds nothing.
        dead: process ids whose files go; None for all of which no process is alive.
    """
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as found:
            for entry in found:
                left = TEMPORARY.fullmatch(entry.name)
                if left and _is_dead(int(left["process"]), dead):
                    with suppress(OSError):
                        Path(entry.path).unlink()


def _is_dead(process: int, dead: Collection[int] | None) -> bool:
    if dead is not None:
        return process in dead
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's
        return False
    return _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and nobody has asked how: a zombie, as one in a container may stay."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux, or gone this moment
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
