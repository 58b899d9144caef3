"""Photos of a batch: fetched in portions, corrected by the batch engine, published."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from colorfix import photos
from colorfix.batch import Corrected, Failed, Job, PassedOver
from colorfix.cluster.manifest import MISSING, key_of
from colorfix.cluster.outcomes import PathNames, RowOutcome
from colorfix.cluster.storage.store import bucket_of, store_of
from colorfix.cluster.storage.store_errors import unreadable, unwritable
from colorfix.cluster.storage.uris import is_uri
from colorfix.core.errors import OutputError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from colorfix.cluster.engine import Engine, Finished
    from colorfix.cluster.manifest import Row
    from colorfix.cluster.publish import Publisher
    from colorfix.core.errors import PhotoError

_PHOTOS, _BYTES = 48, 256 << 20
"""Largest portion of photos that are fetched together: number, and bytes."""

_THREADS = 16


@dataclass(frozen=True, eq=False)
class Staging:
    """Fetches, corrects and publishes the photos of an actor.

    Attributes:
        engine: corrects photos on this machine.
        fingerprint: hash of all settings that change an output.
        target: path of the target on this machine, or ``neutral``.
        target_name: the user's name for it.
        publisher: of results.
    """

    engine: Engine
    fingerprint: str
    target: str
    target_name: str
    publisher: Publisher

    def process(self, rows: Sequence[Row], place: Path) -> list[RowOutcome]:
        """Correct photos. While one portion is corrected the next is fetched and the last one published.

        Args:
            rows: of the photos.
            place: an empty folder of this machine.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            ahead: list[Future[tuple[Row, Job | Failed]]] = []
            waiting: list[Future[RowOutcome]] = []
            for portion in (*_portions(rows), []):
                fetched = [each.result() for each in ahead]
                ahead = [pool.submit(self._fetch, row, place) for row in portion]
                waiting += [pool.submit(step) for step in self._correct(fetched, place)]
            return [each.result() for each in waiting]

    def _fetch(self, row: Row, place: Path) -> tuple[Row, Job | Failed]:
        """Copy a photo to this machine; return its job here, or its failure."""
        here = str(place / f"in-{row.number}") if is_uri(row.source) else row.source
        suffix = PurePath(row.output).suffix
        result = str(place / f"out-{row.number}{suffix}")
        report = None if row.report is None else str(place / f"out-{row.number}.report.json")
        job = Job(here, result, report, self.target)
        try:
            photos.format_of(row.output)
            row = self._with_key(row)
            if here != row.source:
                bucket_of(row.source).fetch(row.source, here)
        except OutputError as error:
            return row, Failed(job, error)
        except (OSError, ValueError) as error:  # an unknown scheme, or an impossible name
            return row, Failed(job, unreadable(row.source, error))
        return row, job

    def _with_key(self, row: Row) -> Row:
        """Return the row with stamp and key of its photo."""
        stamp = row.stamp or store_of(row.source).stamp(row.source) or MISSING
        key = row.key or key_of(row.source, stamp, self.fingerprint, row.output, row.report)
        return replace(row, stamp=stamp, key=key)

    def _correct(
        self, fetched: Sequence[tuple[Row, Job | Failed]], place: Path
    ) -> Iterator[Callable[[], RowOutcome]]:
        """Correct photos; yield for each a function that publishes its result."""
        left: dict[str, tuple[Row, Job]] = {}
        for row, job in fetched:
            if isinstance(job, Failed):
                yield partial(RowOutcome, row, job)
            else:
                left[job.output] = row, job
        if not left:
            return
        journal = str(place / f"{fetched[0][0].number}.jsonl")
        try:
            for outcome in self.engine.run([job for _, job in left.values()], journal):
                row, job = left.pop(outcome.job.output)
                yield partial(self._publish, row, job, outcome)
        except OutputError as error:  # this machine has no room, or starts no process
            for row, job in left.values():
                yield partial(RowOutcome, row, Failed(job, OutputError(printable(row.source), error.reason)))

    def _publish(self, row: Row, job: Job, outcome: Finished) -> RowOutcome:
        """Publish a result, and remove the files of its photo here."""
        known = {job.source: row.source, job.output: row.output, self.target: self.target_name}
        names = PathNames({path: name for path, name in known.items() if path != name})
        try:
            if isinstance(outcome, Failed):
                return RowOutcome(row, Failed(job, names.renamed_error(_on_this_machine(outcome.error))))
            if isinstance(outcome, PassedOver):
                return self._pass_over(row, outcome._replace(warnings=tuple(names.renamed(outcome.warnings))))
            report = None if job.report is None else names.renamed(_report_in(job.report))
            size, digest = self.publisher.publish(row, job.output, report)
        except OutputError as error:
            return RowOutcome(row, Failed(job, error))
        except (OSError, ValueError) as error:  # its report cannot be read
            return RowOutcome(row, Failed(job, unwritable(row.output, error)))
        finally:
            for path in (job.output, job.report, job.source if is_uri(row.source) else None):
                if path is not None:
                    Path(path).unlink(missing_ok=True)
        return RowOutcome(row, Corrected(job, names.renamed(outcome.report)), size, digest)

    def _pass_over(self, row: Row, outcome: PassedOver) -> RowOutcome:
        """Publish the copy of a photo that is not corrected, if there is one."""
        if not outcome.copied:
            return RowOutcome(row, outcome)
        size, digest = self.publisher.publish(row, outcome.job.output, None)
        return RowOutcome(row, outcome, size, digest)


def _on_this_machine(error: PhotoError | OutputError) -> PhotoError | OutputError:
    """Return an output error with the folder of this machine in which it happened."""
    if not isinstance(error, OutputError):
        return error
    return OutputError(error.name, f"in {tempfile.gettempdir()} (TMPDIR): {error.reason}")


def _report_in(path: str) -> dict[str, Any]:
    """Read the whole report; that of an outcome has no trace."""
    report: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return report


def _portions(rows: Sequence[Row]) -> list[list[Row]]:
    """Split rows into portions, so that few fetched photos are here at once; others are read in place."""
    portions: list[list[Row]] = []
    room = count = 0
    for row in rows:
        size = row.stamp.size if row.stamp is not None and is_uri(row.source) else 0
        count += is_uri(row.source)
        room -= size
        if not portions or room < 0 or count > _PHOTOS:
            portions.append([])
            room, count = _BYTES - size, 1
        portions[-1].append(row)
    return portions
