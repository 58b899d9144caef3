"""Journals of runs that named a photo otherwise: what was corrected in place is not corrected twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError
from colorfix.folder.journal import Journal, journal_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.folder.marks import Entry


class Elders:
    """The journals in a photo's own folder and in those above it, each read once.

    A run in place keeps its journal in the folder that the given names have in common, so ``photos/ -r`` and
    ``photos/sub`` keep it in different ones. One that cannot be read tells nothing.
    """

    def __init__(self) -> None:
        self._read: dict[str, Journal | None] = {}

    def entries(self, output: str) -> Iterator[Entry]:
        """Yield what they know of an output, the latest of each journal last."""
        folder = os.path.realpath(os.path.dirname(output))
        while True:
            journal = self._journal(folder)
            if journal is not None:
                yield from journal.entries(output)
            above = os.path.dirname(folder)
            if above == folder:
                return
            folder = above

    def _journal(self, folder: str) -> Journal | None:
        if folder not in self._read:
            path = journal_in(folder)
            try:
                self._read[folder] = Journal(path, joined=True) if os.path.isfile(path) else None
            except OutputError:
                self._read[folder] = None
        return self._read[folder]
