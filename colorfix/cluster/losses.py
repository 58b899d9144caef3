"""Batches that are lost for good: Ray Data passes over them, and tells its log alone why."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from colorfix.core.errors import SettingError
from colorfix.core.text import said

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGS = ("ray.data", "ray")
_NAMED = re.compile(r"[\w.]*(?:Error|Exception|Exit|Interrupt|\.[A-Z]\w*)(?:: |$)")
_REFUSED = f"{SettingError.__name__}: "


def root_of(error: BaseException) -> str:
    r"""Say what an error of Ray's comes down to: the first exception that a report with tracebacks names.

    >>> root_of(RuntimeError("The actor died.\n  File x.py, line 3\nModuleNotFoundError: no colorfix\n"))
    'ModuleNotFoundError: no colorfix'
    >>> cause = "ray::Corrector (pid=7)\n  File x.py, line 3\nOSError: no room\n\nThe above ..."
    >>> root_of(RuntimeError(f"{cause}\nray.exceptions.UserCodeException: failed\nTo change retries, ..."))
    'OSError: no room'
    """
    lines = [line for line in str(error).splitlines() if line.strip()]
    named = (line for line in lines if _NAMED.match(line) and not line.startswith("ray.exceptions."))
    found = next(named, lines[0] if lines else "")
    return said(Exception(found.removeprefix("colorfix.core.errors."))) if found else said(error)


class Losses(logging.Handler):
    """Remembers why the last batch was lost, so that its photos can be told of.

    >>> losses = Losses()
    >>> losses.emit(logging.LogRecord("ray.data", 40, "", 0, "lost", (), (OSError, OSError("no room"), None)))
    >>> losses.reason
    'was lost with its batch (no room); the same command tries it again'
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._last = "its worker died again and again"

    @property
    def reason(self) -> str:
        """What is told of a photo of such a batch."""
        return f"was lost with its batch ({self._last}); the same command tries it again"

    def check(self) -> None:
        """See that no node has refused to take part.

        Raises:
            SettingError: one has.
        """
        if self._last.startswith(_REFUSED):
            raise SettingError(self._last.removeprefix(_REFUSED))

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of an error that was met."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._last = root_of(error)

    @contextmanager
    def heard(self, *, talking: bool) -> Iterator[None]:
        """Listen while batches are done; nobody else is told, unless Ray may talk."""
        import ray.data

        context = ray.data.DataContext.get_current()
        context.max_errored_blocks = -1
        context.enable_progress_bars = context.print_on_execution_start = talking
        logs = [logging.getLogger(name) for name in _LOGS]
        before, raising = [log.handlers for log in logs], logging.raiseExceptions
        logging.raiseExceptions = talking  # Ray's own log may have no room
        for log in logs:
            log.handlers = [*(log.handlers if talking else ()), self]
        try:
            yield
        finally:
            logging.raiseExceptions = raising
            for log, handlers in zip(logs, before, strict=True):
                log.handlers = handlers
