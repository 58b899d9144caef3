"""Pool of worker processes: start them, assign tasks, receive outcomes, end them and clean up."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix.batch.plan.paths import page_folders
from colorfix.batch.workers.startup import SIGNALS, InFlight
from colorfix.batch.workers.worker import work
from colorfix.core.atomic import TEMPORARY
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from colorfix.batch.job import Job
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
    """

    process: BaseProcess
    pipe: Connection
    in_flight: InFlight = field(repr=False)
    tasks: dict[int, Task] = field(default_factory=dict)
    wanted: int = 0
    ready: bool = False
    timed_out: bool = False

    def assign(self, tasks: list[Task]) -> None:
        """Send tasks to the worker."""
        self.tasks |= {task.number: task for task in tasks}
        self.wanted = 0
        with suppress(OSError):  # dead: it is reaped later
            self.pipe.send(tasks)

    def receive(self) -> Iterator[NumberedOutcome]:
        """Read the worker's messages; yield the outcomes of its tasks."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):  # dead, perhaps in the middle of a message
            while self.pipe.poll():
                message: Any = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - from our own process
                if isinstance(message, int):
                    self.wanted, self.ready = message, True
                    continue
                for number, outcome in message:
                    self.tasks.pop(number, None)
                    yield number, outcome


class WorkerPool:
    """The worker processes of a run.

    Args:
        config: sent to each worker at its start.
        timeout: seconds after which a step of a photo has taken too long.
        spawned: whether workers are spawned; else they are forked from this process.
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
            SettingError: a regularizer cannot be pickled for a spawned worker.
        """
        ours, theirs = self._context.Pipe()
        in_flight = InFlight()
        others = [] if self._spawned else [ours, *(worker.pipe for worker in self.workers)]
        arguments = self._config, theirs, others, in_flight
        process = self._context.Process(target=work, args=arguments, daemon=True)
        with _signals_blocked():  # until the worker has set its own handlers, Ctrl-C must not reach it
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
        wait(ends, timeout=min(_POLL, self._timeout / 4))
        for worker in self.workers:
            yield from worker.receive()
            if worker.in_flight.seconds > self._timeout and not worker.timed_out:
                worker.timed_out = True
                worker.process.kill()

    def reap(self) -> Iterator[tuple[WorkerProcess, list[NumberedOutcome]]]:
        """Remove workers that have ended, and their temporary files; yield each with its last outcomes."""
        for worker in [each for each in self.workers if not each.process.is_alive()]:
            last = list(worker.receive())
            worker.pipe.close()
            worker.process.join()
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
        with _signals_blocked():
            for worker in self.workers:
                worker.process.terminate()
            _join(self.workers, _GRACE)
            for worker in [each for each in self.workers if each.process.is_alive()]:
                worker.process.kill()
                worker.process.join()
            _remove_temporary_of(self.workers)
            self.workers.clear()


def exit_reason(process: BaseProcess) -> str:
    """Return how a process has ended: its exit status or its signal."""
    code = process.exitcode or 0
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {-code}, {signal.strsignal(-code)}"
    except ValueError:
        return f"signal {-code}"


def can_fork() -> bool:
    """Whether workers can be forked; only Linux supports that well."""
    return sys.platform == "linux"


def _join(workers: Iterable[WorkerProcess], seconds: float) -> None:
    until = time.monotonic() + seconds
    for worker in workers:
        worker.process.join(max(0.0, until - time.monotonic()))


def _remove_temporary_of(workers: Iterable[WorkerProcess]) -> None:
    for worker in workers:
        jobs = [task.job for task in worker.tasks.values()]
        remove_temporary(folders_of(jobs) | page_folders(jobs), {worker.process.pid or 0})


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block SIGINT and SIGTERM for the duration of a block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def folders_of(jobs: Iterable[Job]) -> set[str]:
    """Return the folders into which jobs write."""
    paths = (path for job in jobs for path in (job.output, job.report) if path is not None)
    return {str(Path(path).parent) for path in paths}


def remove_temporary(folders: Iterable[str], dead: Collection[int] | None = None) -> None:
    """Remove the temporary files of processes that were killed.

    Args:
        folders: paths; a missing folder is skipped.
        dead: ids of the processes; None for all processes that are not alive.
    """
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                temporary = TEMPORARY.fullmatch(entry.name)
                if temporary and _is_dead(int(temporary["process"]), dead):
                    with suppress(OSError):
                        Path(entry.path).unlink()


def _is_dead(process: int, dead: Collection[int] | None) -> bool:
    if dead is not None:
        return process in dead
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # another user's
        return False
    return _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended but was not waited for, as happens in containers without an init."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux, or the process has just gone
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
