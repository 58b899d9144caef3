"""Independent runs on all cores: a process each, since small batches keep one core busy with Python."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def each(function: Callable[[Job], Answer], jobs: Sequence[Job], *, workers: int | None) -> Iterator[Answer]:
    """Yield the answer of every job in order, as they come.

    Args:
        function: of a module, so that a process of its own finds it.
        jobs: what it is called with, one at a time.
        workers: processes; 1 runs here, None is one a core.

    >>> list(each(abs, [-1, 2], workers=1))
    [1, 2]
    """
    wanted = min(len(jobs), workers or os.cpu_count() or 1)
    if wanted <= 1:
        yield from map(function, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(
        wanted, _begin
    ) as pool:  # ends its processes however it is left
        yield from pool.imap(function, jobs)


def _begin() -> None:
    """One thread a process, before torch is imported; Ctrl-C is the parent's to hear."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
