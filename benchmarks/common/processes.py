"""A whole program, measured from outside: wall time, processor time and memory of all its processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERY = 0.05  # seconds between two looks at memory
_SESSION = 3  # behind the name in /proc/PID/stat
_LAUNCHER = Path(__file__).parent / "launcher.py"
_NOT_PASSED_ON = re.compile(
    r"OMP_|OPENBLAS_|MKL_|GLIBC_TUNABLES|MALLOC_|PYTHONDONTWRITEBYTECODE|PYTHONUNBUFFERED"
)


class ProgramFailed(Exception):
    """A program did not do what it was measured for."""


@dataclass(frozen=True)
class Cost:
    """What a run took.

    Attributes:
        wall: seconds from start to end.
        cpu: seconds of user and system time of the program and of all children that it waited for.
        peak: MiB, the most that its processes held at one look, or None where nobody looked: the sum of
            their proportional set sizes, so that a page that two share counts once.
        largest: MiB, the most that the largest of its processes ever held, by the kernel's own account.
    """

    wall: float
    cpu: float
    peak: float | None
    largest: float


def run(command: Sequence[str], *, watched: bool = False, success: int = 0) -> Cost:
    """Run a program in a session of its own, with this Python's scripts first on the path.

    Variables that set a number of threads or the allocator, or that keep Python from storing what it
    compiled, are not passed on: it runs as users have it.

    Args:
        command: the program and its arguments.
        watched: look at its memory 20 times a second, which slows it down; the times of such a run count
            for nothing.
        success: the status that it ends with when all is well.

    Raises:
        ProgramFailed: it ended with another status, or left a process behind.
    """
    with tempfile.TemporaryDirectory() as place:
        account, talk = Path(place) / "account", Path(place) / "talk"
        peak, session = _launched([*_launcher(account), *command], talk, watched=watched)
        said = talk.read_text(encoding="utf-8", errors="replace")[-2000:]
        if not account.exists():
            raise ProgramFailed(f"{' '.join(command[:6])} did not start:\n{said}")
        wall, cpu, largest, status = map(float, account.read_text(encoding="ascii").split())
    if status != success:
        raise ProgramFailed(f"{' '.join(command[:6])} ended with {status:.0f}:\n{said}")
    if left := _members(session):
        raise ProgramFailed(f"{' '.join(command[:6])} left processes behind: {left}")
    return Cost(wall, cpu, peak, largest)


def _launcher(account: Path) -> list[str]:
    return [sys.executable, "-I", "-S", str(_LAUNCHER), str(account)]


def _launched(command: Sequence[str], talk: Path, *, watched: bool) -> tuple[float | None, int]:
    """Run the launcher; return the peak of memory, if watched, and the session's number."""
    with talk.open("wb") as file:
        process = subprocess.Popen(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            peak = _watched(process.pid) if watched else None
            process.wait()
        except BaseException:  # Ctrl-C does not reach another session
            os.killpg(process.pid, signal.SIGTERM)
            raise
    return peak, process.pid


def is_installed(program: str) -> bool:
    """Whether ``run`` would find a program."""
    return shutil.which(program, path=_environment()["PATH"]) is not None


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not _NOT_PASSED_ON.match(name)}
    return own | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', os.defpath)}"}


def _watched(session: int) -> float:
    """Return the highest sum of memory, MiB, of all but the session's first process, until that ends."""
    peak = 0.0
    while os.waitid(os.P_PID, session, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        peak = max(peak, sum(_memory(member) for member in _members(session) if member != session))
        time.sleep(_EVERY)
    return peak


def _members(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                rest = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                )
            except OSError:  # it has ended
                continue
            if int(rest[_SESSION]) == session and rest[0] != "Z":
                found.append(int(entry.name))
    return found


def _memory(process: int) -> float:
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended
        return 0.0
    return sum(map(int, re.findall(r"^Pss:\s+(\d+) kB", told, re.MULTILINE))) / 1024
