"""Pool of worker processes: start them, assign tasks, receive outcomes, end them and clean up."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from colorfix.batch.plan.paths import page_folders
from colorfix.batch.workers.process import signals_blocked
from colorfix.batch.workers.startup import InFlight
from colorfix.batch.workers.temporary import folders_of, remove_temporary
from colorfix.batch.workers.worker import work
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import one_line
from colorfix.core.timing import TickClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from colorfix.batch.workers.commit import NumberedOutcome
    from colorfix.batch.workers.queue import Task
    from colorfix.batch.workers.startup import WorkerConfig

_GRACE = 1.0
"""Seconds for a worker to remove its temporary files before it is killed."""

_CANNOT_PICKLE = "a regularizer of a Python file cannot travel to worker processes here"
_PACKAGE = "install it as a package, or correct one photo at a time"

_POLL = 0.5
"""Seconds between checks for photos that take too long."""


@dataclass(eq=False)
class WorkerProcess:
    """One worker process.

    Attributes:
        process: the process.
        pipe: the supervisor's end of its pipe.
        in_flight: the tasks that it is processing.
        tasks: tasks assigned and not finished, by number.
        wanted: how many tasks it requests; 0 while it works.
        ready: whether it has ever requested tasks.
        timed_out: whether it was killed because a photo took too long.
        waited: seconds since it was last seen to get on with its tasks.
    """

    process: BaseProcess
    pipe: Connection
    in_flight: InFlight = field(repr=False)
    tasks: dict[int, Task] = field(default_factory=dict)
    wanted: int = 0
    ready: bool = False
    timed_out: bool = False
    waited: float = 0.0
    _steps: int = 0

    def assign(self, tasks: list[Task]) -> None:
        """Send tasks to the worker."""
        self.tasks |= {task.number: task for task in tasks}
        self.wanted, self.waited = 0, 0.0
        with suppress(OSError):  # dead: it is reaped later
            self.pipe.send(tasks)

    def receive(self) -> Iterator[NumberedOutcome]:
        """Read the worker's messages; yield the outcomes of its tasks."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):  # dead, perhaps in the middle of a message
            while self.pipe.poll():
                self.waited = 0.0
                message: Any = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - from our own process
                if isinstance(message, int):
                    self.wanted, self.ready = message, True
                    continue
                for number, outcome in message:
                    self.tasks.pop(number, None)
                    yield number, outcome

    @property
    def is_lost(self) -> bool:
        """Whether it stays after it was killed: it waits for a disk that does not answer."""
        return self.timed_out and self.waited > _GRACE

    def wait(self, seconds: float) -> float:
        """Add to the time for which it has not got on with its tasks; return that time."""
        steps, before = self.in_flight.steps, self._steps
        self._steps = steps
        self.waited = self.waited + seconds if self.tasks and steps == before else 0.0
        return self.waited


class WorkerPool:
    """The worker processes of a run.

    Args:
        config: sent to each worker at its start.
        timeout: seconds after which a step of a photo has taken too long. The supervisor counts them, for
            whatever it has assigned: a worker may hang before its first step, or between steps.
        spawned: whether workers are spawned; else they are forked from this process.
    """

    def __init__(self, config: WorkerConfig, timeout: float, *, spawned: bool) -> None:
        self.workers: list[WorkerProcess] = []
        self._config = config
        self._timeout = timeout
        self._clock = TickClock(min(_POLL, timeout / 4))
        self._spawned = spawned
        self._context: Any = multiprocessing.get_context("spawn" if spawned else "fork")

    def start(self) -> WorkerProcess:
        """Start a worker.

        Raises:
            OutputError: the system allows no more processes.
            SettingError: a regularizer cannot be pickled for a spawned worker.
        """
        ours, theirs = self._context.Pipe()
        in_flight = InFlight()
        others = [] if self._spawned else [ours, *(worker.pipe for worker in self.workers)]
        arguments = self._config, theirs, others, in_flight
        process = self._context.Process(target=work, args=arguments, daemon=True)
        with signals_blocked():  # until the worker has set its own handlers, Ctrl-C must not reach it
            try:
                process.start()
            except OSError as error:
                reason = f"no worker process can be started ({error.strerror}); use fewer --jobs"
                raise OutputError("colorfix", reason) from error
            except (pickle.PicklingError, AttributeError, TypeError) as error:  # spawned workers only
                raise SettingError(f"{_CANNOT_PICKLE} ({one_line(error)}); {_PACKAGE}") from error
        theirs.close()
        self.workers.append(WorkerProcess(process, ours, in_flight))
        return self.workers[-1]

    def listen(self) -> Iterator[NumberedOutcome]:
        """Wait for a message or the end of a worker; yield outcomes; kill workers that take too long."""
        ends: list[Any] = [end for each in self.workers for end in (each.pipe, each.process.sentinel)]
        wait(ends, timeout=self._clock.interval)
        seconds = self._clock.elapsed()
        for worker in self.workers:
            yield from worker.receive()
            if worker.wait(seconds) > self._timeout and not worker.timed_out:
                worker.timed_out, worker.waited = True, 0.0
                worker.process.kill()

    def reap(self) -> Iterator[tuple[WorkerProcess, list[NumberedOutcome]]]:
        """Remove workers that have ended, and their temporary files; yield each with its last outcomes."""
        for worker in [each for each in self.workers if not each.process.is_alive() or each.is_lost]:
            last = list(worker.receive())
            worker.pipe.close()
            worker.process.join(0)
            self.workers.remove(worker)
            _remove_temporary_of([worker])
            yield worker, last

    def shut_down(self) -> None:
        """End workers that have finished: each ends when its pipe is closed."""
        for worker in self.workers:
            worker.pipe.close()
        _join(self.workers, 5 * _GRACE)
        self.stop()

    def stop(self) -> None:
        """End workers at any point of their work; no temporary file is left."""
        with signals_blocked():
            for worker in self.workers:
                worker.process.terminate()
            _join(self.workers, _GRACE)
            for worker in self.workers:
                worker.process.kill()
            _join(self.workers, _GRACE)
            _remove_temporary_of(self.workers)
            self.workers.clear()


def _join(workers: Iterable[WorkerProcess], seconds: float) -> None:
    until = time.monotonic() + seconds
    for worker in workers:
        worker.process.join(max(0.0, until - time.monotonic()))


def _remove_temporary_of(workers: Iterable[WorkerProcess]) -> None:
    for worker in workers:
        jobs = [task.job for task in worker.tasks.values()]
        remove_temporary(folders_of(jobs) | page_folders(jobs), {worker.process.pid or 0})
