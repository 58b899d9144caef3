"""Outcomes of photos as rows of a table, with the user's names in place of temporary paths."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from colorfix import __version__
from colorfix.batch.job import Corrected, Failed, PassedOver
from colorfix.cluster.manifest import DIGEST_SIZE, KEY
from colorfix.cluster.storage.store import absolute_name
from colorfix.core import errors
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from colorfix.batch.job import Job, Outcome
    from colorfix.cluster.manifest import Row
    from colorfix.core.errors import OutputError, PhotoError


class PathNames:
    """Replaces paths in a temporary folder by the user's names.

    Args:
        known: path to name.

    >>> names = PathNames({"/tmp/x/1": "s3://photos/a.jpg"})
    >>> names.renamed({"path": "/tmp/x/1", "bytes": 3, "warnings": ["/tmp/x/1: is flat"]})
    {'path': 's3://photos/a.jpg', 'bytes': 3, 'warnings': ['s3://photos/a.jpg: is flat']}
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        # the longest first: /tmp/x/1 begins /tmp/x/10
        self._known = [(path, printable(known[path])) for path in sorted(known, key=len, reverse=True)]

    def renamed(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """Return a document with the user's names in it."""
        if isinstance(value, str):
            for path, name in self._known:
                value = value.replace(path, name)
            return value
        if isinstance(value, dict):
            return {key: self.renamed(each) for key, each in value.items()}
        return [self.renamed(each) for each in value] if isinstance(value, list | tuple) else value

    def renamed_error(self, error: PhotoError | OutputError) -> PhotoError | OutputError:
        """Return an error with the user's names in it."""
        return type(error)(self.renamed(error.name), self.renamed(error.reason))


DONE, PASSED_OVER, FAILED, BEGUN = "corrected", "passed over", "failed", "begun"
"""Status of a photo in a record; one that is begun may have replaced an earlier result."""

RECORD_SCHEMA = pa.schema(
    {
        "key": KEY,
        "source": pa.string(),
        "bytes": pa.int64(),
        "modified": pa.int64(),
        "output": pa.string(),
        "status": pa.string(),
        "kind": pa.string(),
        "error": pa.string(),
        "gains": pa.list_(pa.float64()),
        "loss": pa.float64(),
        "written": pa.int64(),
        "sha256": pa.binary(DIGEST_SIZE),
        "stood": pa.int64(),
        "warnings": pa.list_(pa.string()),
        "seconds": pa.float64(),
        "colorfix": pa.string(),
        "run": pa.string(),
        "recorded": pa.int64(),
    }
)
"""Columns of a record."""

OUTCOME_SCHEMA = pa.schema(
    [
        *RECORD_SCHEMA,
        pa.field("number", pa.int64()),
        pa.field("light", pa.struct({"kelvin": pa.float64(), "duv": pa.float64()})),
        pa.field("report", pa.string()),
    ]
)
"""Columns that an actor returns."""


@dataclass(frozen=True)
class RowOutcome:
    """Outcome of a row.

    Attributes:
        row: of the photo.
        outcome: with the user's names in its report; None if it is only begun.
        written: bytes of the output.
        sha256: of the output.
        modified: modification time of the output in its store, nanoseconds since 1970.
    """

    row: Row
    outcome: Corrected | PassedOver | Failed | None
    written: int | None = None
    sha256: bytes | None = None
    modified: int | None = None

    def line(self, run: str, *, in_full: bool) -> dict[str, Any]:
        """Return it as a row of :data:`OUTCOME_SCHEMA`.

        Args:
            run: name of the run.
            in_full: include the whole report.
        """
        row, stamp = self.row, self.row.stamp
        line = dict.fromkeys(OUTCOME_SCHEMA.names) | {
            "key": row.key,
            "source": printable(row.source),
            "bytes": None if stamp is None else stamp.size,
            "modified": None if stamp is None else stamp.modified,
            "output": printable(row.output),
            "colorfix": __version__,
            "run": run,
            "recorded": time.time_ns(),
            "number": row.number,
        }
        if self.outcome is None:
            return line | {"status": BEGUN}
        if isinstance(self.outcome, Failed):
            error = self.outcome.error
            return line | {"status": FAILED, "kind": type(error).__name__, "error": str(error)}
        line |= {"written": self.written, "sha256": self.sha256, "stood": self.modified}
        if isinstance(self.outcome, PassedOver):
            note = {"delta_e": self.outcome.delta_e}
            return line | {
                "status": PASSED_OVER, "warnings": list(self.outcome.warnings), "report": json.dumps(note),
            }  # fmt: skip
        report = self.outcome.report
        return line | {
            "status": DONE,
            "gains": report["gains"],
            "light": report["light"],
            "loss": report["loss"]["polished"]["total"] if "loss" in report else None,
            "warnings": report["warnings"],
            "seconds": sum(report["seconds"].values()),
            "report": json.dumps(report) if in_full else None,
        }


def table_of(outcomes: Sequence[RowOutcome], run: str, *, in_full: bool) -> pa.Table:
    """Return outcomes as a table."""
    return pa.Table.from_pylist([each.line(run, in_full=in_full) for each in outcomes], OUTCOME_SCHEMA)


def outcome_of(job: Job, line: dict[str, Any]) -> Outcome:
    """Return a row as the outcome of a job, with the user's names."""
    names = PathNames(
        {absolute_name(name): name for name in (job.source, job.output) if absolute_name(name) != name}
    )
    if line["status"] == DONE:
        return Corrected(job, names.renamed(json.loads(line["report"] or "null") or _summary(line)))
    if line["status"] == PASSED_OVER:
        delta_e, copied = json.loads(line["report"])["delta_e"], line["written"] is not None
        return PassedOver(job, delta_e, copied, tuple(names.renamed(line["warnings"] or ())))
    kind: type[PhotoError | OutputError] = getattr(errors, line["kind"])
    name, _, reason = line["error"].partition(": ")
    return Failed(job, names.renamed_error(kind(name, reason)))


def _summary(line: dict[str, Any]) -> dict[str, Any]:
    """Return a summary in place of the report."""
    return {"gains": line["gains"], "light": line["light"], "warnings": line["warnings"]}
