"""Files: plan every job before anything is touched, then do them, an outcome each."""

from __future__ import annotations

from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome, Skipped, Writing
from colorfix.folder.journal import NAME as JOURNAL
from colorfix.folder.planning import make_folder, plan
from colorfix.folder.running import journal_of, run

__all__ = [
    "JOURNAL",
    "Corrected",
    "Failed",
    "Job",
    "Order",
    "Outcome",
    "Skipped",
    "Writing",
    "journal_of",
    "make_folder",
    "plan",
    "run",
]
