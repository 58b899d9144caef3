"""Records of what was done: a Parquet file a batch, from which a later run knows what is left to do.

A record is written when its batch's results stand. So a kill at any moment leaves results without a record,
never a record without its results. Where results may replace those of earlier runs, a record before it says
so: what it names counts as done by nobody until its results are recorded. Its name is made of the run, of its
keys and of what became of them: a batch that is done twice, as after its worker's death, has one record, and
a failure never takes the place of a result's.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from colorfix.batch.plan.walk import joined
from colorfix.cluster.outcomes import BEGUN, DONE, RECORD
from colorfix.cluster.rows import DIGEST, KEY
from colorfix.cluster.store import store_of
from colorfix.cluster.telling import unreadable, unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER: Final = ".colorfix/outcomes"
"""Where records lie in the folder of the results."""

_AT_ONCE = 32
_READ = pa.schema(
    {
        "key": KEY,
        "output": pa.large_string(),  # of ten million photos: more bytes than 32 bits count
        "status": pa.string(),
        "written": pa.int64(),
        "sha256": pa.binary(DIGEST),
        "stood": pa.int64(),
        "recorded": pa.int64(),
    }
)


def name_of(table: pa.Table) -> str:
    """Return the name of a batch's record.

    Args:
        table: its lines.

    >>> line = {"key": [b"k" * 16], "status": ["corrected"]}
    >>> one, other = (pa.table({**line, "run": [run]}) for run in ("b52", "b53"))
    >>> name_of(one) == name_of(one), name_of(one) == name_of(other)
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
    path = joined(joined(results, FOLDER), name_of(table))
    file = BytesIO()
    parquet.write_table(table.select(RECORD.names), file, compression="zstd")
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
        with ThreadPoolExecutor(_AT_ONCE) as pool:
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
class Known:
    """What earlier runs have done: arrays, not objects, since there may be ten million.

    Attributes:
        lines: of all records.
        latest: those that are the last of their outputs, and done.
    """

    lines: pa.Table
    latest: pa.Table

    @classmethod
    def of(cls, results: str) -> Known:
        """Read what is known of a folder of results.

        Raises:
            PhotoError: its store cannot be asked.
        """
        lines = read(results).sort_by("recorded")
        at = pa.table({"output": lines["output"], "at": np.arange(lines.num_rows)})
        latest = lines.take(at.group_by("output").aggregate([("at", "max")])["at_max"])
        return cls(lines, latest.filter(pc.equal(latest["status"], DONE)))

    def standing(self, keys: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return for each key bytes and time of its output; null where another, or none, was done last."""
        at = pc.index_in(keys, value_set=self.latest["key"])
        written, stood = (self.latest[name].combine_chunks().take(at) for name in ("written", "stood"))
        return written, stood

    def written(self, outputs: Sequence[str]) -> dict[str, list[bytes]]:
        """Return the SHA-256 of all that earlier runs wrote under these names."""
        wanted = pc.is_in(self.lines["output"], value_set=pa.array(outputs, pa.large_string()))
        table = self.lines.filter(pc.and_(wanted, pc.equal(self.lines["status"], DONE)))
        found: dict[str, list[bytes]] = {}
        for output, digest in zip(table["output"].to_pylist(), table["sha256"].to_pylist(), strict=True):
            found.setdefault(output, []).append(digest)
        return found
