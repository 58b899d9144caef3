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
        output: path to write.
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
    """

    settings: Settings
    writing: Writing = field(default_factory=Writing)
    max_pixels: int = MAX_PIXELS


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
class Failed:
    """A job not done; nothing new stands for it (with leave to overwrite, a photo whose report failed does).

    Attributes:
        job: which.
        error: why, with the file and the remedy.
    """

    job: Job
    error: PhotoError | OutputError


Outcome: TypeAlias = Corrected | Failed
"""What became of a job."""
