"""``colorfix correct --save-gains``: what was learned, kept for other photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.choices import EACH
from colorfix.cli.talk import say
from colorfix.errors import OutputError, SettingError
from colorfix.folder import Corrected, Skipped
from colorfix.look import Look, text_of
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from colorfix.correction import Correction
    from colorfix.folder import Outcome, Plan
    from colorfix.settings import Settings


class Keeper:
    """Saves the gains of one photo, or of a series.

    Args:
        path: of the file, or ``-`` for stdout.
        overwrite: whether an earlier file may be replaced.
        data: stdout; None where it is closed.
    """

    def __init__(self, path: str, *, overwrite: bool, data: TextIO | None) -> None:
        self._path, self._overwrite, self._data = path, overwrite, data

    def check(self, plan: Plan, gains_from: str, *, only_region: bool, quiet: bool) -> None:
        """Refuse what cannot be kept, before anything is started; warn of what will not be.

        Raises:
            SettingError: several photos, each with gains of its own.
            OutputError: the file could not be written.
        """
        if gains_from == EACH and len(plan.jobs) > 1:
            raise SettingError(
                "--save-gains keeps one correction, but each photo gets its own; add --gains-from pooled"
            )
        if self._path != photos.PIPE:
            names = {name for job in plan.jobs for name in (job.source, job.target, job.output, job.report)}
            photos.check_writable(
                self._path, overwrite=self._overwrite, sources=[name for name in names if name]
            )
        if only_region and not quiet:
            say("warning: --save-gains keeps no region; 'colorfix apply' corrects whole photos")

    def keep(self, look: Look) -> None:
        """Write the file."""
        if self._path != photos.PIPE:
            photos.publish(text_of(look).encode(), self._path, overwrite=self._overwrite)
        elif self._data is not None:
            self._data.write(text_of(look))

    def keep_shared(self, shared: Correction | None) -> None:
        """Keep what was learned for all, if anything was."""
        if shared is not None:
            self.keep(Look.of(shared))

    def listening(self, outcomes: Generator[Outcome], settings: Settings) -> Generator[Outcome]:
        """Pass outcomes on, and keep the gains of the one photo that is corrected.

        Raises:
            OutputError: an earlier run has done the photo, so that nothing was learned.
        """
        for outcome in outcomes:
            yield outcome
            if isinstance(outcome, Corrected):
                gains = np.array(outcome.report["gains"], np.float64)
                self.keep(Look.learned(gains, settings, outcome.job.source, outcome.job.target))
            elif isinstance(outcome, Skipped):
                reason = "is not written, for an earlier run has corrected the photo; add --redo"
                raise OutputError(shown(self._path), reason)
