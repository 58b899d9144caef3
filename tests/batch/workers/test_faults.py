"""What one photo does costs that photo; what the disk does is told; Ctrl-C stops at once."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from contextlib import contextmanager

import numpy as np
import pytest
from disturbed import Shoot, all_gone, children, photo
from PIL import Image

from colorfix.core.atomic import PLACE

MEAN = """
import os, signal, time

def mean(gains, scene):
    '''A penalty that does harm where a photo is plain.'''
    for green in scene.source_means[:, 1].tolist():
        if abs(green - 0.20) < 0.001:
            os.kill(os.getpid(), signal.SIGSEGV)
        if abs(green - 0.40) < 0.001:
            time.sleep(1000)
        if abs(green - 0.60) < 0.001:
            raise ZeroDivisionError
    return (gains[:, 1] - 1) ** 2
"""


def plain(folder, green: float) -> bytes:
    """A PNG of one colour."""
    path = folder / "plain.png"
    Image.fromarray(np.full((8, 8, 3), (200, round(255 * green), 60), np.uint8)).save(path)
    return path.read_bytes()


def lines_of(shoot, done) -> dict[str, str]:
    """Errors by the photo that they name."""
    errors = [line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")]
    return {name: line for line in errors for name in shoot.names if name in line}


def test_a_crash_a_hang_and_a_bug_fail_one_photo_each(tmp_path):
    """Somebody's regularizer ends its process for one photo, sleeps for ever for another, raises for one."""
    (tmp_path / "mean.py").write_text(MEAN)
    shoot = Shoot(tmp_path, options=("--steps", "5", "--starts", "one", "--space", "srgb")).fill(9)
    for name, green in (("crash.png", 0.2), ("hang.png", 0.4), ("bug.png", 0.6)):
        shoot.put(name, plain(tmp_path, green))
    done = shoot.run("out", "-R", "./mean.py:mean=1", "--timeout", "3")
    errors = lines_of(shoot, done)
    assert (done.returncode, sorted(errors)) == (1, ["bug.png", "crash.png", "hang.png"]), done.stderr
    assert "signal 11, Segmentation fault" in errors["crash.png"]
    assert "took more than 3 s" in errors["hang.png"]
    assert "ZeroDivisionError" in errors["bug.png"]
    assert "Traceback" not in done.stderr
    assert sorted(shoot.results()) == [name for name in shoot.names if name[0].isdigit()]


def test_bad_files_fail_alone_and_fail_fast_ends_the_run(tmp_path):
    shoot = Shoot(tmp_path).fill(6)
    bad = {
        "cut.jpg": photo(1)[:-300],
        "empty.jpg": b"",
        "text.jpg": b"no photo",
        "black.png": plain(tmp_path, 0),
    }
    Image.new("RGB", (8, 8)).save(tmp_path / "black.png")
    bad["black.png"] = (tmp_path / "black.png").read_bytes()
    for name, data in bad.items():
        shoot.put(name, data)
    shoot.names.append("missing.jpg")
    done = shoot.run()
    assert sorted(lines_of(shoot, done)) == sorted([*bad, "missing.jpg"])
    assert (done.returncode, len(shoot.results()), "Traceback" in done.stderr) == (1, 6, False)
    done = shoot.run("fast", "--fail-fast", "-j", "1")
    assert (done.returncode, len(lines_of(shoot, done))) == (1, 1)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_stops_within_two_seconds_and_leaves_complete_files_only(tmp_path, number, status):
    """A terminal sends Ctrl-C to every process; kill sends SIGTERM to one."""
    shoot = Shoot(tmp_path, options=("--steps", "100000", "--patience", "0")).fill(30)
    process = shoot.start_work()
    time.sleep(0.7)
    workers = children(process.pid)
    assert len(workers) == 2
    begun = time.monotonic()
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, said = process.communicate()
    assert time.monotonic() - begun < 2
    assert (process.returncode, "Traceback" in said) == (status, False)
    assert all_gone(workers)
    for name, data in shoot.results().items():
        assert name in shoot.names
        assert data.endswith(b"\xff\xd9")


def test_a_hanging_worker_does_not_delay_ctrl_c(tmp_path):
    (tmp_path / "mean.py").write_text(MEAN)
    shoot = Shoot(tmp_path, options=("--steps", "5", "--starts", "one", "--space", "srgb"))
    shoot.fill(1).put("hang.png", plain(tmp_path, 0.4))
    process = shoot.start_work("out", "-R", "./mean.py:mean=1")
    time.sleep(1)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.communicate()
    assert (process.returncode, time.monotonic() - begun < 2) == (130, True)


@contextmanager
def small_disk(folder, size):
    """A file system of its own, if we may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_reported_and_the_run_resumes_on_a_larger_one(tmp_path):
    shoot = Shoot(tmp_path).fill(40)
    assert shoot.run("whole").returncode == 0
    # 160 KB of photos and 109 KB of journal do not fit; the first batch, with another one under way, does
    with small_disk(tmp_path / "out", "208k"):
        done = shoot.run()
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert "no space left on the device" in done.stderr
        written = shoot.results()
        assert 0 < len(written) < 40
        assert written.items() <= shoot.results("whole").items()
        subprocess.run(["mount", "-o", "remount,size=8m", str(tmp_path / "out")], check=True)
        assert shoot.run().returncode == 0
        assert shoot.results() == shoot.results("whole")


def test_a_journal_that_cannot_grow_ends_the_run_and_no_unjournaled_photo_is_published(tmp_path):
    """With ``ulimit -f``: photos are small enough, the journal is not."""
    shoot = Shoot(tmp_path).fill(20)
    limited = subprocess.run(
        shoot.command(), cwd=tmp_path, text=True, capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
    )  # fmt: skip
    assert (limited.returncode, "Traceback" in limited.stderr) == (1, False)
    assert "out/.colorfix.jsonl: larger than a file may be here" in limited.stderr
    written = shoot.results()
    assert len(written) < 20
    done = shoot.run()
    assert (done.returncode, len(shoot.results())) == (0, 20), done.stderr


def test_temporary_files_of_dead_processes_are_removed_and_of_live_ones_are_not(tmp_path):
    shoot = Shoot(tmp_path).fill(2)
    out = tmp_path / "out"
    out.mkdir()
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, alive = (f".colorfix-{process}-{PLACE}-0123456789abcdef.tmp" for process in (gone.pid, os.getpid()))
    for name in (dead, alive, ".colorfix-notes.tmp"):
        (out / name).write_bytes(b"")
    assert shoot.run().returncode == 0
    assert sorted(shoot.results()) == [alive, ".colorfix-notes.tmp", *shoot.names]
