"""Files: plan every job before anything is touched, then do them, an outcome each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.imports import lazily

if TYPE_CHECKING:
    from colorfix.folder.decoders import decoder_of
    from colorfix.folder.destination import Destination
    from colorfix.folder.failed_photos import FailedPhotos
    from colorfix.folder.job import Checked, Corrected, Failed, Job, Order, Outcome, Skipped, Writing
    from colorfix.folder.journal import journal_in
    from colorfix.folder.pairing import Pairing
    from colorfix.folder.patterns import Filters
    from colorfix.folder.planning import Plan, make_folders, plan
    from colorfix.folder.running import run
    from colorfix.folder.showing import is_page
    from colorfix.folder.sources import Sources
    from colorfix.folder.watching import watch

__all__ = [
    "Checked",
    "Corrected",
    "Destination",
    "Failed",
    "FailedPhotos",
    "Filters",
    "Job",
    "Order",
    "Outcome",
    "Pairing",
    "Plan",
    "Skipped",
    "Sources",
    "Writing",
    "decoder_of",
    "is_page",
    "journal_in",
    "make_folders",
    "plan",
    "run",
    "watch",
]

_HOMES = {
    "Checked": "colorfix.folder.job",
    "Corrected": "colorfix.folder.job",
    "Destination": "colorfix.folder.destination",
    "Failed": "colorfix.folder.job",
    "FailedPhotos": "colorfix.folder.failed_photos",
    "Filters": "colorfix.folder.patterns",
    "Job": "colorfix.folder.job",
    "Order": "colorfix.folder.job",
    "Outcome": "colorfix.folder.job",
    "Pairing": "colorfix.folder.pairing",
    "Plan": "colorfix.folder.planning",
    "Skipped": "colorfix.folder.job",
    "Sources": "colorfix.folder.sources",
    "Writing": "colorfix.folder.job",
    "decoder_of": "colorfix.folder.decoders",
    "is_page": "colorfix.folder.showing",
    "journal_in": "colorfix.folder.journal",
    "make_folders": "colorfix.folder.planning",
    "plan": "colorfix.folder.planning",
    "run": "colorfix.folder.running",
    "watch": "colorfix.folder.watching",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
