"""What all workers of a run are told at their start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from colorfix.folder.job import Order
    from colorfix.folder.journal import Journal
    from colorfix.folder.originals import Originals
    from colorfix.folder.treatment import Treatment


@dataclass(frozen=True, eq=False)
class Brief:
    """What all workers of a run are told at their start.

    Attributes:
        treatment: what is done to photos.
        order: what holds for all jobs.
        share: bytes of decoded photos that a worker may hold.
        originals: paths that are never overwritten.
        journal: of the run; None where photos are only checked.
        supervisor: process id.
    """

    treatment: Treatment[Any, Any]
    order: Order
    share: int
    originals: Originals
    journal: Journal | None
    supervisor: int
