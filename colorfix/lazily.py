"""A room imports what it offers when that is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazily(room: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and the ``__dir__`` of a room (PEP 562).

    Args:
        room: its full name.
        homes: the module of each name that it offers.

    >>> offered, listed = lazily("colorfix", {"ColorfixError": "colorfix.errors"})
    >>> offered("ColorfixError").__module__, "ColorfixError" in listed()
    ('colorfix.errors', True)
    """

    def offered(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return offered, lambda: sorted({*vars(import_module(room)), *homes})
