"""What is read is never written, whatever an order allows and however it is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.batch.plan.paths import identity_of, status_at
from colorfix.cluster.store import store_of
from colorfix.cluster.uris import fault_of, is_uri
from colorfix.core.defaults import NEUTRAL
from colorfix.core.errors import OutputError, SettingError, UnreadablePhoto
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.cluster.rows import Row

IS_READ = "is read itself; write somewhere else"


def original_of(name: str) -> str | int | None:
    """Return one thing for a file, whatever its names; None where none is.

    >>> original_of("s3://photos/a.jpg"), original_of("/usr") == original_of("/usr/../usr")
    ('s3://photos/a.jpg', True)
    """
    return name if is_uri(name) else identity_of(status_at(name))


def originals_of(names: Iterable[str]) -> frozenset[str | int]:
    """Return what these names stand for, as far as it is there."""
    found = (original_of(name) for name in {*names} - {NEUTRAL})
    return frozenset(each for each in found if each is not None)


def refusal(row: Row, originals: frozenset[str | int]) -> UnreadablePhoto | OutputError | None:
    """Return why a photo must not be done; None where it may.

    Args:
        row: which.
        originals: what is read, as :func:`originals_of` has it.
    """
    if (fault := _fault(row.source)) is not None:
        return UnreadablePhoto(shown(row.source), fault)
    for path in filter(None, (row.output, row.report)):
        fault = _fault(path) or (IS_READ if original_of(path) in originals else None)
        if fault is not None:
            return OutputError(shown(path), fault)
    return None


def _fault(name: str) -> str | None:
    if (fault := fault_of(name)) is not None:
        return fault
    try:
        store_of(name)
    except SettingError as error:  # nothing here knows the scheme
        return str(error)
    return None
