"""Folders of small photos, and the real command run on them, so that it can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

QUICK = ("--steps", "5", "--starts", "one", "-R", "none")
"""What is learned matters nothing here."""


OWN = {".colorfix.jsonl", "failed.txt"}


def photo(seed: int, *, size: int = 64) -> bytes:
    """An amber JPEG with some structure, another one for each seed."""
    random = np.random.default_rng(seed)
    scene = random.uniform(0.2, 0.9, (8, 8, 3)) * (1.0, 0.75, 0.45)
    pixels = np.kron(scene, np.ones((size // 8, size // 8, 1))) + random.normal(0, 0.02, (size, size, 3))
    file = BytesIO()
    Image.fromarray((255 * pixels.clip(0, 1)).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


@dataclass
class Shoot:
    """A folder with photos in ``photos/`` and a way to correct them into another one.

    Attributes:
        folder: where ``photos/`` is.
        options: of the command, beside sources and target.
    """

    folder: Path
    options: tuple[str, ...] = QUICK
    names: list[str] = field(default_factory=list)

    def fill(self, count: int) -> Shoot:
        """Put photos into it."""
        (self.folder / "photos").mkdir(exist_ok=True)
        for seed in range(count):
            self.put(f"{seed:03d}.jpg", photo(seed))
        return self

    def put(self, name: str, data: bytes) -> None:
        """Put one photo into it."""
        (self.folder / "photos" / name).write_bytes(data)
        self.names = sorted({*self.names, name})

    def arguments(self, output: str = "out", *more: str) -> list[str]:
        """The arguments of the command that corrects all of it."""
        sources = [f"photos/{name}" for name in self.names]
        jobs = ("-j", "2", "-t", "neutral", "-o", f"{output}/")
        return ["correct", *sources, *jobs, *self.options, *more]

    def command(self, output: str = "out", *more: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-P", "-m", "colorfix", *self.arguments(output, *more)]

    def start(self, output: str = "out", *more: str) -> subprocess.Popen[str]:
        """Start it, in a process group of its own."""
        return subprocess.Popen(
            self.command(output, *more), cwd=self.folder, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def start_work(self, output: str = "out", *more: str) -> subprocess.Popen[str]:
        """Start it, and wait until it is past its imports and about to hand out work."""
        process = self.start(output, *more)
        lines = self._journal_lines(output)
        while process.poll() is None and self._journal_lines(output) == lines:
            time.sleep(0.002)
            if lines and any(children(process.pid)):
                break
        return process

    def _journal_lines(self, output: str) -> int:
        journal = self.folder / output / ".colorfix.jsonl"
        return len(journal.read_bytes().splitlines()) if journal.exists() else 0

    def run(self, output: str = "out", *more: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.command(output, *more), cwd=self.folder, text=True,
            capture_output=True, check=False, timeout=100,
        )  # fmt: skip

    def results(self, output: str = "out") -> dict[str, bytes]:
        """Every file that a run has left, but for its journal and the list of what failed."""
        found = [path for path in (self.folder / output).iterdir() if path.name not in OWN]
        return {path.name: path.read_bytes() for path in found}


def children(process: int) -> list[int]:
    """Process ids of the workers."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return [int(number) for number in text.split()]


def kill(process: subprocess.Popen[str], whom: str) -> None:
    """Send SIGKILL to the whole group, to the supervisor alone, or to one worker, and wait for the end."""
    workers = children(process.pid)
    with suppress(ProcessLookupError):  # it has ended by itself
        if whom == "group":
            os.killpg(process.pid, signal.SIGKILL)
        elif whom == "supervisor" or not workers:
            process.kill()
        else:
            os.kill(workers[-1], signal.SIGKILL)
    process.communicate(timeout=60)
    assert all_gone(workers)


def all_gone(processes: list[int], seconds: float = 5.0) -> bool:
    """Whether all of them have ended, soon."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return True
        time.sleep(0.01)
    return False
