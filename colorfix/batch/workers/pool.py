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
from colorfix.batch.workers.cleanup import folders_of, sweep
from colorfix.batch.workers.startup import SIGNALS, Hand
from colorfix.batch.workers.worker import work
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from colorfix.batch.workers.commit import Told
    from colorfix.batch.workers.queue import Task
    from colorfix.batch.workers.startup import Brief

_GRACE = 1.0
"""Seconds for a worker to remove its temporary files before it is killed."""

_AT_HOME = "a regularizer of a Python file cannot travel to worker processes here"
_PACKAGE = "install it as a package, or correct one photo at a time"

_LOOK = 0.5
"""Seconds between looks at how long photos have taken."""


@dataclass(eq=False)
class Member:
    """One worker process.

    Attributes:
        process: itself.
        pipe: to it.
        hand: what it works on.
        tasks: handed to it and not told of yet, by number.
        wanted: how many tasks it waits for; 0 while it works.
        asked: whether it has ever asked for work.
        late: whether it was killed because a photo took too long.
    """

    process: BaseProcess
    pipe: Connection
    hand: Hand = field(repr=False)
    tasks: dict[int, Task] = field(default_factory=dict)
    wanted: int = 0
    asked: bool = False
    late: bool = False

    def give(self, tasks: list[Task]) -> None:
        """Hand tasks to it."""
        self.tasks |= {task.number: task for task in tasks}
        self.wanted = 0
        with suppress(OSError):  # dead: met when its end is
            self.pipe.send(tasks)

    def heard(self) -> Iterator[Told]:
        """Take in what it has said; yield what has become of jobs."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):  # dead, perhaps in the middle of a word
            while self.pipe.poll():
                said: Any = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - from our own process
                if isinstance(said, int):
                    self.wanted, self.asked = said, True
                    continue
                for number, outcome in said:
                    self.tasks.pop(number, None)
                    yield number, outcome


class Crew:
    """The workers of a run.

    Args:
        brief: what each is told at its start.
        timeout: seconds after which a step of a photo has taken too long.
        spawned: whether workers start afresh instead of as copies of this process.
    """

    def __init__(self, brief: Brief, timeout: float, *, spawned: bool) -> None:
        self.members: list[Member] = []
        self._brief = brief
        self._timeout = timeout
        self._spawned = spawned
        self._context: Any = multiprocessing.get_context("spawn" if spawned else "fork")

    def start(self) -> Member:
        """Start a worker.

        Raises:
            OutputError: the system allows no more processes.
            SettingError: a worker that starts afresh cannot be told of a regularizer.
        """
        ours, theirs = self._context.Pipe()
        hand = Hand()
        others = [] if self._spawned else [ours, *(member.pipe for member in self.members)]
        process = self._context.Process(target=work, args=(self._brief, theirs, others, hand), daemon=True)
        with _undisturbed():  # a worker that is just being made must not hear Ctrl-C as this process does
            try:
                process.start()
            except OSError as error:
                reason = f"no worker process can be started ({error.strerror}); use fewer --jobs"
                raise OutputError("colorfix", reason) from error
            except (pickle.PicklingError, AttributeError, TypeError) as error:  # workers that start afresh
                raise SettingError(f"{_AT_HOME} ({one_line(error)}); {_PACKAGE}") from error
        theirs.close()
        self.members.append(Member(process, ours, hand))
        return self.members[-1]

    def listen(self) -> Iterator[Told]:
        """Wait until anybody says something or dies; yield what has become of jobs. Kills who is late."""
        doors: list[Any] = [door for each in self.members for door in (each.pipe, each.process.sentinel)]
        wait(doors, timeout=min(_LOOK, self._timeout / 4))
        for member in self.members:
            yield from member.heard()
            if member.hand.seconds > self._timeout and not member.late:
                member.late = True
                member.process.kill()

    def bury(self) -> Iterator[tuple[Member, list[Told]]]:
        """Take out who has died; yield each with the last it said. Its temporary files are removed."""
        for member in [each for each in self.members if not each.process.is_alive()]:
            last = list(member.heard())
            member.pipe.close()
            member.process.join()
            self.members.remove(member)
            _sweep_after([member])
            yield member, last

    def dismiss(self) -> None:
        """End workers that have done all: each ends when its pipe does."""
        for member in self.members:
            member.pipe.close()
        _wait_for(self.members, 5 * _GRACE)
        self.stop()

    def stop(self) -> None:
        """End workers whatever they are at; nothing half-written stays."""
        with _undisturbed():
            for member in self.members:
                member.process.terminate()
            _wait_for(self.members, _GRACE)
            killed = [member for member in self.members if member.process.is_alive()]
            for member in killed:
                member.process.kill()
                member.process.join()
            _sweep_after(self.members)
            self.members.clear()


def ending_of(process: BaseProcess) -> str:
    """Say how a process has ended."""
    code = process.exitcode or 0
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {-code}, {signal.strsignal(-code)}"
    except ValueError:
        return f"signal {-code}"


def forks_here() -> bool:
    """Whether workers are copies of this process: only Linux does that well."""
    return sys.platform == "linux"


def _wait_for(members: Iterable[Member], seconds: float) -> None:
    until = time.monotonic() + seconds
    for member in members:
        member.process.join(max(0.0, until - time.monotonic()))


def _sweep_after(members: Iterable[Member]) -> None:
    for member in members:
        jobs = [task.job for task in member.tasks.values()]
        sweep(folders_of(jobs) | page_folders(jobs), {member.process.pid or 0})


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
