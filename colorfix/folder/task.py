"""A job in hand: what a worker is told beside the job itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.folder.job import Job
    from colorfix.folder.marks import Entry


@dataclass(frozen=True, slots=True)
class Task:
    """A job on its way through the engine.

    Attributes:
        number: of the job in the plan.
        job: which.
        made: fingerprint of all that changes its output.
        ours: what the journal proves to be an earlier run's output and may be replaced; None for nothing.
        done: whether that output is to stay, should the source's bytes be the same as then.
        alone: whether it is suspected of having killed a worker, and must have one for itself.
    """

    number: int
    job: Job
    made: str
    ours: Entry | None = None
    done: bool = False
    alone: bool = False
