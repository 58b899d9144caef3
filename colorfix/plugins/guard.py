"""Somebody else's code is run: whatever it raises is told, and only Ctrl-C ends colorfix."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from colorfix.core.text import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def told(failure: Callable[[str], Exception]) -> Iterator[None]:
    """Turn whatever is raised inside, ``sys.exit`` too, into an error of ours.

    Args:
        failure: makes the error from what was raised, such as ``"ZeroDivisionError: division by zero"``.

    >>> with told(lambda raised: ValueError(f"it raised {raised}")):
    ...     raise SystemExit(3)
    Traceback (most recent call last):
    ValueError: it raised SystemExit: 3
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        raise failure(f"{type(error).__name__}: {said(error)}") from error
