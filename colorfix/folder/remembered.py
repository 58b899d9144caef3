"""What earlier runs said of a photo that stands, for who asks when the run has ended."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from colorfix.folder.backlog import standing_at
from colorfix.folder.journal import Journal

if TYPE_CHECKING:
    from typing import Any


def report_of(output: str, journal: str) -> dict[str, Any] | None:
    """Return the report of the very file that stands at an output; None where the journal has none of it.

    Args:
        output: path of the photo.
        journal: path of the journal, which no run is using.

    Raises:
        OutputError: the journal cannot be read.
    """
    with closing(Journal(journal)) as known:
        entry = standing_at(output, known.entries(output))
        return None if entry is None else known.report(output, entry)
