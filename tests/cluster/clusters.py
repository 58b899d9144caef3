"""Shared by the cluster tests: find, await and kill actors; a server that checks credentials."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

WORKER = b"ray::MapWorker(MapBatches(Corrector))"
"""Ray's name of the process of an actor."""


def actors(session: int) -> list[int]:
    """Process ids of a session's actors."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                ours = os.getsid(int(entry.name)) == session
                if ours and (entry / "cmdline").read_bytes().startswith(WORKER):
                    found.append(int(entry.name))
            except OSError:  # it has ended
                continue
    return found


def wait_for(happened, process: subprocess.Popen[str], seconds: float = 120.0) -> Any:
    """Wait until something is so while a process runs, and return it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        found = happened()
        if found:
            return found
        time.sleep(0.02)
    status = process.poll()
    with suppress(ProcessLookupError):  # its children would hold its pipes open
        os.killpg(process.pid, signal.SIGKILL)
    raise AssertionError(f"did not happen; status {status}\n{process.communicate(timeout=60)[1][-3000:]}")


def reset_auth(endpoint: str, free: str) -> None:
    """Let the server look at credentials after so many requests."""
    kind = {"Content-Type": "text/plain"}
    asked = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", free.encode(), kind)  # noqa: S310 - our own
    urllib.request.urlopen(asked).close()  # noqa: S310 - likewise
