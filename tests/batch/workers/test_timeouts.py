"""--timeout holds for one photo and for many, wherever a process hangs; a crash of one photo is its error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from disturbed import Shoot, all_gone, children, photo

HARM = """
import os, signal, sys, time
import colorfix.core.atomic as atomic
import colorfix.photos.read as reading

PARENT = os.getpid()
TRUE_FSYNC = os.fsync

def hang(gains, scene):
    while os.getpid() != PARENT:
        time.sleep(1000)
    return plain(gains, scene)

def fsync(descriptor):
    if os.getpid() != PARENT and os.readlink(f'/proc/self/fd/{descriptor}').endswith('.tmp'):
        hang(None, None)
    TRUE_FSYNC(descriptor)

def link(temporary, target):
    atomic.os.link(temporary, target)
    os.kill(PARENT, signal.SIGINT)
    time.sleep(0.3)

def cut(*arguments):
    layout = TRUE_LAYOUT(*arguments)
    os.truncate('photos/000.tif', 4096)
    return layout

def crash(gains, scene):
    if os.getpid() != PARENT:
        os.kill(os.getpid(), signal.SIGSEGV)
    return plain(gains, scene)

def plain(gains, scene):
    return (gains[:, 1] - 1) ** 2

for word in os.environ.get('HARM', '').split():
    if word == 'fsync':
        os.fsync = fsync
    if word == 'link':
        atomic._link = link
    if word == 'mapped':
        import colorfix.photos.codecs.tiff.rewrite
        rewrite = sys.modules['colorfix.photos.codecs.tiff.rewrite']
        reading._MAPPED, TRUE_LAYOUT, rewrite.layout_of = 0, rewrite.layout_of, cut
"""


@pytest.fixture
def shoot(tmp_path):
    (tmp_path / "harm.py").write_text(HARM)
    return Shoot(tmp_path, options=("--steps", "5", "--starts", "one", "--space", "srgb")).fill(1)


def one(shoot, name, *options, harm="", report="--no-report"):
    """Correct one photo; return how it ended."""
    (shoot.folder / "out").mkdir(exist_ok=True)
    command = [
        *(sys.executable, "-P", "-m", "colorfix", "correct", f"photos/{name}", "-t", "neutral"),
        *("-o", f"out/{name}", "-q", report, *shoot.options, *options),
    ]
    return subprocess.run(
        command, cwd=shoot.folder, text=True, capture_output=True, check=False, timeout=60,
        env=os.environ | {"HARM": harm}, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["hang", "fsync"])
def test_one_photo_that_hangs_fails_in_time(shoot, name):
    penalty = "hang" if name == "hang" else "plain"
    done = one(shoot, "000.jpg", "-R", f"./harm.py:{penalty}=1", "--timeout", "2", harm=name)
    assert done.returncode == 1
    assert done.stderr == "error: photos/000.jpg: took more than 2 s; look at the photo or raise --timeout\n"
    assert shoot.results() == {}


def test_one_photo_that_crashes_its_process_is_an_error(shoot):
    done = one(shoot, "000.jpg", "-R", "./harm.py:crash=1")
    assert done.returncode == 1
    assert "error: photos/000.jpg: ended its process (signal 11, Segmentation fault)" in done.stderr
    assert shoot.results() == {}


def test_a_mapped_photo_that_is_cut_while_it_is_read_leaves_nothing(shoot):
    """The kernel sends SIGBUS to whoever reads pages that are no longer in the file."""
    import numpy as np
    import tifffile

    pixels = np.random.default_rng(0).integers(20, 200, (9600, 9600, 3), np.uint8)
    tifffile.imwrite(shoot.folder / "photos/000.tif", pixels, photometric="rgb", rowsperstrip=64)
    done = one(shoot, "000.tif", "-R", "./harm.py:plain=1", harm="mapped")
    assert done.returncode == 1
    assert "out/000.tif: the photo was cut while it was read" in done.stderr or "(signal 7" in done.stderr
    assert shoot.results() == {}


def test_ctrl_c_while_a_photo_is_published_waits_for_its_report(shoot):
    done = one(shoot, "000.jpg", "-R", "./harm.py:plain=1", harm="link", report="--reports")
    assert done.returncode == 130
    assert sorted(shoot.results()) in ([], ["000.jpg", "000.report.json"])


def test_a_disk_that_does_not_answer_fails_its_photos_in_time(shoot):
    shoot.put("001.jpg", photo(1))
    done = subprocess.run(
        shoot.command("out", "-R", "./harm.py:plain=1", "--timeout", "2", "-j", "1"),
        cwd=shoot.folder, text=True, capture_output=True, check=False, timeout=60,
        env=os.environ | {"HARM": "fsync"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 2
    assert "error: photos/001.jpg: took more than 2 s, twice" in done.stderr
    assert shoot.results() == {}


def _signal(processes, number):
    for process in processes:
        os.kill(process, number)


def test_a_worker_that_stops_before_its_first_step_is_replaced(shoot):
    shoot.fill(6)
    process = shoot.start("out", "--timeout", "2")
    while not (workers := children(process.pid)):
        time.sleep(0.002)
    _signal(workers, signal.SIGSTOP)
    process.communicate(timeout=60)
    assert process.returncode in {0, 1}
    assert all_gone(workers)


def test_a_run_that_is_stopped_for_longer_than_its_timeout_goes_on(shoot):
    """Ctrl-Z stops all of its processes, fg lets them go on."""
    shoot.fill(30)
    process = shoot.start_work("out", "--timeout", "4", "-j", "1")
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(10)
    os.killpg(process.pid, signal.SIGCONT)
    _, lines = process.communicate(timeout=90)
    assert (process.returncode, lines.count("error")) == (0, 0), lines
