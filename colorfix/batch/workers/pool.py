"""Worker processes as their supervisor has them: started, handed work, listened to, ended."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from colorfix.batch.plan.page_paths import page_folders
from colorfix.batch.workers.cleanup import folders_of, remove_temporary
from colorfix.batch.workers.startup import SIGNALS, InFlight
from colorfix.batch.workers.worker import work
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from colorfix.batch.workers.commit import NumberedOutcome
    from colorfix.batch.workers.queue import Task
    from colorfix.batch.workers.startup import WorkerConfig

_GRACE = 1.0
"""Seconds for a worker to remove its temporary files before it is killed."""

_AT_HOME = "a regularizer of a Python file cannot travel to worker processes here"
_PACKAGE = "install it as a package, or correct one photo at a time"

_LOOK = 0.5
"""Seconds between looks at how long photos have taken."""


@dataclass(eq=False)
class WorkerProcess:
    """One worker process.

    Attributes:
        process: itself.
        pipe: to it.
        in_flight: what it works on.
        tasks: handed to it and not told of yet, by number.
        wanted: how many tasks it waits for; 0 while it works.
        asked: whether it has ever asked for work.
        late: whether it was killed because a photo took too long.
    """

    process: BaseProcess
    pipe: Connection
    in_flight: InFlight = field(repr=False)
    tasks: dict[int, Task] = field(default_factory=dict)
    wanted: int = 0
    ready: bool = False
    timed_out: bool = False

    def assign(self, tasks: list[Task]) -> None:
        """Hand tasks to it."""
        self.tasks |= {task.number: task for task in tasks}
        self.wanted = 0
        with suppress(OSError):  # dead: met when its end is
            self.pipe.send(tasks)

    def receive(self) -> Iterator[NumberedOutcome]:
        """Take in what it has said; yield what has become of jobs."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):  # dead, perhaps in the middle of a word
            while self.pipe.poll():
                said: Any = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - from our own process
                if isinstance(said, int):
                    self.wanted, self.ready = said, True
                    continue
                for number, outcome in said:
                    self.tasks.pop(number, None)
                    yield number, outcome


class WorkerPool:
    """The workers of a run.

    Args:
        config: what each is told at its start.
        timeout: seconds after which a step of a photo has taken too long.
        spawned: whether workers start afresh instead of as copies of this process.
    """

    def __init__(self, config: WorkerConfig, timeout: float, *, spawned: bool) -> None:
        self.workers: list[WorkerProcess] = []
        self._config = config
        self._timeout = timeout
        self._spawned = spawned
        self._context: Any = multiprocessing.get_context("spawn" if spawned else "fork")

    def start(self) -> WorkerProcess:
        """Start a worker.

        Raises:
            OutputError: the system allows no more processes.
            SettingError: a worker that starts afresh cannot be told of a regularizer.
        """
        ours, theirs = self._context.Pipe()
        in_flight = InFlight()
        others = [] if self._spawned else [ours, *(worker.pipe for worker in self.workers)]
        process = self._context.Process(
            target=work, args=(self._config, theirs, others, in_flight), daemon=True
        )
        with _signals_blocked():  # a worker that is just being made must not hear Ctrl-C as this process does
            try:
                process.start()
            except OSError as error:
                reason = f"no worker process can be started ({error.strerror}); use fewer --jobs"
                raise OutputError("colorfix", reason) from error
            except (pickle.PicklingError, AttributeError, TypeError) as error:  # workers that start afresh
                raise SettingError(f"{_AT_HOME} ({one_line(error)}); {_PACKAGE}") from error
        theirs.close()
        self.workers.append(WorkerProcess(process, ours, in_flight))
        return self.workers[-1]

    def listen(self) -> Iterator[NumberedOutcome]:
        """Wait until anybody says something or dies; yield what has become of jobs. Kills who is late."""
        doors: list[Any] = [door for each in self.workers for door in (each.pipe, each.process.sentinel)]
        wait(doors, timeout=min(_LOOK, self._timeout / 4))
        for worker in self.workers:
            yield from worker.receive()
            if worker.in_flight.seconds > self._timeout and not worker.timed_out:
                worker.timed_out = True
                worker.process.kill()

    def reap(self) -> Iterator[tuple[WorkerProcess, list[NumberedOutcome]]]:
        """Take out who has died; yield each with the last it said. Its temporary files are removed."""
        for worker in [each for each in self.workers if not each.process.is_alive()]:
            last = list(worker.receive())
            worker.pipe.close()
            worker.process.join()
            self.workers.remove(worker)
            _sweep_after([worker])
            yield worker, last

    def shut_down(self) -> None:
        """End workers that have done all: each ends when its pipe does."""
        for worker in self.workers:
            worker.pipe.close()
        _join(self.workers, 5 * _GRACE)
        self.stop()

    def stop(self) -> None:
        """End workers whatever they are at; nothing half-written stays."""
        with _signals_blocked():
            for worker in self.workers:
                worker.process.terminate()
            _join(self.workers, _GRACE)
            killed = [worker for worker in self.workers if worker.process.is_alive()]
            for worker in killed:
                worker.process.kill()
                worker.process.join()
            _sweep_after(self.workers)
            self.workers.clear()


def exit_reason(process: BaseProcess) -> str:
    """Say how a process has ended."""
    code = process.exitcode or 0
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {-code}, {signal.strsignal(-code)}"
    except ValueError:
        return f"signal {-code}"


def can_fork() -> bool:
    """Whether workers are copies of this process: only Linux does that well."""
    return sys.platform == "linux"


def _join(members: Iterable[WorkerProcess], seconds: float) -> None:
    until = time.monotonic() + seconds
    for worker in members:
        worker.process.join(max(0.0, until - time.monotonic()))


def _sweep_after(members: Iterable[WorkerProcess]) -> None:
    for worker in members:
        jobs = [task.job for task in worker.tasks.values()]
        remove_temporary(folders_of(jobs) | page_folders(jobs), {worker.process.pid or 0})


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
