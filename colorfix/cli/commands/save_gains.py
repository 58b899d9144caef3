"""``colorfix correct --save-gains``: write the learned gains as a look."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorfix.batch import Corrected, FailedPhotos, PassedOver, Skipped, journal_in
from colorfix.batch.plan.paths import RealFolders, folder_of
from colorfix.batch.resume.journal import Journal
from colorfix.cli.output import info
from colorfix.core.atomic import PIPE, check_writable, publish
from colorfix.core.defaults import EACH
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import printable
from colorfix.looks.look import Look, are_gains, look_text

if TYPE_CHECKING:
    from typing import Any, TextIO

    from colorfix.batch import Job, Order, Outcome, Plan
    from colorfix.cli.batch import BatchCommand, Listener
    from colorfix.correction.settings import Settings


def saver_of(command: BatchCommand, path: str, settings: Settings, plan: Plan, gains_from: str) -> SaveGains:
    """Return the writer of the gains; refuse gains that cannot be saved.

    Args:
        command: that learns them.
        path: of the file, ``-`` for stdout.
        settings: of the correction.
        plan: of the run.
        gains_from: ``--gains-from``.

    Raises:
        SettingError: several photos, each with gains of its own.
        OutputError: the file could not be written.
    """
    if gains_from == EACH and len(plan.jobs) > 1:
        raise SettingError(
            "--save-gains keeps one correction, but each photo gets its own; add --gains-from pooled"
        )
    overwrite = command.writing.overwrite
    if path != PIPE:
        _refuse(path, plan, overwrite=overwrite)
    if settings.only_region and not command.output.quiet:
        info("warning: --save-gains keeps no region; 'colorfix apply' corrects whole photos")
    return SaveGains(path, settings, command.data, overwrite=overwrite)


def _refuse(path: str, plan: Plan, *, overwrite: bool) -> None:
    """Refuse a file that cannot be written, or that the run writes to; the run may make its folder."""
    read = {name for job in plan.jobs for name in (job.source, job.target)}
    written = {name for job in plan.jobs for name in (job.output, job.report, job.page, job.backup)}
    real = RealFolders()
    records = () if plan.root is None else (journal_in(plan.root), FailedPhotos(plan.root).path)
    if real.place(path) in {real.place(name) for name in (*written, *records, plan.index) if name}:
        raise OutputError(printable(path), "is a result of the run itself; choose another name for the gains")
    if Path(folder_of(path)).is_dir() or folder_of(path) not in plan.folders:
        check_writable(path, overwrite=overwrite, sources=read)


class SaveGains:
    """Writer of the gains of one photo, or of a series.

    Args:
        path: of the file, or ``-`` for stdout.
        settings: of the correction.
        data: stdout; None where it is closed.
        overwrite: whether an existing file may be replaced.
    """

    def __init__(self, path: str, settings: Settings, data: TextIO | None, *, overwrite: bool) -> None:
        self._path, self._settings, self._data, self._overwrite = path, settings, data, overwrite

    def listeners(self, order: Order) -> list[Listener]:
        """Save gains that all photos share; else return a listener that saves those of the one photo."""
        if order.shared is None:
            return [partial(self._add, journal=order.journal)]
        self.save(Look.of(order.shared))
        return []

    def _add(self, outcome: Outcome, journal: str | None) -> None:
        """Save the gains of the photo if it is corrected, or was by an earlier run with these settings."""
        if isinstance(outcome, Corrected):
            self._save_report(outcome.job, outcome.report)
        elif isinstance(outcome, PassedOver):
            reason = f"is not written, for the photo is passed over ({outcome.reason})"
            raise OutputError(printable(self._path), reason)
        elif isinstance(outcome, Skipped) and journal is not None:
            self._save_report(outcome.job, self._earlier_report(outcome.job, journal))

    def _earlier_report(self, job: Job, path: str) -> dict[str, Any]:
        with closing(Journal(path, joined=True)) as journal:  # the run has it open
            report = journal.report_of(job.output)
        if not are_gains((report or {}).get("gains")):
            reason = "is not written, for an earlier run has corrected the photo; add --redo"
            raise OutputError(printable(self._path), reason)
        return report or {}

    def _save_report(self, job: Job, report: dict[str, Any]) -> None:
        gains = np.array(report["gains"], np.float64)
        self.save(Look.learned(gains, self._settings, job.source, job.target))

    def save(self, look: Look) -> None:
        """Write the file."""
        if self._path != PIPE:
            publish(look_text(look).encode(), self._path, overwrite=self._overwrite)
        elif self._data is not None:
            self._data.write(look_text(look))
