"""Records of finished batches, a Parquet file each, and the jobs that remain after earlier runs.

A record is written after the results of its batch. So a kill at any moment leaves results without a record,
never a record without results. If results may replace those of earlier runs, a first record names them as
begun: they do not count as done until their results are recorded. The name of a record is a hash of the run,
the keys and the outcomes: a batch that is repeated, as after its worker's death, has one record, and a
failure never replaces the record of a result.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from colorfix.batch.plan.paths import folder_of
from colorfix.batch.plan.walk import joined
from colorfix.cluster.manifest import DIGEST_SIZE, KEY, MISSING, ROW_SCHEMA, key_of
from colorfix.cluster.outcomes import BEGUN, DONE, PASSED_OVER, RECORD_SCHEMA
from colorfix.cluster.sources import stamp_of
from colorfix.cluster.storage.store import absolute_name, store_of
from colorfix.cluster.storage.store_errors import unreadable, unwritable
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from colorfix.batch import Job
    from colorfix.batch.resume.file_stamp import FileStamp

FOLDER: Final = ".colorfix/outcomes"
"""Folder of the records, below that of the results."""

_REQUESTS = 32
_READ = pa.schema(
    {
        "key": KEY,
        "output": pa.large_string(),  # ten million names exceed 32-bit offsets
        "status": pa.string(),
        "written": pa.int64(),
        "sha256": pa.binary(DIGEST_SIZE),
        "stood": pa.int64(),
        "recorded": pa.int64(),
    }
)


def record_name(table: pa.Table) -> str:
    """Return the file name of a record.

    >>> line = {"key": [b"k" * 16], "status": ["corrected"]}
    >>> one, other = (pa.table({**line, "run": [run]}) for run in ("b52", "b53"))
    >>> record_name(one) == record_name(one), record_name(one) == record_name(other)
    (True, False)
    """
    lines = sorted(
        (line["key"] or b"", f"{line['status']} {line['run']}".encode())
        for line in table.select(["key", "status", "run"]).to_pylist()
    )
    return f"{blake2b(b''.join(b''.join(line) for line in lines), digest_size=16).hexdigest()}.parquet"


def write(table: pa.Table, results: str) -> None:
    """Write a record.

    Args:
        table: rows of the batch.
        results: folder of the results.

    Raises:
        OutputError: it cannot be written.
    """
    path = joined(joined(results, FOLDER), record_name(table))
    file = BytesIO()
    parquet.write_table(table.select(RECORD_SCHEMA.names), file, compression="zstd")
    try:
        store_of(path).put(file.getvalue(), path, replace=True)
    except OSError as error:
        raise unwritable(path, error) from error


def read(results: str) -> pa.Table:
    """Return the rows of all records that are done or begun; other files are ignored.

    Args:
        results: folder of the results.

    Raises:
        PhotoError: the store cannot be read.
    """
    folder = joined(results, FOLDER)
    store = store_of(folder)

    def lines(name: str) -> pa.Table | None:
        data = store.contents(joined(folder, name))
        return None if data is None else _lines(data)

    try:
        names = sorted(entry.name for entry in store.entries(folder) if entry.name.endswith(".parquet"))
        with ThreadPoolExecutor(_REQUESTS) as pool:
            found = [table for table in pool.map(lines, names) if table is not None]
    except OSError as error:
        raise unreadable(folder, error) from error
    return pa.concat_tables([*found, _READ.empty_table()])


def _lines(data: bytes) -> pa.Table | None:
    try:
        table = parquet.read_table(pa.BufferReader(data), columns=_READ.names).select(_READ.names)
        return table.filter(pc.is_in(table["status"], pa.array([DONE, PASSED_OVER, BEGUN]))).cast(_READ)
    except (pa.ArrowException, KeyError, OSError):  # not a record; its photos are corrected again
        return None


@dataclass(frozen=True)
class Records:
    """Outcomes of earlier runs: arrays, not objects, since there may be ten million.

    Attributes:
        lines: rows of all records.
        latest: the last row of each output, if it is done.
    """

    lines: pa.Table
    latest: pa.Table

    @classmethod
    def of(cls, results: str) -> Records:
        """Read the records of a folder of results.

        Raises:
            PhotoError: its store cannot be read.
        """
        lines = read(results).sort_by("recorded")
        at = pa.table({"output": lines["output"], "at": np.arange(lines.num_rows)})
        latest = lines.take(at.group_by("output").aggregate([("at", "max")])["at_max"])
        return cls(lines, latest.filter(pc.not_equal(latest["status"], BEGUN)))

    def outputs_of(self, keys: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return for each key size and time of its output; null if another key, or none, was done last."""
        at = pc.index_in(keys, value_set=self.latest["key"])
        written, stood = (self.latest[name].combine_chunks().take(at) for name in ("written", "stood"))
        return written, stood

    def digests_of(self, outputs: Sequence[str]) -> dict[str, list[bytes]]:
        """Return the SHA-256 of everything that earlier runs wrote to these outputs."""
        wanted = pc.is_in(self.lines["output"], value_set=pa.array(outputs, pa.large_string()))
        table = self.lines.filter(pc.and_(wanted, pc.is_valid(self.lines["sha256"])))
        found: dict[str, list[bytes]] = {}
        for output, digest in zip(table["output"].to_pylist(), table["sha256"].to_pylist(), strict=True):
            found.setdefault(output, []).append(digest)
        return found


_TIME_TOLERANCE = 2 * 10**9
"""Nanoseconds: stores return times to a second, rounded in one answer and not in another."""


@dataclass(frozen=True, eq=False)
class Remaining:
    """Jobs that earlier runs have done, and those that remain.

    Attributes:
        done: numbers of jobs.
        rows: the others, as :data:`ROW_SCHEMA`.
    """

    done: list[int]
    rows: pa.Table


def remaining_of(
    jobs: Sequence[Job], stamps: Mapping[str, FileStamp], fingerprint: str, results: str | None, *, redo: bool
) -> Remaining:
    """Return the jobs that remain.

    A photo is done if the last record of its output has its key, and the output exists with the recorded size
    and time.

    Args:
        jobs: all of the run.
        stamps: size and time of sources, if known.
        fingerprint: hash of all settings that change an output.
        results: folder of the records, or None.
        redo: correct finished photos again.

    Raises:
        PhotoError: a store cannot be read.
    """
    absolute = [_absolute(job) for job in jobs]
    states = [stamps.get(job.source) or stamp_of(job.source) or MISSING for job in jobs]
    keys = pa.array(
        [
            key_of(job.source, stamp, fingerprint, job.output, job.report)
            for job, stamp in zip(absolute, states, strict=True)
        ],
        KEY,
    )
    previous: dict[str, list[bytes]] = {}
    done = np.zeros(len(jobs), bool)
    if results is not None:
        records = Records.of(results)
        done = _unchanged(*records.outputs_of(keys), absolute) & (not redo)
        previous = records.digests_of(
            [printable(job.output) for job, each in zip(absolute, ~done, strict=True) if each]
        )
    left = np.flatnonzero(~done).tolist()
    rows = {
        "number": left,
        "source": [os.fsencode(absolute[at].source) for at in left],
        "output": [os.fsencode(absolute[at].output) for at in left],
        "report": [_encoded(absolute[at].report) for at in left],
        "bytes": [states[at].size for at in left],
        "modified": [states[at].modified for at in left],
        "key": keys.take(pa.array(left, pa.int64())),
        "previous": [b"".join(previous.get(printable(absolute[at].output), ())) for at in left],
    }
    return Remaining(np.flatnonzero(done).tolist(), pa.table(rows, ROW_SCHEMA))


def _absolute(job: Job) -> Job:
    """Return a job with absolute names."""
    report = None if job.report is None else absolute_name(job.report)
    return replace(job, source=absolute_name(job.source), output=absolute_name(job.output), report=report)


def _encoded(name: str | None) -> bytes | None:
    return None if name is None else os.fsencode(name)


def _unchanged(written: pa.Array, stood: pa.Array, jobs: Sequence[Job]) -> NDArray[np.bool_]:
    """Whether each output has the recorded size and time. A folder is listed once."""
    there: dict[str, FileStamp] = {}
    for folder in dict.fromkeys(folder_of(job.output) for job in jobs):
        try:
            found = store_of(folder).entries(folder)
        except OSError as error:
            raise unreadable(folder, error) from error
        there |= {joined(folder, each.name): each.stamp for each in found if each.stamp is not None}
    outputs = (joined(folder_of(job.output), job.output.rpartition("/")[2]) for job in jobs)
    found_stamps = [there.get(output, MISSING) for output in outputs]
    sizes = np.array([stamp.size for stamp in found_stamps], np.int64)
    times = np.array([stamp.modified for stamp in found_stamps], np.int64)
    difference = np.abs(times - stood.fill_null(0).to_numpy())
    same: NDArray[np.bool_] = (sizes == written.fill_null(-2).to_numpy()) & (difference < _TIME_TOLERANCE)
    return same
