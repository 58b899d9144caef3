"""Files: plan every job before anything is touched, then do them, an outcome each."""

from __future__ import annotations

from colorfix.folder.doing import run
from colorfix.folder.job import Corrected, Failed, Job, Order, Outcome, Writing
from colorfix.folder.planning import make_folder, plan

__all__ = ["Corrected", "Failed", "Job", "Order", "Outcome", "Writing", "make_folder", "plan", "run"]
