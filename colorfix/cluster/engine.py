"""Engine of an actor: the batch room in a process of its own, without Ray and without network access.

Its worker is forked from a process with one thread, as on a single machine. A fork of an actor would copy
locks that Ray's threads hold, and its thread has an arena of its own, in which glibc does not reuse memory as
:mod:`colorfix.batch.workers.startup` asks: 43.6 instead of 38.4 ms a photo of 2 megapixels (a busy machine).
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import weakref
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import batch
from colorfix.batch import Corrected, Failed, PassedOver
from colorfix.batch.workers.window import default_memory
from colorfix.core.errors import ColorfixError, OutputError, SettingError, UncorrectablePhoto
from colorfix.core.text import one_line, printable
from colorfix.core.threads import usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from colorfix.batch import Job, Order
    from colorfix.correction.targets import Target

    Finished: TypeAlias = Corrected | PassedOver | Failed

_CODE = "import sys; sys.path[:] = {path!r}; from colorfix.cluster.engine import serve; serve({pipe})"
_PATIENCE = 5.0  # seconds for it to end
_UNREAD = "a worker's process cannot read the settings; install what they name on every node"
_JOINT_ATTEMPTS = 2  # with all jobs together
_DIED = "ended the process that did it, again and again; look at the node's memory, and try it alone"


class Engine:
    """Process that runs jobs, started on first use and again after it has died.

    Args:
        order: settings for all photos. Without ``memory``, one engine a core uses as much in all as a run on
            one machine.
        targets: by the name in the job.
    """

    def __init__(self, order: Order, targets: Mapping[str, Target]) -> None:
        from ray import cloudpickle

        cores = usable_cores()  # of the node; an actor has one of them
        memory = order.memory or default_memory(cores) // cores
        alone = replace(order, workers=1, memory=memory, redo=False, fail_fast=False)
        self._settings = cloudpickle.dumps((alone, targets))
        self._pipe: Connection | None = None
        self._ending: weakref.finalize[..., Engine] | None = None

    def run(self, jobs: Sequence[Job], journal: str) -> Iterator[Finished]:
        """Run jobs, yielding each outcome as it happens.

        If the process dies, a new one runs the remaining jobs; if that dies too, jobs run one at a time, so
        that only the job which kills it fails.

        Args:
            jobs: whose outputs do not exist.
            journal: path of a new journal, and prefix of others.

        Raises:
            OutputError: the process cannot be started, or cannot continue.
        """
        left = {job.output: job for job in jobs}
        for attempt in range(_JOINT_ATTEMPTS):
            if left:
                yield from self._attempt(left, f"{journal}-{attempt}")
        for number, job in enumerate([*left.values()]):
            alone = {job.output: job}
            yield from self._attempt(alone, f"{journal}-alone-{number}")
            if alone:
                yield Failed(job, UncorrectablePhoto(printable(job.source), _DIED))

    def _attempt(self, left: dict[str, Job], journal: str) -> Iterator[Finished]:
        """Run the remaining jobs and remove those that are done; a process not read to the end is ended."""
        whole = False
        try:
            pipe = self._pipe = self._pipe or self._started()
            pipe.send(([*left.values()], journal))
            while isinstance(message := pipe.recv(), Corrected | PassedOver | Failed):
                del left[message.job.output]
                yield message
            whole = message is None
            if not whole:
                raise OutputError("colorfix", str(message))
        except (EOFError, OSError):
            self._end()
            for path in (name for job in left.values() for name in (job.output, job.report) if name):
                Path(path).unlink(missing_ok=True)
        finally:
            if not whole:
                self._end()

    def _end(self) -> None:
        if self._ending is not None:
            self._ending()
        self._pipe = self._ending = None

    def _started(self) -> Connection:
        ours, theirs = Pipe()
        code = _CODE.format(path=sys.path, pipe=theirs.fileno())
        environment = {"OMP_NUM_THREADS": "1", **os.environ}
        try:
            process = subprocess.Popen(  # noqa: S603 - this Python
                [sys.executable, "-c", code],
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            raise OutputError("colorfix", f"cannot start a process ({one_line(error)}); try again") from error
        finally:
            theirs.close()
        self._ending = weakref.finalize(self, _end_process, process, ours)
        ours.send_bytes(self._settings)
        return ours


def _end_process(process: subprocess.Popen[bytes], pipe: Connection) -> None:
    """End a process, which exits when its pipe is closed."""
    pipe.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(descriptor: int) -> None:
    """Run the jobs that arrive through a pipe, until it is closed.

    Args:
        descriptor: of the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(descriptor)
    try:
        settings = pipe.recv_bytes()
        try:
            order, targets = pickle.loads(settings)  # noqa: S301 - from our own actor
        except Exception as error:  # noqa: BLE001 - a third party's module raises what it likes
            pipe.send(SettingError(f"{_UNREAD} ({one_line(error)})"))
            return
        while True:
            jobs, journal = pipe.recv()
            try:
                for outcome in batch.run_jobs(jobs, targets, replace(order, journal=journal)):
                    pipe.send(outcome)
                pipe.send(None)
            except ColorfixError as error:
                pipe.send(error)
    except (EOFError, OSError):  # the actor has closed the pipe, or died
        return
