"""Driver: maps the actor over rows with Ray Data, and yields outcomes as they happen."""

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
    r"""Return the root cause of a Ray error: the first exception that its tracebacks name.

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
    """Log handler that stores the reason of the last lost batch, which Ray Data only logs.

    >>> lost = LostBatches()
    >>> lost.emit(logging.LogRecord("ray.data", 40, "", 0, "lost", (), (OSError, OSError("no room"), None)))
    >>> lost.reason
    'was lost with its batch (no room); the same command tries it again'
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._last = "its worker died again and again"

    @property
    def reason(self) -> str:
        """Reason of the failure of a photo of such a batch."""
        return f"was lost with its batch ({self._last}); the same command tries it again"

    def raise_refusal(self) -> None:
        """Raise the error of a node that refused to take part.

        Raises:
            SettingError: a node did.
        """
        if self._last.startswith(_REFUSED):
            raise SettingError(self._last.removeprefix(_REFUSED))

    def emit(self, record: logging.LogRecord) -> None:
        """Store the cause of a logged error."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._last = root_cause(error)

    @contextmanager
    def listening(self, *, verbose: bool) -> Iterator[None]:
        """Handle Ray's log until the block ends, alone unless ``verbose``."""
        import ray.data

        context = ray.data.DataContext.get_current()
        context.max_errored_blocks = -1
        context.enable_progress_bars = context.print_on_execution_start = verbose
        logs = [logging.getLogger(name) for name in _LOGS]
        before, raising = [log.handlers for log in logs], logging.raiseExceptions
        logging.raiseExceptions = verbose  # the disk of Ray's own log may be full
        for log in logs:
            log.handlers = [*(log.handlers if verbose else ()), self]
        try:
            yield
        finally:
            logging.raiseExceptions = raising
            for log, handlers in zip(logs, before, strict=True):
                log.handlers = handlers


MAX_BATCH: Final = 512
"""Most photos in a batch, which is repeated when a worker dies, and has one record."""

_BATCHES_PER_ACTOR = 4
"""Fewest batches for each actor, so that all end at about the same time."""

_RETRIES = 8
"""Times that a batch is given to another worker when one dies with it: a photo could kill them all."""


@dataclass(frozen=True)
class RayRun:
    """A run of jobs on a cluster.

    Attributes:
        cluster: where to run.
        order: settings for all photos.
        target: of all photos.
        stamps: size and time of sources, if known.
        results: folder of the records, or None.
        in_full: return whole reports.
    """

    cluster: Cluster
    order: Order
    target: TargetFile
    stamps: Mapping[str, FileStamp]
    results: str | None
    in_full: bool = False

    def run(self, jobs: Sequence[Job]) -> Generator[Outcome]:
        """Run jobs, yielding each outcome as it happens, as :func:`colorfix.batch.run_jobs` does.

        Raises:
            OutputError: the cluster cannot be used, or was lost.
            PhotoError: a store cannot be read.
            SettingError: a node has another version of colorfix.
        """
        settings_hash = fingerprint(self.order, self.target.digest)
        remaining = remaining_of(jobs, self.stamps, settings_hash, self._results, redo=self.order.redo)
        for number in remaining.done:
            yield Skipped(jobs[number], DONE)
        if not remaining.rows.num_rows:
            return
        missing = set(remaining.rows["number"].to_pylist())
        lost = LostBatches()
        with connection_to(self.cluster, self.order.workers) as actors:
            for line in self._lines(remaining.rows, actors, lost):
                missing.discard(line["number"])
                outcome = outcome_of(jobs[line["number"]], line)
                yield outcome
                if self.order.fail_fast and isinstance(outcome, Failed):
                    return
        for number in sorted(missing):
            yield Failed(jobs[number], UncorrectablePhoto(printable(jobs[number].source), lost.reason))

    @property
    def _results(self) -> str | None:
        return None if self.results is None else absolute_name(self.results)

    def _lines(self, rows: pa.Table, actors: int, lost: LostBatches) -> Iterator[dict[str, Any]]:
        """Yield outcomes as rows."""
        from ray.exceptions import RayError

        try:
            with lost.listening(verbose=self.cluster.verbose):
                batches = self._dataset(rows, actors).iter_batches(batch_size=None, batch_format="pyarrow")
                for batch in batches:
                    lost.raise_refusal()
                    yield from batch.to_pylist()
            lost.raise_refusal()
        except RayError as error:
            reason = f"was lost ({root_cause(error)}); the same command goes on from there"
            raise OutputError("the cluster", reason) from error

    def _dataset(self, rows: pa.Table, actors: int) -> Dataset:
        """Return the dataset of outcomes. A block of rows is a batch of one actor."""
        import ray.data

        size = max(1, min(MAX_BATCH, -(-rows.num_rows // (_BATCHES_PER_ACTOR * actors))))
        blocks = [rows.slice(at, size).combine_chunks() for at in range(0, rows.num_rows, size)]
        memory = self.order.memory and self.order.memory // actors
        run = RunSettings(secrets.token_hex(8), self._results, self.in_full)
        arguments = {"target": self.target, "order": replace(self.order, memory=memory), "run": run}
        pool = ray.data.ActorPoolStrategy(
            min_size=1, initial_size=actors, max_size=actors, max_tasks_in_flight_per_actor=1
        )
        with warnings.catch_warnings(action="ignore"):  # of 2.64, which names the last two otherwise
            return ray.data.from_arrow(blocks).map_batches(
            Corrector, fn_constructor_kwargs=arguments, batch_size=None, compute=pool, num_cpus=1,
            max_restarts=-1, max_task_retries=_RETRIES,
        )  # fmt: skip
