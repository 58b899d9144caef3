"""Scratch folders: those of living processes stay, those of killed processes are removed."""

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
"""Make and remove folders; print how many existed."""


def test_processes_that_start_together_do_not_remove_each_others_folders(tmp_path):
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


def test_the_folder_of_a_killed_process_is_removed_by_the_next(tmp_path, monkeypatch):
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
