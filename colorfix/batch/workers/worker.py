"""Worker process: read, correct and write photos, a window of them at a time."""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from colorfix import photos
from colorfix.batch.job import Checked, Failed, Pooled, Skipped
from colorfix.batch.plan.paths import absolute
from colorfix.batch.process.pipeline import Unchanged, measure_photo, without_gpu
from colorfix.batch.process.unchanged import pass_over, passed_over
from colorfix.batch.process.write import write_files
from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.batch.workers.commit import Committer, PendingOutput
from colorfix.batch.workers.process import Terminated, set_up_process
from colorfix.batch.workers.queue import DONE
from colorfix.batch.workers.window import Window, memory_of
from colorfix.core.errors import (
    NO_MEMORY,
    ColorfixError,
    OutputError,
    PhotoError,
    UncorrectablePhoto,
    is_of_the_system,
)
from colorfix.core.text import named, one_line, printable
from colorfix.core.threads import use_one_thread
from colorfix.core.timing import Stages
from colorfix.photos.gpu_pixels import DeviceLost, is_device_lost
from colorfix.report import photo_sha256, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from colorfix.batch.process.pipeline import MeasuredPhoto, SolvedPhoto
    from colorfix.batch.workers.commit import NumberedOutcome
    from colorfix.batch.workers.queue import Task
    from colorfix.batch.workers.startup import InFlight, WorkerConfig

Result = TypeVar("Result")

GPU_LOST = 75
"""Exit status of a worker whose GPU failed: EX_TEMPFAIL of <sysexits.h>, try again."""

_LOST = "its worker was lost with it"
_SYSTEM = "cannot be done ({}); check the disk and the folders, and try again"
_BUG = "met a bug of colorfix or of a library"


@dataclass(frozen=True, eq=False)
class MeasuredTask:
    """A task, its measured photo, and the stamp of the file that was read."""

    task: Task
    photo: MeasuredPhoto
    source: FileStamp


def work(config: WorkerConfig, pipe: Connection, others: Sequence[Connection], in_flight: InFlight) -> None:
    """Run tasks from the supervisor until it closes the pipe.

    Args:
        config: of the run.
        pipe: requests and receives tasks, and sends outcomes.
        others: the supervisor's ends of pipes, copied by the fork; as long as they are open here, the other
            workers cannot detect that the supervisor is gone.
        in_flight: gets the tasks that this worker is processing.
    """
    try:
        set_up_process(config.supervisor)
        use_one_thread()
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        for other in others:
            other.close()
        Worker(config, pipe, in_flight).run()
    except Terminated:  # the supervisor gives its tasks to another worker; after a lost GPU too
        pass
    except DeviceLost:
        os._exit(GPU_LOST)  # at once: the exit handlers of libraries may crash on a lost GPU


class Worker:
    """The loop of a worker process; see :func:`work`."""

    def __init__(self, config: WorkerConfig, pipe: Connection, in_flight: InFlight) -> None:
        self._config = config
        self._order = config.order
        self._pipeline = config.pipeline
        self._pipe = pipe
        self._in_flight = in_flight
        self._sending = Lock()
        self._window = Window(config.share)
        self._written: list[PendingOutput] = []
        self._committer = None if config.journal is None else Committer(config.journal, self._report)

    def run(self) -> None:
        """Request tasks and run them until there are no more."""
        try:
            while tasks := self._request():
                while tasks:
                    tasks = self._run_window(tasks)
        except BaseException:
            if self._committer is not None:
                self._committer.abandon()
            raise
        if self._committer is not None:
            self._committer.finish()

    def _request(self) -> list[Task]:
        try:
            self._send(self._window.wanted)
            tasks: list[Task] = self._pipe.recv()
        except (EOFError, OSError):  # the supervisor has finished or died
            return []
        return tasks

    def _run_window(self, tasks: list[Task]) -> list[Task]:
        """Run as many tasks as a window has room for; return the rest."""
        self._window.clear()
        self._written = []
        waiting = deque(tasks)
        measured = self._measure_all(waiting)
        try:
            self._write_all(
                self._solve([*measured]) if self._pipeline.batched else self._solve_each(measured)
            )
        except BaseException:
            for each in self._written:
                each.files.discard()
            raise
        return [*waiting]

    def _measure_all(self, waiting: deque[Task]) -> Iterator[MeasuredTask]:
        """Take tasks and yield their photos, measured, until the window is full."""
        while waiting and not self._window.full:
            task = waiting.popleft()
            found = self._attempt(task, partial(self._measure, task))
            if found is not None:
                self._window.add(memory_of(found.photo.source))
                yield found
            del found

    def _measure(self, task: Task) -> MeasuredTask | None:
        """Read and measure a photo; return None if the task is finished with that."""
        job, stages = task.job, Stages()
        with stages("read"):
            source = FileStamp.of_source(job.source)
            data = photos.read_file(job.source, self._order.max_pixels)
            if self._is_done(task, data, source):
                return None
        order = without_gpu(self._order, _LOST) if task.isolated else self._order
        overwrite, originals = self._may_overwrite(task), self._config.originals
        photo = measure_photo(job, data, order, self._pipeline, originals, overwrite=overwrite, stages=stages)
        if isinstance(photo, Pooled):
            self._report([(task.number, photo)])
            return None
        if isinstance(photo, Unchanged):
            self._pass_over(task, photo, source)
            return None
        return MeasuredTask(task, photo, source)

    def _is_done(self, task: Task, data: photos.Data, source: FileStamp) -> bool:
        """Whether only times or path of a finished photo have changed; if so, journal the new ones."""
        journal, job, previous = self._config.journal, task.job, task.previous_output
        if journal is None or previous is None or not task.done or sha256_of(data) != previous.sha256:
            return False
        report = journal.report(job.output, previous)
        entry = replace(previous, source=source, path=absolute(job.source))
        journal.add([(job.output, entry, report)])
        self._report([(task.number, Skipped(job, DONE, entry.figures))])
        return True

    def _solve_each(self, measured: Iterator[MeasuredTask]) -> Iterator[tuple[MeasuredTask, SolvedPhoto]]:
        """Solve each photo when it is read, so that it is written while it is in the processor's cache."""
        for each in measured:
            single = [each]
            del each  # or it would be in memory while the next is read
            yield from self._solve(single)

    def _solve(self, measured: list[MeasuredTask]) -> Iterator[tuple[MeasuredTask, SolvedPhoto]]:
        """Solve photos together; if that fails, each by itself, so that one bad photo costs no other.

        The list is emptied: the memory of each photo is free once it is written.
        """
        found = self._solve_together(measured) if len(measured) > 1 else None
        found = found or [self._attempt(each.task, partial(self._solve_one, each)) for each in measured]
        waiting = deque(zip(measured, found, strict=True))
        del measured[:], found
        while waiting:
            each, solved = waiting.popleft()
            if isinstance(solved, UncorrectablePhoto):
                self._report([(each.task.number, Failed(each.task.job, solved))])
            elif solved is not None:
                yield each, solved
            del each, solved

    def _solve_together(
        self, measured: list[MeasuredTask]
    ) -> Sequence[SolvedPhoto | UncorrectablePhoto | None] | None:
        self._in_flight.start([each.task.number for each in measured])
        try:
            return self._pipeline.solve([each.photo for each in measured])
        except Exception:  # noqa: BLE001 - solved one by one next, which finds the photo that fails
            return None

    def _solve_one(self, measured: MeasuredTask) -> SolvedPhoto | UncorrectablePhoto:
        """Solve one photo; without a GPU if a worker was lost with it."""
        pipeline = self._pipeline.without_gpu() if measured.task.isolated else self._pipeline
        return pipeline.solve([measured.photo])[0]

    def _write_all(self, solved: Iterator[tuple[MeasuredTask, SolvedPhoto]]) -> None:
        """Write each photo and free its memory, then submit all for commit."""
        for measured, photo in solved:
            self._attempt(measured.task, partial(self._write, measured, photo))
            del measured, photo  # freed before the next is requested
        self._in_flight.clear()
        if self._written and self._committer is not None:
            self._committer.submit(self._written)

    def _write(self, measured: MeasuredTask, solved: SolvedPhoto) -> None:
        task, writing = measured.task, self._order.writing
        job = task.job
        verdict = self._pipeline.verdict(job, solved)
        if isinstance(verdict, Checked):
            self._report([(task.number, verdict)])
            return
        if verdict is not None:
            self._pass_over(task, verdict, measured.source)
            return
        in_full = job.report is not None or job.page is not None
        overwrite = self._may_overwrite(task)
        files = write_files(self._pipeline, solved, job, writing, overwrite=overwrite, in_full=in_full)
        files.report |= dict.fromkeys(files.report.keys() & {"trace"})  # too long for a journal
        sha256 = photo_sha256(solved.source) or ""
        self._written.append(PendingOutput(task, measured.source, sha256, files, writing.preserve))

    def _pass_over(self, task: Task, unchanged: Unchanged, source: FileStamp) -> None:
        """Copy a photo that is not corrected, or only report it."""
        files = pass_over(unchanged, task.job, self._order, overwrite=self._may_overwrite(task))
        outcome = passed_over(unchanged, task.job, files)
        if files is None:
            self._report([(task.number, outcome)])
            return
        sha256 = photo_sha256(unchanged.source) or ""
        preserve = self._order.writing.preserve
        self._written.append(PendingOutput(task, source, sha256, files, preserve, outcome))

    def _may_overwrite(self, task: Task) -> bool:
        return self._order.writing.overwrite or task.previous_output is not None

    def _attempt(self, task: Task, step: Callable[[], Result]) -> Result | None:
        """Run a step for a photo; an exception fails this photo only."""
        self._in_flight.start([task.number])
        try:
            return step()
        except (PhotoError, OutputError) as error:
            failure: PhotoError | OutputError = error
        except ColorfixError as error:  # a third party's regularizer breaks its contract for this photo
            failure = UncorrectablePhoto(printable(task.job.source), str(error))
        except MemoryError:
            failure = UncorrectablePhoto(printable(task.job.source), NO_MEMORY)
        except Exception as error:
            if is_device_lost(error):
                raise DeviceLost(one_line(error)) from error
            what = _SYSTEM if is_of_the_system(error) else f"{_BUG} ({{}}); please report it"
            failure = UncorrectablePhoto(printable(task.job.source), what.format(named(error)))
        self._in_flight.clear()  # sending may have to wait
        self._report([(task.number, Failed(task.job, failure))])
        return None

    def _report(self, outcomes: list[NumberedOutcome]) -> None:
        """Send outcomes to the supervisor."""
        with suppress(OSError):  # it has died, and this process is about to end
            self._send(outcomes)

    def _send(self, message: int | list[NumberedOutcome]) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        with self._sending:
            self._pipe.send_bytes(data)
