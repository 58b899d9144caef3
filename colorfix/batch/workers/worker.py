"""A worker: a process that reads photos, treats them and writes them, window by window."""

from __future__ import annotations

import os
import pickle
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from colorfix import photos
from colorfix.batch.job import Failed, Pooled, Skipped
from colorfix.batch.plan.paths import absolute
from colorfix.batch.process.write import check_outputs, status_of, write_output
from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.batch.workers.commit import Committer, PendingOutput
from colorfix.batch.workers.queue import DONE
from colorfix.batch.workers.startup import Terminated, set_up_process
from colorfix.batch.workers.window import Window, memory_of
from colorfix.core.atomic import TemporaryFile
from colorfix.core.errors import ColorfixError, OutputError, PhotoError, UncorrectablePhoto
from colorfix.core.text import one_line, printable
from colorfix.core.timing import Stages
from colorfix.photos.gpu_pixels import DeviceLost, is_device_lost
from colorfix.report import digest, digest_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from colorfix.batch.process.pipeline import MeasuredPhoto, SolvedPhoto
    from colorfix.batch.workers.commit import NumberedOutcome
    from colorfix.batch.workers.queue import Task
    from colorfix.batch.workers.startup import InFlight, WorkerConfig
    from colorfix.photos.gpu import DeviceDecoder

Result = TypeVar("Result")


GPU_LOST = 75
"""Exit status of a worker that its GPU fails; <sysexits.h> has it for what may be tried again."""


@dataclass(frozen=True, eq=False)
class MeasuredTask:
    """A photo read and measured, and what it will be known by."""

    task: Task
    known: MeasuredPhoto
    source: FileStamp


def work(config: WorkerConfig, pipe: Connection, others: Sequence[Connection], in_flight: InFlight) -> None:
    """Do what the supervisor hands out until it closes the pipe.

    Args:
        config: of the run.
        pipe: asks for work, takes it, tells what became of it.
        others: the supervisor's own ends of pipes, which a fork has copied; while they are open here, their
            workers cannot see that the supervisor is gone.
        in_flight: where this worker says what it works on.
    """
    try:
        set_up_process(config.supervisor)
        for other in others:
            other.close()
        Worker(config, pipe, in_flight).run()
    except Terminated:  # what it had in hand is tried again, by another; so it is below
        pass
    except DeviceLost:
        os._exit(GPU_LOST)  # at once: what libraries do to a lost GPU on their way out may end in a signal


class Worker:
    """The loop of a worker process; see :func:`work`."""

    def __init__(self, config: WorkerConfig, pipe: Connection, in_flight: InFlight) -> None:
        self._config = config
        self._order = config.order
        self._pipeline = config.pipeline
        self._pipe = pipe
        self._in_flight = in_flight
        self._speaking = Lock()
        self._window = Window(config.share)
        self._publisher = None if config.journal is None else Committer(config.journal, self._tell)

    def run(self) -> None:
        """Ask for work and do it, until there is no more."""
        try:
            while tasks := self._asked():
                while tasks:
                    tasks = self._window_of(tasks)
        except BaseException:
            if self._publisher is not None:
                self._publisher.abandon()
            raise
        if self._publisher is not None:
            self._publisher.finish()

    def _asked(self) -> list[Task]:
        try:
            self._say(self._window.wanted)
            tasks: list[Task] = self._pipe.recv()
        except (EOFError, OSError):  # the supervisor is done, or gone
            return []
        return tasks

    def _window_of(self, tasks: list[Task]) -> list[Task]:
        """Do as many tasks as a window has room for; return the rest."""
        self._window.clear()
        waiting = deque(tasks)
        reads = self._reads(waiting)
        self._write_all(self._treated([*reads]) if self._pipeline.batched else self._one_by_one(reads))
        return [*waiting]

    def _one_by_one(self, reads: Iterator[MeasuredTask]) -> Iterator[tuple[MeasuredTask, SolvedPhoto]]:
        """Treat each photo when it is read, so that it is written while the processor's cache has it."""
        for read in reads:
            alone = [read]
            del read  # or it would be held while the next is read
            yield from self._treated(alone)

    def _reads(self, waiting: deque[Task]) -> Iterator[MeasuredTask]:
        """Take tasks and yield their photos, read and measured, until the window is full."""
        while waiting and not self._window.full:
            task = waiting.popleft()
            found = self._attempt(task, partial(self._read, task))
            if found is not None:
                self._window.add(memory_of(found.known.source))
                yield found
            del found

    def _read(self, task: Task) -> MeasuredTask | None:
        """Read and measure a photo; None where no more is to be done for it."""
        job, stages = task.job, Stages()
        with stages("read"):
            source = FileStamp.of_source(job.source)
            data = photos.read_file(job.source, self._order.max_pixels)
            if self._is_done(task, data, source):
                return None
            decoded = _decoder_of(self._order.decoder, task) or photos.decode
            photo = decoded(data, job.source, max_pixels=self._order.max_pixels)
        if self._order.writes:
            photos.format_of(job.output)
            check_outputs(job, self._config.originals, overwrite=self._may_overwrite(task))
        known = self._pipeline.measure(job, photo, stages)
        if isinstance(known, Pooled):
            self._tell([(task.number, known)])
            return None
        return MeasuredTask(task, known, source)

    def _is_done(self, task: Task, data: photos.Data, source: FileStamp) -> bool:
        """Whether the source has new times or a new place only; if so, note them."""
        journal, job = self._config.journal, task.job
        if (
            journal is None
            or task.previous_output is None
            or not task.done
            or digest(data) != task.previous_output.sha256
        ):
            return False
        report = journal.report(job.output, task.previous_output)
        entry = replace(task.previous_output, source=source, path=absolute(job.source))
        journal.add([(job.output, entry, report)])
        self._tell([(task.number, Skipped(job, DONE, entry.figures))])
        return True

    def _treated(self, read: list[MeasuredTask]) -> Iterator[tuple[MeasuredTask, SolvedPhoto]]:
        """Treat photos together; where that fails, each by itself, so that it costs but one.

        The list is emptied, so that each photo is let go when it is written.
        """
        found = self._at_once(read) if len(read) > 1 else None
        found = found or [self._attempt(each.task, partial(self._alone, each)) for each in read]
        waiting = deque(zip(read, found, strict=True))
        del read[:], found
        while waiting:
            each, made = waiting.popleft()
            if isinstance(made, UncorrectablePhoto):
                self._tell([(each.task.number, Failed(each.task.job, made))])
            elif made is not None:
                yield each, made
            del each, made

    def _at_once(self, read: list[MeasuredTask]) -> Sequence[SolvedPhoto | UncorrectablePhoto | None] | None:
        self._in_flight.start([each.task.number for each in read])
        try:
            return self._pipeline.solve([each.known for each in read])
        except Exception:  # noqa: BLE001 - whoever is to blame is found out
            return None

    def _alone(self, read: MeasuredTask) -> SolvedPhoto | UncorrectablePhoto:
        """Treat one photo; without a GPU where a worker was lost with it."""
        pipeline = self._pipeline.without_gpu() if read.task.isolated else self._pipeline
        return pipeline.solve([read.known])[0]

    def _write_all(self, treated: Iterator[tuple[MeasuredTask, SolvedPhoto]]) -> None:
        """Write each photo and let it go, then have all of them named together."""
        batch: list[PendingOutput] = []
        try:
            for read, made in treated:
                self._attempt(read.task, partial(self._write, read, made, batch))
                del read, made  # a photo is let go before the next is asked for
            self._in_flight.clear()
            if batch and self._publisher is not None:
                self._publisher.submit(batch)
        except BaseException:
            for each in batch:
                each.discard()
            raise

    def _write(self, read: MeasuredTask, made: SolvedPhoto, batch: list[PendingOutput]) -> None:
        job, writing = read.task.job, self._order.writing
        verdict = self._pipeline.verdict(job, made)
        if verdict is not None:
            self._tell([(read.task.number, verdict)])
            return
        replacing = self._may_overwrite(read.task) or job.in_place
        like = status_of(job.source)
        draft = TemporaryFile(job.output, replacing)
        kept = None if job.report is None else TemporaryFile(job.report, self._may_overwrite(read.task))
        done = PendingOutput(
            read.task, read.source, digest_of(made.source) or "", {}, draft, kept, writing.preserve
        )
        try:
            full = kept is not None or job.page is not None
            with draft.writing(like, exactly=writing.preserve) as file:
                report = write_output(self._pipeline, made, job, file, writing, in_full=full)
            if kept is not None:
                with kept.writing() as file:
                    file.write(text_of(report).encode())
            self._write_pages(done, made, report)
        except BaseException:
            done.discard()
            raise
        long = report.keys() & {"trace"}  # nobody reads it in a journal
        done.report = report | dict.fromkeys(long)
        batch.append(done)

    def _write_pages(self, done: PendingOutput, made: SolvedPhoto, report: dict[str, Any]) -> None:
        job = done.task.job
        files, done.figures = self._pipeline.pages(job, made, report)
        for path, data in files.items():
            draft = TemporaryFile(path, job.index is not None or self._may_overwrite(done.task))
            done.pages.append(draft)
            with draft.writing() as file:
                file.write(data)

    def _may_overwrite(self, task: Task) -> bool:
        return self._order.writing.overwrite or task.previous_output is not None

    def _attempt(self, task: Task, step: Callable[[], Result]) -> Result | None:
        """Do a step for a photo; whatever it raises costs that photo alone."""
        self._in_flight.start([task.number])
        try:
            return step()
        except (PhotoError, OutputError) as error:
            failure: PhotoError | OutputError = error
        except ColorfixError as error:  # somebody's regularizer breaks its contract for this photo
            failure = UncorrectablePhoto(printable(task.job.source), str(error))
        except MemoryError:
            failure = UncorrectablePhoto(printable(task.job.source), _NO_MEMORY)
        except Exception as error:
            if is_device_lost(error):
                raise DeviceLost(one_line(error)) from error
            what = f"{type(error).__name__}: {one_line(error)}"
            failure = UncorrectablePhoto(printable(task.job.source), f"{_BUG} ({what}); please report it")
        self._in_flight.clear()  # telling may have to wait
        self._tell([(task.number, Failed(task.job, failure))])
        return None

    def _tell(self, told: list[NumberedOutcome]) -> None:
        """Tell the supervisor what became of some jobs."""
        with suppress(OSError):  # it is gone, and so will this process be
            self._say(told)

    def _say(self, what: object) -> None:
        data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
        with self._speaking:
            self._pipe.send_bytes(data)


def _decoder_of(decoder: DeviceDecoder | None, task: Task) -> DeviceDecoder | None:
    """Return the decoder of a task's photo, which is the processor's where a worker was lost with it."""
    return replace(decoder, disabled_reason=_LOST) if decoder is not None and task.isolated else decoder


_LOST = "its worker was lost with it"
_NO_MEMORY = "needs more memory than there is; use fewer --jobs or close other programs"
_BUG = "met a bug of colorfix or of a library"
