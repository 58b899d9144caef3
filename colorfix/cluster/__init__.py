"""Photos by the million, on many machines: Ray Data maps one operator over rows that name them.

    rows of paths ──Corrector──▶ rows of outcomes      no pixel travels: actors fetch, correct, publish

An actor is a shell round :mod:`colorfix.batch`, which does all that is done to a photo. Ray and pyarrow are
imported with the first use and by nobody else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.cluster.actor import Corrector

__all__ = ["Corrector"]


def __getattr__(name: str) -> object:
    """Import the operator when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("colorfix.cluster.actor"), name)
