"""The command: a thin layer over :mod:`colorfix.correction.correct` and :mod:`colorfix.batch`.

Exit status: 0 all done, 1 any photo or output failed, 2 wrong usage, 70 a bug, 130 stopped by Ctrl-C, 143 by
SIGTERM.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

STOPPED, TERMINATED = 130, 143
"""128 + SIGINT and 128 + SIGTERM, as shells have it."""

_RARELY = 100_000
"""New objects between two garbage collections; one photo makes 57 000, and nearly all of them stay."""


class _Terminated(BaseException):
    """SIGTERM, raised so that it unwinds as Ctrl-C does."""


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def main() -> NoReturn:
    """Run the command line; the console script ``colorfix`` and ``python -m colorfix`` come here."""
    try:
        signal.signal(signal.SIGTERM, _terminate)
        gc.set_threshold(_RARELY)
        from colorfix.cli.app import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = STOPPED
    except _Terminated:
        status = TERMINATED
    _leave(status)


def _leave(status: int) -> NoReturn:
    """Exit at once: all is written, and unloading NumPy takes 30 ms, torch a second."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed, or its reader has gone
            stream.flush()
    os._exit(status)
