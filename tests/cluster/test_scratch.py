"""Temporary folders of many processes: those of the living are left alone, those of the dead removed."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from colorfix.cluster.actor import ScratchFolder

TIMES, PROCESSES = 200, 8
BEGUN = f"""
from colorfix.cluster.actor import ScratchFolder
there = 0
for _ in range({TIMES}):
    scratch = ScratchFolder()
    there += scratch.folder().is_dir()
    scratch.close()
print(there)
"""
"""Make folders and remove them; say how often one was there."""


def test_many_that_begin_at_once_do_not_sweep_each_other(tmp_path):
    command, environment = [sys.executable, "-P", "-c", BEGUN], {"TMPDIR": str(tmp_path), "PATH": ""}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    try:
        assert [process.communicate(timeout=60)[0] for process in running] == [f"{TIMES}\n"] * PROCESSES
    finally:
        for process in running:
            process.kill()


def test_what_a_killed_process_has_left_is_removed_by_the_next(tmp_path, monkeypatch):
    code = (
        "import os; from colorfix.cluster.actor import ScratchFolder;"
        "ScratchFolder().folder(); os.kill(os.getpid(), 9)"
    )
    environment = {"TMPDIR": str(tmp_path), "PATH": ""}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=60)
    (left,) = tmp_path.iterdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch = ScratchFolder()
    assert not left.exists()
    scratch.close()
