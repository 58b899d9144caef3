"""The driver: rows go to actors through Ray Data, and outcomes come back as they happen.

Batches that are lost for good: Ray Data passes over them, and tells its log alone why.
"""

from __future__ import annotations

import logging
import re
import secrets
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from colorfix.batch import Failed, Skipped
from colorfix.batch.resume.fingerprint import fingerprint
from colorfix.batch.workers.queue import DONE
from colorfix.cluster.actor import Corrector, RunSettings
from colorfix.cluster.connect import Cluster, connection_to
from colorfix.cluster.outcomes import outcome_of
from colorfix.cluster.resume import remaining_of
from colorfix.cluster.storage.store import absolute_name
from colorfix.core.errors import OutputError, SettingError, UncorrectablePhoto
from colorfix.core.text import one_line, printable
from colorfix.report import sha256_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    import pyarrow as pa
    from ray.data import Dataset

    from colorfix.batch import Job, Order, Outcome
    from colorfix.batch.resume.file_stamp import FileStamp
    from colorfix.cluster.target import TargetFile

_LOGS = ("ray.data", "ray")
_NAMED = re.compile(r"[\w.]*(?:Error|Exception|Exit|Interrupt|\.[A-Z]\w*)(?:: |$)")
_REFUSED = f"{SettingError.__name__}: "


def root_cause(error: BaseException) -> str:
    r"""Say what an error of Ray's comes down to: the first exception that a report with tracebacks names.

    >>> root_cause(RuntimeError("The actor died.\n  File x.py, line 3\nModuleNotFoundError: no colorfix\n"))
    'ModuleNotFoundError: no colorfix'
    >>> cause = "ray::Corrector (pid=7)\n  File x.py, line 3\nOSError: no room\n\nThe above ..."
    >>> root_cause(RuntimeError(f"{cause}\nray.exceptions.UserCodeException: failed\nTo change retries, ..."))
    'OSError: no room'
    """
    lines = [line for line in str(error).splitlines() if line.strip()]
    named = (line for line in lines if _NAMED.match(line) and not line.startswith("ray.exceptions."))
    found = next(named, lines[0] if lines else "")
    return one_line(Exception(found.removeprefix("colorfix.core.errors."))) if found else one_line(error)


class LostBatches(logging.Handler):
    """Remembers why the last batch was lost, so that its photos can be told of.

    >>> losses = LostBatches()
    >>> losses.emit(logging.LogRecord("ray.data", 40, "", 0, "lost", (), (OSError, OSError("no room"), None)))
    >>> losses.reason
    'was lost with its batch (no room); the same command tries it again'
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._last = "its worker died again and again"

    @property
    def reason(self) -> str:
        """What is told of a photo of such a batch."""
        return f"was lost with its batch ({self._last}); the same command tries it again"

    def raise_refusal(self) -> None:
        """See that no node has refused to take part.

        Raises:
            SettingError: one has.
        """
        if self._last.startswith(_REFUSED):
            raise SettingError(self._last.removeprefix(_REFUSED))

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of an error that was met."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._last = root_cause(error)

    @contextmanager
    def listening(self, *, talking: bool) -> Iterator[None]:
        """Listen while batches are done; nobody else is told, unless Ray may talk."""
        import ray.data

        context = ray.data.DataContext.get_current()
        context.max_errored_blocks = -1
        context.enable_progress_bars = context.print_on_execution_start = talking
        logs = [logging.getLogger(name) for name in _LOGS]
        before, raising = [log.handlers for log in logs], logging.raiseExceptions
        logging.raiseExceptions = talking  # Ray's own log may have no room
        for log in logs:
            log.handlers = [*(log.handlers if talking else ()), self]
        try:
            yield
        finally:
            logging.raiseExceptions = raising
            for log, handlers in zip(logs, before, strict=True):
                log.handlers = handlers


MAX_BATCH: Final = 512
"""Photos in a batch: what is done again when a worker dies, and lines in a record."""

_BATCHES_PER_ACTOR = 4
"""Batches that each actor gets at least, so that all end together."""

_RETRIES = 8
"""So often a batch is given to another worker when one dies with it; a photo could kill them for ever."""


@dataclass(frozen=True)
class RayRun:
    """Photos that a cluster is to do.

    Attributes:
        cluster: which.
        order: what holds for all photos.
        guide: what guides them.
        marks: size and time of sources, as far as they are known.
        results: the folder that gets records; None for none.
        in_full: whether outcomes have whole reports.
    """

    cluster: Cluster
    order: Order
    target: TargetFile
    stamps: Mapping[str, FileStamp]
    results: str | None
    in_full: bool = False

    def run(self, jobs: Sequence[Job]) -> Generator[Outcome]:
        """Do the jobs, yielding each outcome as it happens, as :func:`colorfix.batch.run_jobs` does.

        Raises:
            OutputError: the cluster cannot be used, or was lost.
            PhotoError: a store cannot be asked.
            SettingError: a node has another version of colorfix.
        """
        made = fingerprint(self.order, sha256_of(self.target.data))
        left = remaining_of(jobs, self.stamps, made, self._results, redo=self.order.redo)
        for number in left.done:
            yield Skipped(jobs[number], DONE)
        if not left.rows.num_rows:
            return
        missing = set(left.rows["number"].to_pylist())
        losses = LostBatches()
        with connection_to(self.cluster, self.order.workers) as actors:
            for line in self._lines(left.rows, actors, losses):
                missing.discard(line["number"])
                outcome = outcome_of(jobs[line["number"]], line)
                yield outcome
                if self.order.fail_fast and isinstance(outcome, Failed):
                    return
        for number in sorted(missing):
            yield Failed(jobs[number], UncorrectablePhoto(printable(jobs[number].source), losses.reason))

    @property
    def _results(self) -> str | None:
        return None if self.results is None else absolute_name(self.results)

    def _lines(self, rows: pa.Table, actors: int, losses: LostBatches) -> Iterator[dict[str, Any]]:
        """Yield lines of outcomes."""
        from ray.exceptions import RayError

        try:
            with losses.listening(talking=self.cluster.verbose):
                batches = self._dataset(rows, actors).iter_batches(batch_size=None, batch_format="pyarrow")
                for batch in batches:
                    losses.raise_refusal()
                    yield from batch.to_pylist()
            losses.raise_refusal()
        except RayError as error:
            reason = f"was lost ({root_cause(error)}); the same command goes on from there"
            raise OutputError("the cluster", reason) from error

    def _dataset(self, rows: pa.Table, actors: int) -> Dataset:
        """Return rows mapped to outcomes. A block is a batch, and a batch one actor's."""
        import ray.data

        size = max(1, min(MAX_BATCH, -(-rows.num_rows // (_BATCHES_PER_ACTOR * actors))))
        blocks = [rows.slice(at, size).combine_chunks() for at in range(0, rows.num_rows, size)]
        memory = self.order.memory and self.order.memory // actors
        run = RunSettings(secrets.token_hex(8), self._results, self.in_full)
        told = {"target": self.target, "order": replace(self.order, memory=memory), "run": run}
        pool = ray.data.ActorPoolStrategy(
            min_size=1, initial_size=actors, max_size=actors, max_tasks_in_flight_per_actor=1
        )
        with warnings.catch_warnings(action="ignore"):  # of 2.64, which names the last two otherwise
            return ray.data.from_arrow(blocks).map_batches(
            Corrector, fn_constructor_kwargs=told, batch_size=None, compute=pool, num_cpus=1,
            max_restarts=-1, max_task_retries=_RETRIES,
        )  # fmt: skip
