"""Photos on their way through an actor: fetched in portions, done by the engine of folders, published."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from colorfix import photos
from colorfix.batch import Corrected, Failed, Job
from colorfix.cluster.manifest import MISSING, key_of
from colorfix.cluster.outcomes import PathNames, RowOutcome
from colorfix.cluster.storage.store import bucket_of, store_of
from colorfix.cluster.storage.store_errors import unreadable, unwritable
from colorfix.cluster.storage.uris import is_uri
from colorfix.core.errors import OutputError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from colorfix.cluster.engine import Engine
    from colorfix.cluster.manifest import Row
    from colorfix.cluster.publish import Publisher
    from colorfix.core.errors import PhotoError

_PHOTOS, _BYTES = 48, 256 << 20
"""A portion of photos that are fetched is so many, or as many as fit into so many bytes."""

_THREADS = 16


@dataclass(frozen=True, eq=False)
class Staging:
    """What an actor does its photos with.

    Attributes:
        engine: does photos of this machine.
        made: fingerprint of all that changes an output.
        target: path on this machine of what guides them, or ``neutral``.
        guide: what the user calls it.
        publication: how results get their places.
    """

    engine: Engine
    fingerprint: str
    target: str
    target_name: str
    publisher: Publisher

    def process(self, rows: Sequence[Row], place: Path) -> list[RowOutcome]:
        """Do photos. While one portion is corrected the next is fetched and the last one published.

        Args:
            rows: which.
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
        """Bring a photo to this machine, and say where its result is made; or why it cannot be."""
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
        except (OSError, ValueError) as error:  # no scheme, no name that its store can have
            return row, Failed(job, unreadable(row.source, error))
        return row, job

    def _with_key(self, row: Row) -> Row:
        """A row with its photo's state, where nobody has looked at it yet."""
        mark = row.stamp or store_of(row.source).stamp(row.source) or MISSING
        key = row.key or key_of(row.source, mark, self.fingerprint, row.output, row.report)
        return replace(row, stamp=mark, key=key)

    def _correct(
        self, fetched: Sequence[tuple[Row, Job | Failed]], place: Path
    ) -> Iterator[Callable[[], RowOutcome]]:
        """Correct photos; yield for each what publishes its result."""
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

    def _publish(self, row: Row, job: Job, outcome: Corrected | Failed) -> RowOutcome:
        """Put a result where it belongs; it is of no use here any more, nor is its photo."""
        known = {job.source: row.source, job.output: row.output, self.target: self.target_name}
        names = PathNames({path: name for path, name in known.items() if path != name})
        try:
            if isinstance(outcome, Failed):
                return RowOutcome(row, Failed(job, names.renamed_error(_here(outcome.error))))
            beside = None if job.report is None else names.renamed(_report_in(job.report))
            size, digest = self.publisher.publish(row, job.output, beside)
        except OutputError as error:
            return RowOutcome(row, Failed(job, error))
        except (OSError, ValueError) as error:  # its report cannot be read
            return RowOutcome(row, Failed(job, unwritable(row.output, error)))
        finally:
            for path in (job.output, job.report, job.source if is_uri(row.source) else None):
                if path is not None:
                    Path(path).unlink(missing_ok=True)
        return RowOutcome(row, Corrected(job, names.renamed(outcome.report)), size, digest)


def _here(error: PhotoError | OutputError) -> PhotoError | OutputError:
    """An error that says that a result could not be made on this machine, where it was none of its photo."""
    if not isinstance(error, OutputError):
        return error
    return OutputError(error.name, f"in {tempfile.gettempdir()} (TMPDIR): {error.reason}")


def _report_in(path: str) -> dict[str, Any]:
    """The whole report: what an outcome carries has no trace."""
    report: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return report


def _portions(rows: Sequence[Row]) -> list[list[Row]]:
    """Part rows whose photos are fetched, so that few lie here at once; others are read in place."""
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
