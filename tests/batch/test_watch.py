"""``--watch``: photos are corrected as they arrive, whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

QUICK = ("-t", "neutral", "-R", "none", "--steps", "1", "--starts", "one")


LOOK_OFTEN = "from colorfix.batch import watch; watch.LOOK = 0.1; from colorfix.cli import main; main()"
"""The command, which looks ten times a second instead of once."""


@contextmanager
def watching(folder, *arguments):
    """The command, watching in a process of its own; ended by Ctrl-C."""
    command = [sys.executable, "-P", "-c", LOOK_OFTEN, "correct", "--watch", "in", *QUICK, "-o", "out"]
    with subprocess.Popen([*command, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "watching in; Ctrl-C ends\n"
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)


@pytest.fixture
def shoot(cat, tmp_path):
    """A folder with one photo in it, and another photo elsewhere."""
    os.mkdir(tmp_path / "in")
    shutil.copy(cat.source, tmp_path / "in/first.jpg")
    shutil.copy(cat.truth, tmp_path / "later.jpg")
    os.utime(tmp_path / "later.jpg", (1_000_000_000, 1_000_000_000))
    return tmp_path


def test_photos_are_corrected_as_they_arrive_and_not_before_they_are_complete(colorfix, shoot):
    """One is there; one is moved in; one is written in three pieces, as a camera does over a cable."""
    with watching(shoot) as process:
        assert process.stderr.readline().startswith("in/first.jpg -> out/first.jpg  gains ")
        shutil.copy2(shoot / "later.jpg", shoot / "copy.jpg")
        os.rename(shoot / "copy.jpg", shoot / "in/moved.jpg")
        assert process.stderr.readline().startswith("in/moved.jpg -> ")
        data = (shoot / "later.jpg").read_bytes()
        with open(shoot / "in/slow.jpg", "wb", buffering=0) as file:
            for piece in (data[:100], data[100:5000], data[5000:]):
                file.write(piece)
                time.sleep(1.2)
                assert not (shoot / "out/slow.jpg").exists()
        assert process.stderr.readline().startswith("in/slow.jpg -> ")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert rest.startswith("corrected 3 in ")
    colorfix("correct", "later.jpg", *QUICK, "-o", "alone.jpg")
    alone = (shoot / "alone.jpg").read_bytes()
    assert (shoot / "out/slow.jpg").read_bytes() == (shoot / "out/moved.jpg").read_bytes() == alone


def test_an_error_is_reported_and_the_other_photos_are_corrected(shoot):
    """The result of one photo is somebody else's file."""
    os.mkdir(shoot / "out")
    (shoot / "out/first.jpg").write_text("precious")
    with watching(shoot) as process:
        assert process.stderr.readline().startswith("error: out/first.jpg: exists")
        os.rename(shoot / "later.jpg", shoot / "in/second.jpg")
        assert process.stderr.readline().startswith("in/second.jpg -> ")
    assert process.returncode == 1
    assert (shoot / "out/first.jpg").read_text() == "precious"
    assert (shoot / "out/failed.txt").read_text() == "in/first.jpg\n"


def test_a_watch_waits_for_another_run_in_the_same_folder(shoot):
    """Its journal is one run's alone; told once, however often it is looked."""
    import fcntl

    os.mkdir(shoot / "out")
    with open(shoot / "out/.colorfix.jsonl", "w") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        with watching(shoot) as process:
            assert "is in use by another run" in process.stderr.readline()
            time.sleep(0.5)  # five looks
            fcntl.flock(journal, fcntl.LOCK_UN)
            assert process.stderr.readline().startswith("in/first.jpg -> ")
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["later.jpg", "-o", "out"], "later.jpg is none", id="a photo"),
        pytest.param(["in", "--in-place"], "results would be taken for arrivals", id="in place"),
        pytest.param(["--files-from", "list", "-o", "out"], "no photos arrive in a list", id="a list"),
        pytest.param(["in", "--check"], "drop one of them", id="a check"),
        pytest.param(["in", "-o", "out", "--fail-fast"], "drop one of them", id="to the first failure"),
    ],
)
def test_options_that_conflict_with_watch_are_refused(invoke, shoot, arguments, message):
    done = invoke("correct", "--watch", *arguments, "-t", "neutral")
    assert done.returncode == 2
    assert message in done.stderr


def test_pooled_gains_conflict_with_watch(invoke, tmp_path):
    (tmp_path / "in").mkdir()
    done = invoke("correct", "--watch", "in", "-t", "neutral", "-o", "out", "--gains-from", "pooled")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--gains-from pooled cannot be used with --watch: pooling needs all photos" in done.stderr


def test_the_index_is_updated_as_photos_arrive(shoot):
    """The folder of pages lies beside the index, and each photo is in it once it is told."""
    index = shoot / "pages.html"
    with watching(shoot, "--html", "pages.html") as process:
        for name in ("first.jpg", "second.jpg"):
            if name == "second.jpg":
                os.rename(shoot / "later.jpg", shoot / "in/second.jpg")
            assert process.stderr.readline().startswith(f"in/{name} -> ")
            until = time.monotonic() + 5
            while time.monotonic() < until and f">in/{name}</a>" not in index.read_text(encoding="utf-8"):
                time.sleep(0.02)
            assert f">in/{name}</a>" in index.read_text(encoding="utf-8")
    assert len(os.listdir(shoot / "pages_files")) == 6
