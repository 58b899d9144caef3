"""Batch processing: plan all jobs before any file is written, then run them; each has an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.imports import lazy_exports

if TYPE_CHECKING:
    from colorfix.batch.job import (
        Checked,
        Corrected,
        Failed,
        Job,
        Order,
        Outcome,
        PassedOver,
        Skipped,
        Writing,
    )
    from colorfix.batch.plan.destination import Destination
    from colorfix.batch.plan.pairing import Pairing
    from colorfix.batch.plan.paths import is_page
    from colorfix.batch.plan.plan import Plan, make_folders, plan_jobs
    from colorfix.batch.plan.sources import Sources
    from colorfix.batch.plan.walk import Filters
    from colorfix.batch.process.pipeline import decoder_of
    from colorfix.batch.resume.failed_list import FailedPhotos
    from colorfix.batch.resume.journal import journal_in
    from colorfix.batch.run import run_jobs
    from colorfix.batch.watch import watch_folders

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
    "PassedOver",
    "Plan",
    "Skipped",
    "Sources",
    "Writing",
    "decoder_of",
    "is_page",
    "journal_in",
    "make_folders",
    "plan_jobs",
    "run_jobs",
    "watch_folders",
]

_HOMES = {
    "Checked": "colorfix.batch.job",
    "Corrected": "colorfix.batch.job",
    "Destination": "colorfix.batch.plan.destination",
    "Failed": "colorfix.batch.job",
    "FailedPhotos": "colorfix.batch.resume.failed_list",
    "Filters": "colorfix.batch.plan.walk",
    "Job": "colorfix.batch.job",
    "Order": "colorfix.batch.job",
    "Outcome": "colorfix.batch.job",
    "Pairing": "colorfix.batch.plan.pairing",
    "PassedOver": "colorfix.batch.job",
    "Plan": "colorfix.batch.plan.plan",
    "Skipped": "colorfix.batch.job",
    "Sources": "colorfix.batch.plan.sources",
    "Writing": "colorfix.batch.job",
    "decoder_of": "colorfix.batch.process.pipeline",
    "is_page": "colorfix.batch.plan.paths",
    "journal_in": "colorfix.batch.resume.journal",
    "make_folders": "colorfix.batch.plan.plan",
    "plan_jobs": "colorfix.batch.plan.plan",
    "run_jobs": "colorfix.batch.run",
    "watch_folders": "colorfix.batch.watch",
}

__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
