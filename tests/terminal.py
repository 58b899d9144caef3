"""A terminal of our own, for tests of what the command shows on one."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def on_terminal(
    folder: Path, *arguments: str, stdout: bool = False, **variables: str
) -> tuple[int, str, str]:
    """Run the real command with its stderr, and on request its stdout, on a terminal.

    Returns:
        Its exit status, what the terminal got, and what stdout got, if that was none.
    """
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"} | variables
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "colorfix", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=its if stdout else subprocess.PIPE,
        stderr=its,
    ) as process:
        os.close(its)
        shown = bytearray()
        with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:  # EIO when all have closed it
            while piece := terminal.read(65536):
                shown += piece
        rest = process.stdout.read() if process.stdout else b""
    return process.returncode, shown.decode(errors="surrogateescape"), rest.decode()
