"""A result gets its place in a store: never over what is not ours, and twice is as good as once.

What is read is never written, whatever an order allows and however it is spelled.
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
from colorfix.core.defaults import NEUTRAL
from colorfix.core.errors import OutputError, SettingError, UnreadablePhoto
from colorfix.core.file_checks import EXISTS
from colorfix.core.text import printable
from colorfix.report import report_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.batch.job import Writing
    from colorfix.cluster.manifest import Row

IS_INPUT = "is read itself; write somewhere else"


def input_identity(name: str) -> str | int | None:
    """Return one thing for a file, whatever its names; None where none is.

    >>> input_identity("s3://photos/a.jpg"), input_identity("/usr") == input_identity("/usr/../usr")
    ('s3://photos/a.jpg', True)
    """
    return name if is_uri(name) else identity_of(status_at(name))


def input_identities(names: Iterable[str]) -> frozenset[str | int]:
    """Return what these names stand for, as far as it is there."""
    found = (input_identity(name) for name in {*names} - {NEUTRAL})
    return frozenset(each for each in found if each is not None)


def refusal(row: Row, originals: frozenset[str | int]) -> UnreadablePhoto | OutputError | None:
    """Return why a photo must not be done; None where it may.

    Args:
        row: which.
        originals: what is read, as :func:`input_identities` has it.
    """
    if (fault := _fault(row.source)) is not None:
        return UnreadablePhoto(printable(row.source), fault)
    for path in filter(None, (row.output, row.report)):
        fault = _fault(path) or (IS_INPUT if input_identity(path) in originals else None)
        if fault is not None:
            return OutputError(printable(path), fault)
    return None


def _fault(name: str) -> str | None:
    if (fault := spelling_error(name)) is not None:
        return fault
    try:
        store_of(name)
    except SettingError as error:  # nothing here knows the scheme
        return str(error)
    return None


@dataclass(frozen=True)
class Publisher:
    """How results get their places.

    Attributes:
        writing: whether files may be replaced; whether results keep their photos' times.
        guide: path or URI of what guides the photos, or ``neutral``.
    """

    writing: Writing
    target: str = NEUTRAL

    def publish(self, row: Row, file: str, report: dict[str, Any] | None) -> tuple[int, bytes]:
        """Put a result and its report where they belong, and return the result's size and SHA-256.

        What stands there with the same bytes is left: a batch whose worker died finds what it has published.

        Args:
            row: says where.
            file: path of the result.
            report: what its report file is to hold; None for no file.

        Raises:
            OutputError: what is read stands there, or something else; or the store fails.
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
        """Whether what stands at the output may be replaced; None where the same stands there already."""
        if self.writing.overwrite:
            return True
        there = store_of(row.output).contents(row.output)
        if there is None:
            return False
        found = sha256(there).digest()
        if found == digest:
            return None
        if found not in row.previous:
            raise OutputError(printable(row.output), EXISTS)
        return True

    def _check_report(self, path: str, report: dict[str, Any]) -> None:
        """Refuse to replace a file that is no report of this photo and this result."""
        there = None if self.writing.overwrite else store_of(path).contents(path)
        if there is not None and _subject(there) != (report["source"]["path"], report["output"]["path"]):
            raise OutputError(printable(path), EXISTS)


def _subject(data: bytes) -> tuple[object, object] | None:
    """Return source and result of a report; None where a file is none."""
    try:
        report = json.loads(data)
        return report["source"]["path"], report["output"]["path"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
