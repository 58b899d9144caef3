"""Files: plan every job before anything is touched, then do them, an outcome each."""

from __future__ import annotations

from colorfix.folder.destination import Destination
from colorfix.folder.doing import run
from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome, Writing
from colorfix.folder.pairing import Guides, Pairing
from colorfix.folder.patterns import Filters
from colorfix.folder.planning import Plan, make_folders, plan
from colorfix.folder.sources import Sources

__all__ = [
    "Corrected",
    "Destination",
    "Failed",
    "Filters",
    "Guides",
    "Job",
    "Order",
    "Outcome",
    "Pairing",
    "Plan",
    "Sources",
    "Writing",
    "make_folders",
    "plan",
    "run",
]
