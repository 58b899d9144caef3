"""Files: plan every job before anything is touched, then do them, an outcome each."""

from __future__ import annotations

from colorfix.folder.doing import run
from colorfix.folder.failed_photos import FailedPhotos
from colorfix.folder.job import Checked, Corrected, Failed, Job, Order, Outcome, Skipped, Writing
from colorfix.folder.planning import make_folder, plan, plan_checks

__all__ = [
    "Checked",
    "Corrected",
    "Failed",
    "FailedPhotos",
    "Job",
    "Order",
    "Outcome",
    "Skipped",
    "Writing",
    "make_folder",
    "plan",
    "plan_checks",
    "run",
]
