"""Start of a worker process: its configuration, and the record of the tasks that it is processing."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from colorfix.batch.job import Order
    from colorfix.batch.plan.paths import Originals
    from colorfix.batch.process.pipeline import Pipeline
    from colorfix.batch.resume.journal import Journal


@dataclass(frozen=True, eq=False)
class WorkerConfig:
    """Configuration sent to every worker process.

    Attributes:
        pipeline: of the run.
        order: the settings of the run.
        share: bytes of decoded photos that a worker may have in memory.
        originals: files that are never overwritten.
        journal: of the run; None if nothing is written.
        supervisor: its process id.
    """

    pipeline: Pipeline[Any, Any]
    order: Order
    share: int
    originals: Originals
    journal: Journal | None
    supervisor: int


class InFlight:
    """Tasks that a worker is processing, in shared memory: the supervisor reads it after a crash too.

    >>> in_flight = InFlight()
    >>> in_flight.start([3, 4])
    >>> in_flight.numbers, in_flight.steps
    ([3, 4], 1)
    >>> in_flight.clear()
    >>> in_flight.numbers, in_flight.steps
    ([], 2)
    """

    _MOST = 64

    def __init__(self) -> None:
        self._steps = RawArray("q", 1)
        self._numbers = RawArray("q", self._MOST + 1)  # how many, then which

    def start(self, numbers: Sequence[int]) -> None:
        """Record that a step begins for these tasks."""
        self._numbers[0] = 0
        self._numbers[1 : len(numbers) + 1] = list(numbers)
        self._numbers[0] = len(numbers)
        self._steps[0] += 1

    def clear(self) -> None:
        """Record that no task is being processed."""
        self._numbers[0] = 0
        self._steps[0] += 1

    @property
    def numbers(self) -> list[int]:
        """Numbers of the tasks in flight."""
        return list(self._numbers[1 : self._numbers[0] + 1])

    @property
    def steps(self) -> int:
        """How many steps have begun or ended: it changes as long as the worker gets on."""
        return int(self._steps[0])
