"""A photo is checked for a cast instead of being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.folder.job import Checked

if TYPE_CHECKING:
    from colorfix.correction.result import Correction
    from colorfix.folder.job import Job


def checked(job: Job, correction: Correction, threshold: float) -> Checked:
    """Judge a photo by how far its correction would move it.

    Args:
        job: which.
        correction: the photo's.
        threshold: mean ΔE (CIEDE2000) above which it has a cast.
    """
    delta_e = correction.delta_e
    gains = [float(gain) for gain in correction.gains]
    return Checked(job, delta_e, delta_e > threshold, gains, correction.warnings)
