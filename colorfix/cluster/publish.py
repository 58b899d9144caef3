"""Publication of a result in a store: inputs are never written, other files only if the order allows it.

Publishing the same result twice is the same as publishing it once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix.batch.plan.paths import identity_of, status_at
from colorfix.cluster.storage.store import store_of
from colorfix.cluster.storage.store_errors import unwritable
from colorfix.cluster.storage.uris import AttributeSource, is_uri, spelling_error
from colorfix.core.atomic import EXISTS
from colorfix.core.defaults import NEUTRAL, is_virtual
from colorfix.core.errors import OutputError, SettingError, UnreadablePhoto
from colorfix.core.text import printable
from colorfix.report import report_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.batch.job import Writing
    from colorfix.cluster.manifest import Row

IS_INPUT = "is read itself; write somewhere else"


def input_identity(name: str) -> str | int | None:
    """Return an identity of a file that is equal for all its names; None if it does not exist.

    >>> input_identity("s3://photos/a.jpg"), input_identity("/usr") == input_identity("/usr/../usr")
    ('s3://photos/a.jpg', True)
    """
    return name if is_uri(name) else identity_of(status_at(name))


def input_identities(names: Iterable[str]) -> frozenset[str | int]:
    """Return the identities of the files that exist."""
    found = (input_identity(name) for name in {*names} if not is_virtual(name))
    return frozenset(each for each in found if each is not None)


def refusal(row: Row, inputs: frozenset[str | int]) -> UnreadablePhoto | OutputError | None:
    """Return the error of a photo that must not be corrected, or None.

    Args:
        row: of the photo.
        inputs: identities of sources and target, from :func:`input_identities`.
    """
    if (fault := _fault(row.source)) is not None:
        return UnreadablePhoto(printable(row.source), fault)
    for path in filter(None, (row.output, row.report)):
        fault = _fault(path) or (IS_INPUT if input_identity(path) in inputs else None)
        if fault is not None:
            return OutputError(printable(path), fault)
    return None


def _fault(name: str) -> str | None:
    if (fault := spelling_error(name)) is not None:
        return fault
    try:
        store_of(name)
    except SettingError as error:  # an unknown scheme
        return str(error)
    return None


@dataclass(frozen=True)
class Publisher:
    """Writes results to their places.

    Attributes:
        writing: whether to replace files, and to preserve times.
        target: path or URI of the target, or ``neutral``.
    """

    writing: Writing
    target: str = NEUTRAL

    def publish(self, row: Row, file: str, report: dict[str, Any] | None) -> tuple[int, bytes]:
        """Write a result and its report to their places, and return the result's size and SHA-256.

        A file with the same bytes is left as it is: a batch that is repeated finds its own results.

        Args:
            row: names the places.
            file: path of the result on this machine.
            report: content of the report, or None.

        Raises:
            OutputError: an input or another file is there, or the store fails.
        """
        if (refused := refusal(row, input_identities((row.source, self.target)))) is not None:
            raise refused
        try:
            data = Path(file).read_bytes()
            digest = sha256(data).digest()
            replace = self._may_replace(row, digest)
            if report is not None and row.report is not None:
                self._check_report(row.report, report)
            if replace is not None:
                like = AttributeSource(file, self.writing.preserve)
                store_of(row.output).put(data, row.output, replace=replace, like=like)
            if report is not None and row.report is not None:
                store_of(row.report).put(report_text(report).encode(), row.report, replace=True)
        except (OSError, ValueError) as error:
            raise unwritable(row.output, error) from error
        return len(data), digest

    def _may_replace(self, row: Row, digest: bytes) -> bool | None:
        """Whether the output may be replaced; None if it has the same bytes already."""
        if self.writing.overwrite:
            return True
        existing = store_of(row.output).contents(row.output)
        if existing is None:
            return False
        found = sha256(existing).digest()
        if found == digest:
            return None
        if found not in row.previous:
            raise OutputError(printable(row.output), EXISTS)
        return True

    def _check_report(self, path: str, report: dict[str, Any]) -> None:
        """Raise an error if the file is not a report of this photo and this result."""
        there = None if self.writing.overwrite else store_of(path).contents(path)
        if there is not None and _subject(there) != (report["source"]["path"], report["output"]["path"]):
            raise OutputError(printable(path), EXISTS)


def _subject(data: bytes) -> tuple[object, object] | None:
    """Return source and result of a report; None for another file."""
    try:
        report = json.loads(data)
        return report["source"]["path"], report["output"]["path"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
