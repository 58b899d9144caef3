"""Threads for the pixels of one photo, one per core; a worker process has a core of its own and uses one."""

from __future__ import annotations

import os
from threading import Thread, local
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")

MOST = 8
"""Threads at most: beyond that the memory of the machine is the limit."""

_limit = MOST
_this_thread = local()


def use_one_thread() -> None:
    """Do all further work of this process in the thread that calls; for worker processes."""
    global _limit  # noqa: PLW0603 - a process is a worker from its start to its end
    _limit = 1


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(work: Callable[[Iterator[Item]], None], items: Sequence[Item]) -> None:
    """Share items among threads, this one included, and return when all are done.

    Within such work, further calls stay in their thread.

    Args:
        work: called once in each thread, with an iterator over its share: each item goes to the thread that
            asks first. It should spend its time outside of Python's lock, as NumPy does.
        items: such as the first rows of strips.

    Raises:
        BaseException: the first error of a thread, after all have ended.

    >>> squares = {}
    >>> in_threads(lambda numbers: squares.update({n: n * n for n in numbers}), range(5))
    >>> sorted(squares.values())
    [0, 1, 4, 9, 16]
    """
    shared, errors = iter(items), list[BaseException]()

    def run() -> None:
        _this_thread.shares = True
        try:
            work(shared)
        except BaseException as error:  # noqa: BLE001 - it is raised again below, in the caller's thread
            errors.append(error)

    nested = getattr(_this_thread, "shares", False)
    count = 0 if nested else min(_limit, usable_cores(), len(items)) - 1
    others = [Thread(target=run, daemon=True) for _ in range(count)]
    for thread in others:
        thread.start()
    run()
    _this_thread.shares = nested
    for thread in others:
        thread.join()
    if errors:
        raise errors[0]
