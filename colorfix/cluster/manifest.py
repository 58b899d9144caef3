"""Rows that name photos to correct, on their way to an actor, and the key of a photo's state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from colorfix.batch.resume.file_stamp import FileStamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MISSING = FileStamp(-1, 0)
"""Stamp of a photo that does not exist; its failure is reported in its turn."""

DIGEST_SIZE = 32
"""Bytes of a SHA-256."""

KEY = pa.binary(16)
"""Type of a key."""

ROW_SCHEMA = pa.schema(
    {
        "number": pa.int64(),
        "source": pa.binary(),  # a name may not be valid text
        "output": pa.binary(),
        "report": pa.binary(),
        "bytes": pa.int64(),
        "modified": pa.int64(),
        "key": KEY,
        "previous": pa.binary(),
    }
)
"""Columns that the command sends."""

MANIFEST_COLUMNS = ("source", "output", "report", "bytes", "modified")
"""Columns that other callers may give; times are nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Row:
    """A photo to correct.

    Attributes:
        number: of its job, for the sender.
        source, output, report: paths or URIs; report may be None.
        stamp: size and time of the source; None if unknown.
        key: of its state; None if unknown.
        previous: SHA-256 of outputs of earlier runs there, which may be replaced.
    """

    number: int
    source: str
    output: str
    report: str | None = None
    stamp: FileStamp | None = None
    key: bytes | None = None
    previous: frozenset[bytes] = frozenset()


def key_of(source: str, stamp: FileStamp, fingerprint: str, output: str, report: str | None) -> bytes:
    """Return 16 bytes that identify source, its state, its settings and the place of its result.

    Args:
        source: name of the photo.
        stamp: its size and time.
        fingerprint: hash of all else that changes the output.
        output: name of the result.
        report: name of its report, or None.

    >>> one = key_of("a.jpg", FileStamp(10, 20), "made", "out/a.jpg", None)
    >>> len(one), one == key_of("a.jpg", FileStamp(10, 21), "made", "out/a.jpg", None)
    (16, False)
    """
    known = (source, stamp.size, stamp.modified, fingerprint, output, report or "")
    return blake2b("\0".join(map(str, known)).encode(errors="surrogateescape"), digest_size=16).digest()


def rows_of(batch: Mapping[str, Sequence[Any]], columns: Sequence[str] = MANIFEST_COLUMNS) -> Iterator[Row]:
    """Yield the rows of a batch of Ray Data, a sequence a column.

    Args:
        batch: has the columns ``source`` and ``output``.
        columns: to read; others are ignored.
    """
    read = {name: batch[name] for name in columns if name in batch}
    for index in range(len(read["source"])):
        row = {name: column[index] for name, column in read.items()}
        size, modified = _integer(row.get("bytes")), _integer(row.get("modified"))
        yield Row(
            int(row.get("number", index)),
            _text(row["source"]),
            _text(row["output"]),
            None if row.get("report") is None else _text(row["report"]),
            None if size is None or modified is None else FileStamp(size, modified),
            row.get("key"),
            _digests(row.get("previous") or b""),
        )


def _digests(digests: bytes) -> frozenset[bytes]:
    return frozenset(digests[at : at + DIGEST_SIZE] for at in range(0, len(digests), DIGEST_SIZE))


def _text(name: str | bytes) -> str:
    return os.fsdecode(name) if isinstance(name, bytes) else str(name)


def _integer(number: Any) -> int | None:  # noqa: ANN401 - a NumPy integer, None, or a float if some are missing
    return None if number is None or number != number else int(number)  # noqa: PLR0124 - NaN differs from itself
