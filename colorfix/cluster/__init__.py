"""Many photos on many machines: Ray Data maps an actor over rows that name photos.

    rows of paths ──Corrector──▶ rows of outcomes      no pixel travels: actors fetch, correct, publish

An actor wraps :mod:`colorfix.batch`, which does all the work on a photo. Ray and pyarrow are imported on
first use, and by no other package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.imports import lazy_exports

if TYPE_CHECKING:
    from colorfix.cluster.actor import Corrector

__all__ = ["Corrector"]

__getattr__, __dir__ = lazy_exports(__name__, {"Corrector": "colorfix.cluster.actor"})
