"""How a worker process begins: bound to its supervisor, deaf to Ctrl-C, ended by unwinding."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import NoReturn

from colorfix.folder.malloc import reuse_memory

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What stops a run."""

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_LIBRARY = ctypes.CDLL(None)


class Ended(BaseException):
    """The supervisor has asked this worker to end; no ``except Exception`` is to catch it."""


def begin(supervisor: int) -> None:
    """Make a fresh process a worker.

    Its death signal sees to it that a worker never outlives its supervisor, even one that was killed. A
    terminal sends Ctrl-C to all processes, but only the supervisor is to act on it.

    Args:
        supervisor: its process id.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    if hasattr(_LIBRARY, "prctl"):
        _LIBRARY.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # dead before that
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    sys.stdout = sys.stderr  # data is the supervisor's to print
    reuse_memory()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Ended
