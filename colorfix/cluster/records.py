"""Records of what was done: a Parquet file a batch, from which a later run knows what is left to do.

A record is written when its batch's results stand, and its name is made of the batch's keys. So a kill at any
moment leaves results without a record, never a record without its results; and a batch that is done twice, as
after its worker's death, has one record.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from colorfix.cluster.outcomes import DONE, RECORD
from colorfix.cluster.store import store_of
from colorfix.cluster.telling import unwritable
from colorfix.folder.walking import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER: Final = ".colorfix/outcomes"
"""Where records lie in the folder of the results."""

_AT_ONCE = 32


def name_of(keys: Iterable[bytes]) -> str:
    """Return the name of a batch's record.

    >>> name_of([b"one", b"two"]) == name_of([b"two", b"one"])
    True
    """
    return f"{blake2b(b''.join(sorted(keys)), digest_size=16).hexdigest()}.parquet"


def write(table: pa.Table, results: str, name: str) -> None:
    """Write a batch's record.

    Args:
        table: its lines.
        results: the folder of the results.
        name: of the record.

    Raises:
        OutputError: it cannot be written.
    """
    path = joined(joined(results, FOLDER), name)
    file = BytesIO()
    parquet.write_table(table.select(RECORD.names), file, compression="zstd")
    try:
        store_of(path).put(file.getvalue(), path, replace=True)
    except OSError as error:
        raise unwritable(path, error) from error


def read(results: str, columns: Sequence[str]) -> pa.Table:
    """Return the lines of photos that were done; records that cannot be read are passed over.

    Args:
        results: the folder of the results.
        columns: which are wanted.
    """
    folder = joined(results, FOLDER)
    store = store_of(folder)

    def lines(name: str) -> pa.Table | None:
        data = store.contents(joined(folder, name))
        return None if data is None else _lines(data, columns)

    names = sorted(entry.name for entry in store.entries(folder) if entry.name.endswith(".parquet"))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [table for table in pool.map(lines, names) if table is not None]
    return pa.concat_tables([*found, pa.schema([RECORD.field(name) for name in columns]).empty_table()])


def _lines(data: bytes, columns: Sequence[str]) -> pa.Table | None:
    wanted = dict.fromkeys((*columns, "status"))
    try:
        table = parquet.read_table(pa.BufferReader(data), columns=[*wanted])
        return table.filter(pc.equal(table["status"], DONE)).select(columns)
    except (pa.ArrowException, KeyError, OSError):  # nobody's record; its photos are done again
        return None


@dataclass(frozen=True)
class Known:
    """What earlier runs have done: arrays, not objects, since there may be ten million.

    Attributes:
        results: the folder of the results.
    """

    results: str
    _done: pa.Table = field(repr=False)

    @classmethod
    def of(cls, results: str) -> Known:
        """Read what is known of a folder of results."""
        return cls(results, read(results, ("key", "written")))

    def sizes(self, keys: pa.Array) -> pa.Array:
        """Return for each key how many bytes its output has; null where it was never done."""
        at = pc.index_in(keys, value_set=self._done["key"])
        return self._done["written"].combine_chunks().take(at)

    def written(self, outputs: Sequence[str]) -> dict[str, list[bytes]]:
        """Return the SHA-256 of all that earlier runs wrote under these names."""
        table = read(self.results, ("output", "sha256"))
        table = table.filter(pc.is_in(table["output"], value_set=pa.array(outputs, pa.string())))
        found: dict[str, list[bytes]] = {}
        for output, digest in zip(table["output"].to_pylist(), table["sha256"].to_pylist(), strict=True):
            found.setdefault(output, []).append(digest)
        return found
