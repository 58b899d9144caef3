"""A thread that settles batches, so that a worker need not wait for the disk."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING

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
            told = settle(batch, self._journal, self._stopped.is_set)
            self._room.release()
            self._tell(told)
