"""Start of a worker process: its configuration, signals and allocator, and the record of its tasks."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING, NoReturn

from colorfix.core.threads import use_one_thread

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


_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -2, -3, -8  # <malloc.h>
_SETTINGS = (
    (_M_ARENA_MAX, 1),  # one heap for all threads
    (_M_MMAP_THRESHOLD, 32 << 20),  # blocks below come from the heap; a larger value is refused
    (_M_TRIM_THRESHOLD, 1 << 30),  # free memory that is kept
    (_M_TOP_PAD, 16 << 20),  # step in which the heap grows
)


def reuse_memory() -> None:
    """Set glibc's allocator to reuse freed memory; do nothing if there is another allocator.

    By default glibc maps each large block from the system again: at 12 megapixels its 10 000 to 40 000 page
    faults are a quarter of the time of decoding and encoding. With these settings decode and encode took 78
    instead of 100 ms of CPU a photo, and a folder of mixed sizes a sixth less (Pillow 13, 4000 x 3000 JPEG,
    medians on an idle machine).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in _SETTINGS:
            mallopt(name, value)


SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""The signals that stop a run."""

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_LIBRARY = ctypes.CDLL(None)


class Terminated(BaseException):
    """Raised by SIGTERM in a worker; not an ``Exception``, so that no handler catches it."""


def set_up_process(supervisor: int) -> None:
    """Set up signals, output and memory of a new worker process.

    Its parent-death signal ends it with its supervisor, even if that was killed. It ignores Ctrl-C, which a
    terminal sends to all processes: only the supervisor acts on it.

    Args:
        supervisor: process id of the supervisor.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    if hasattr(_LIBRARY, "prctl"):
        _LIBRARY.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # the supervisor died before that
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    sys.stdout = sys.stderr  # only the supervisor prints data
    reuse_memory()
    use_one_thread()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated


class InFlight:
    """Tasks that a worker is processing, in shared memory: the supervisor reads it after a crash too.

    >>> in_flight = InFlight()
    >>> in_flight.start([3, 4])
    >>> in_flight.numbers, in_flight.seconds < 5
    ([3, 4], True)
    >>> in_flight.clear()
    >>> in_flight.numbers, in_flight.seconds
    ([], 0.0)
    """

    _MOST = 64

    def __init__(self) -> None:
        self._since = RawArray("d", 1)
        self._numbers = RawArray("q", self._MOST + 1)  # how many, then which

    def start(self, numbers: Sequence[int]) -> None:
        """Record that a step begins for these tasks."""
        self._numbers[0] = 0
        self._since[0] = time.monotonic()  # of the machine, not of the process
        self._numbers[1 : len(numbers) + 1] = list(numbers)
        self._numbers[0] = len(numbers)

    def clear(self) -> None:
        """Record that no task is being processed."""
        self._numbers[0] = 0

    @property
    def numbers(self) -> list[int]:
        """Numbers of the tasks in flight."""
        return list(self._numbers[1 : self._numbers[0] + 1])

    @property
    def seconds(self) -> float:
        """Seconds since the step began; 0 if no task is in flight."""
        return time.monotonic() - self._since[0] if self._numbers[0] else 0.0
