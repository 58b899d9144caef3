"""How a worker process begins: bound to its supervisor, deaf to Ctrl-C, ended by unwinding.

What all workers of a run are told at their start.

Memory of pixels is used again instead of given back to the system and fetched anew, page by page.

By default glibc maps each large block afresh: at 12 megapixels its 10 000 to 40 000 page faults are a quarter
of the time of decoding and encoding. With these settings decode and encode took 78 instead of 100 ms of CPU a
photo, and a folder of mixed sizes a sixth less (Pillow 13, 4000 x 3000 JPEG, medians on an idle machine).

What a worker has in hand, where its supervisor sees it even when the worker is dead: shared memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from colorfix.batch.job import Order
    from colorfix.batch.plan.paths import Originals
    from colorfix.batch.process.pipeline import Pipeline
    from colorfix.batch.resume.journal import Journal


@dataclass(frozen=True, eq=False)
class WorkerConfig:
    """What all workers of a run are told at their start.

    Attributes:
        pipeline: what is done to photos.
        order: what holds for all jobs.
        share: bytes of decoded photos that a worker may hold.
        originals: paths that are never overwritten.
        journal: of the run; None where photos are only checked.
        supervisor: process id.
    """

    pipeline: Pipeline[Any, Any]
    order: Order
    share: int
    originals: Originals
    journal: Journal | None
    supervisor: int


_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -2, -3, -8  # <malloc.h>
_SETTINGS = (
    (_M_ARENA_MAX, 1),  # one heap, whichever thread asks
    (_M_MMAP_THRESHOLD, 32 << 20),  # blocks below come from the heap; a larger value is refused
    (_M_TRIM_THRESHOLD, 1 << 30),  # of which so much free may stay
    (_M_TOP_PAD, 16 << 20),  # and which grows by so much
)


def reuse_memory() -> None:
    """Ask glibc's allocator to keep freed memory; nothing happens where there is another one."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in _SETTINGS:
            mallopt(name, value)


SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What stops a run."""

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_LIBRARY = ctypes.CDLL(None)


class Terminated(BaseException):
    """The supervisor has asked this worker to end; no ``except Exception`` is to catch it."""


def set_up_process(supervisor: int) -> None:
    """Make a fresh process a worker.

    Its death signal sees to it that a worker never outlives its supervisor, even one that was killed. A
    terminal sends Ctrl-C to all processes, but only the supervisor is to act on it.

    Args:
        supervisor: its process id.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    if hasattr(_LIBRARY, "prctl"):
        _LIBRARY.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # dead before that
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    sys.stdout = sys.stderr  # data is the supervisor's to print
    reuse_memory()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated


class InFlight:
    """Numbers of the jobs that are being worked on, and since when.

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
        """Say that a step begins for these jobs."""
        self._numbers[0] = 0
        self._since[0] = time.monotonic()  # of the machine, not of the process
        self._numbers[1 : len(numbers) + 1] = list(numbers)
        self._numbers[0] = len(numbers)

    def clear(self) -> None:
        """Say that nothing is being worked on."""
        self._numbers[0] = 0

    @property
    def numbers(self) -> list[int]:
        """Of the jobs in hand."""
        return list(self._numbers[1 : self._numbers[0] + 1])

    @property
    def seconds(self) -> float:
        """How long the step in hand has taken; 0 where nothing is in hand."""
        return time.monotonic() - self._since[0] if self._numbers[0] else 0.0
