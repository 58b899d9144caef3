"""One photo to correct, and what became of it: small, and fit to travel between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from colorfix.choices import MAX_PIXELS
from colorfix.photos import Writing as PhotoWriting

if TYPE_CHECKING:
    from colorfix.choices import TraceDetail
    from colorfix.errors import OutputError, PhotoError
    from colorfix.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to correct; small, since there may be a million.

    Attributes:
        source: path of the photo.
        output: path to write; empty where the photo is only checked.
        report: path of the loss report, or None for none.
        target: path of what guides it, or ``neutral``.
        in_place: whether the output, which is the source, is to be replaced.
        backup: path under which the original is kept before that, or None.
    """

    source: str
    output: str
    report: str | None
    target: str
    in_place: bool = False
    backup: str | None = None


@dataclass(frozen=True)
class Writing:
    """How results are written.

    Attributes:
        overwrite: whether existing files may be replaced.
        photo: how photos are written.
        trace: how much of the trace a report holds.
        preserve: whether outputs get their photo's times and permissions, exactly.
        tag: whether a tag in the photo tells what was done.
    """

    overwrite: bool = False
    photo: PhotoWriting = field(default_factory=PhotoWriting)
    trace: TraceDetail = "thin"
    preserve: bool = False
    tag: bool = True


@dataclass(frozen=True)
class Order:
    """What holds for all jobs of a run.

    Attributes:
        settings: how photos are corrected.
        writing: how results are written.
        max_pixels: width times height that is still accepted.
        threshold: mean ΔE (CIEDE2000) of a correction above which a photo has a cast, where photos are only
            checked; None where they are corrected.
    """

    settings: Settings
    writing: Writing = field(default_factory=Writing)
    max_pixels: int = MAX_PIXELS
    threshold: float | None = None


@dataclass(frozen=True)
class Corrected:
    """A job done.

    Attributes:
        job: which.
        report: the loss report.
    """

    job: Job
    report: dict[str, Any]


@dataclass(frozen=True)
class Skipped:
    """A job that an earlier run did; nothing is left to do.

    Attributes:
        job: which.
        reason: how that is known.
    """

    job: Job
    reason: str


@dataclass(frozen=True)
class Checked:
    """A photo looked at; nothing was written.

    Attributes:
        job: which.
        delta_e: how far its correction would move it, mean CIEDE2000.
        cast: whether that is above the threshold.
        gains: what would correct it, red, green, blue.
        warnings: what had to be assumed, a sentence each.
    """

    job: Job
    delta_e: float
    cast: bool
    gains: list[float]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A job not done; nothing new stands for it (with leave to overwrite, a photo whose report failed does).

    Attributes:
        job: which.
        error: why, with the file and the remedy.
    """

    job: Job
    error: PhotoError | OutputError


Outcome: TypeAlias = Corrected | Skipped | Checked | Failed
"""What became of a job."""
