"""A thread that settles batches, so that a worker need not wait for the disk."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError
from colorfix.core.text import said, shown
from colorfix.folder.job import Failed
from colorfix.folder.settling import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.folder.journal import Journal
    from colorfix.folder.settling import Told, Written

_PATIENCE = 0.8  # seconds for what is being settled when the run is stopped


class Publisher:
    """Settles one batch while the next is read.

    Args:
        journal: where photos are put down.
        tell: is told what became of each batch; called from the thread.
    """

    def __init__(self, journal: Journal, tell: Callable[[list[Told]], None]) -> None:
        self._journal = journal
        self._tell = tell
        self._room = Semaphore(1)
        self._batches: SimpleQueue[list[Written] | None] = SimpleQueue()
        self._stopped = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def give(self, batch: list[Written]) -> None:
        """Hand a batch over; waits while the one before it is being settled."""
        self._room.acquire()
        self._batches.put(batch)

    def finish(self) -> None:
        """Wait until all is settled."""
        self._batches.put(None)
        self._thread.join()

    def abandon(self) -> None:
        """Discard what has no name yet."""
        self._stopped.set()
        self._batches.put(None)
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                told = settle(batch, self._journal, self._stopped.is_set)
            except Exception as error:  # noqa: BLE001 - a bug costs these photos; the worker must not wait for ever
                told = [(each.task.number, Failed(each.task.job, _met(each, error))) for each in batch]
            self._room.release()
            self._tell(told)


def _met(written: Written, error: Exception) -> OutputError:
    what = f"{type(error).__name__}: {said(error)}"
    return OutputError(shown(written.photo.path), f"met a bug or a fault of the disk ({what}); try again")
