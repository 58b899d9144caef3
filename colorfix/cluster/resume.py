"""Records of what was done: a Parquet file a batch, from which a later run knows what is left to do.

A record is written when its batch's results stand. So a kill at any moment leaves results without a record,
never a record without its results. Where results may replace those of earlier runs, a record before it says
so: what it names counts as done by nobody until its results are recorded. Its name is made of the run, of its
keys and of what became of them: a batch that is done twice, as after its worker's death, has one record, and
a failure never takes the place of a result's.

What is left to do of a run's jobs, as a table of rows; what earlier runs have done is passed over.
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
from colorfix.cluster.outcomes import BEGUN, DONE, RECORD_SCHEMA
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
"""Where records lie in the folder of the results."""

_REQUESTS = 32
_READ = pa.schema(
    {
        "key": KEY,
        "output": pa.large_string(),  # of ten million photos: more bytes than 32 bits count
        "status": pa.string(),
        "written": pa.int64(),
        "sha256": pa.binary(DIGEST_SIZE),
        "stood": pa.int64(),
        "recorded": pa.int64(),
    }
)


def record_name(table: pa.Table) -> str:
    """Return the name of a batch's record.

    Args:
        table: its lines.

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
    """Write a batch's record.

    Args:
        table: its lines.
        results: the folder of the results.

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
    """Return what all records say of results that stand or may stand; what is no record is passed over.

    Args:
        results: the folder of the results.

    Raises:
        PhotoError: the store cannot be asked.
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
        return table.filter(pc.is_in(table["status"], pa.array([DONE, BEGUN]))).cast(_READ)
    except (pa.ArrowException, KeyError, OSError):  # nobody's record; its photos are done again
        return None


@dataclass(frozen=True)
class Records:
    """What earlier runs have done: arrays, not objects, since there may be ten million.

    Attributes:
        lines: of all records.
        latest: those that are the last of their outputs, and done.
    """

    lines: pa.Table
    latest: pa.Table

    @classmethod
    def of(cls, results: str) -> Records:
        """Read what is known of a folder of results.

        Raises:
            PhotoError: its store cannot be asked.
        """
        lines = read(results).sort_by("recorded")
        at = pa.table({"output": lines["output"], "at": np.arange(lines.num_rows)})
        latest = lines.take(at.group_by("output").aggregate([("at", "max")])["at_max"])
        return cls(lines, latest.filter(pc.equal(latest["status"], DONE)))

    def outputs_of(self, keys: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return for each key bytes and time of its output; null where another, or none, was done last."""
        at = pc.index_in(keys, value_set=self.latest["key"])
        written, stood = (self.latest[name].combine_chunks().take(at) for name in ("written", "stood"))
        return written, stood

    def digests_of(self, outputs: Sequence[str]) -> dict[str, list[bytes]]:
        """Return the SHA-256 of all that earlier runs wrote under these names."""
        wanted = pc.is_in(self.lines["output"], value_set=pa.array(outputs, pa.large_string()))
        table = self.lines.filter(pc.and_(wanted, pc.equal(self.lines["status"], DONE)))
        found: dict[str, list[bytes]] = {}
        for output, digest in zip(table["output"].to_pylist(), table["sha256"].to_pylist(), strict=True):
            found.setdefault(output, []).append(digest)
        return found


_TIME_TOLERANCE = 2 * 10**9
"""Nanoseconds: stores tell times to a second, in one answer rounded and in another not."""


@dataclass(frozen=True, eq=False)
class Remaining:
    """Jobs as an earlier run has left them.

    Attributes:
        done: numbers of those that are done.
        rows: the others.
    """

    done: list[int]
    rows: pa.Table


def remaining_of(
    jobs: Sequence[Job], stamps: Mapping[str, FileStamp], fingerprint: str, results: str | None, *, redo: bool
) -> Remaining:
    """Say what is left to do.

    A photo is done if the last record of its output holds its key, and the output stands there with as many
    bytes and since the time that it says.

    Args:
        jobs: all of the run.
        stamps: size and time of sources, as far as they are known.
        fingerprint: hash of all that changes an output.
        results: the folder that holds records; None for none.
        redo: whether to do again what is done.

    Raises:
        PhotoError: a store cannot be asked.
    """
    far = [_absolute(job) for job in jobs]
    states = [stamps.get(job.source) or stamp_of(job.source) or MISSING for job in jobs]
    keys = pa.array(
        [
            key_of(job.source, mark, fingerprint, job.output, job.report)
            for job, mark in zip(far, states, strict=True)
        ],
        KEY,
    )
    ours: dict[str, list[bytes]] = {}
    done = np.zeros(len(jobs), bool)
    if results is not None:
        known = Records.of(results)
        done = _unchanged(*known.outputs_of(keys), far) & (not redo)
        ours = known.digests_of([printable(job.output) for job, each in zip(far, ~done, strict=True) if each])
    left = np.flatnonzero(~done).tolist()
    rows = {
        "number": left,
        "source": [os.fsencode(far[at].source) for at in left],
        "output": [os.fsencode(far[at].output) for at in left],
        "report": [_encoded(far[at].report) for at in left],
        "bytes": [states[at].size for at in left],
        "modified": [states[at].modified for at in left],
        "key": keys.take(pa.array(left, pa.int64())),
        "ours": [b"".join(ours.get(printable(far[at].output), ())) for at in left],
    }
    return Remaining(np.flatnonzero(done).tolist(), pa.table(rows, ROW_SCHEMA))


def _absolute(job: Job) -> Job:
    """A job whose names mean the same on every machine."""
    report = None if job.report is None else absolute_name(job.report)
    return replace(job, source=absolute_name(job.source), output=absolute_name(job.output), report=report)


def _encoded(name: str | None) -> bytes | None:
    return None if name is None else os.fsencode(name)


def _unchanged(written: pa.Array, stood: pa.Array, jobs: Sequence[Job]) -> NDArray[np.bool_]:
    """Whether each output stands as its record says. A folder is listed once."""
    there: dict[str, FileStamp] = {}
    for folder in dict.fromkeys(folder_of(job.output) for job in jobs):
        try:
            found = store_of(folder).entries(folder)
        except OSError as error:
            raise unreadable(folder, error) from error
        there |= {joined(folder, each.name): each.stamp for each in found if each.stamp is not None}
    outputs = (joined(folder_of(job.output), job.output.rpartition("/")[2]) for job in jobs)
    marks = [there.get(output, MISSING) for output in outputs]
    sizes = np.array([mark.size for mark in marks], np.int64)
    times = np.array([mark.modified for mark in marks], np.int64)
    late = np.abs(times - stood.fill_null(0).to_numpy())
    same: NDArray[np.bool_] = (sizes == written.fill_null(-2).to_numpy()) & (late < _TIME_TOLERANCE)
    return same
