"""Folders through the real command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from glob import glob
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-P", "-m", "colorfix", "correct"]


def test_a_dry_run_prints_the_plan_and_writes_nothing(colorfix, shoot, small, tmp_path):
    shoot("p/a\n.jpg", "p/s/b.jpg", "p/notes.txt")
    shoot("guide.jpg", content=small)
    before = sorted(os.walk(tmp_path))
    done = colorfix("correct", "p", "-r", "-t", "guide.jpg", "-o", "new/out/", "-n")
    assert (done.returncode, done.stderr) == (0, "left out: other files 1\n")
    assert done.stdout == (
        "p/a\\n.jpg -> new/out/a\\n.jpg  (guide.jpg)\np/s/b.jpg -> new/out/s/b.jpg  (guide.jpg)\n"
    )
    done = colorfix("correct", "p", "-t", "neutral", "--in-place", "--backup", "--dry-run", "--json", "-q")
    same = dict.fromkeys(("source", "output"), "p/a\n.jpg")
    rest = {"target": "neutral", "report": None, "page": None, "backup": "p/a\n.jpg.orig"}
    assert json.loads(done.stdout) == same | rest
    assert done.stderr == ""
    done = colorfix("correct", "p", "-t", "none.jpg", "-o", "new/", "-n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("error: none.jpg: does not exist; check the spelling\n")
    assert sorted(os.walk(tmp_path)) == before


def test_a_refused_plan_writes_nothing(colorfix, shoot, tmp_path):
    shoot("p/a.jpg", "p/guide.jpg")
    for words in ((), ("--dry-run",)):
        done = colorfix("correct", "p", "-t", "p/guide.jpg", "-o", "new", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "--exclude guide.jpg" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["p"]


def test_odd_names_through_find_and_a_pipe(shoot, small, tmp_path):
    names = [os.fsencode(name) for name in ("-a.jpg", "b\nc.jpg", "[d].jpg")] + [b"caf\xe9.jpg"]
    shoot(*(b"p/" + name for name in names), content=small)
    find = subprocess.run(["find", "p", "-name", "*.jpg", "-print0"], capture_output=True, check=True)
    words = ["--files-from", "-", "-0", "-t", "neutral", "-o", "out", "-q"]
    done = subprocess.run([*PROGRAM, *words], input=find.stdout, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(os.listdir(b"out")) == sorted([b".colorfix.jsonl", *names])


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--check",)], ids=str)
def test_a_list_with_nuls_needs_its_option(options, shoot, small):
    shoot("p/a.jpg", content=small)
    line = [*PROGRAM, "--files-from", "-", "-t", "neutral", *options]
    line += [] if "--check" in options else ["-o", "out"]
    done = subprocess.run(line, input=b"p/a.jpg\0p/b.jpg\0", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"error: --files-from -: holds NULs; add -0, if they end its names\n"


def test_a_list_through_a_named_pipe_is_read_once(shoot, small, tmp_path):
    shoot("p/a.jpg", content=small)
    line = f"{shlex.join(PROGRAM)} --files-from <(echo p/a.jpg) -t neutral -o out -q"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(os.listdir("out")) == [".colorfix.jsonl", "a.jpg"]


def test_a_missing_target_fails_its_own_photo_only(colorfix, shoot, small):
    shoot("p/a.jpg", "p/b.jpg", "p/a_ref.jpg", content=small)
    done = colorfix(
        "correct", "p", "--exclude", "*_ref.jpg", "--target-for", "{stem}_ref.jpg", "-o", "out", "-q"
    )
    assert (done.returncode, done.stderr) == (1, "error: p/b_ref.jpg: does not exist; check the spelling\n")
    assert sorted(os.listdir("out")) == [".colorfix.jsonl", "a.jpg", "failed.txt"]


def test_a_missing_target_of_all_photos_ends_the_command(colorfix, shoot, tmp_path):
    shoot("p/a.jpg")
    done = colorfix("correct", "p", "-t", "guide.jpg", "-o", "out")
    assert (done.returncode, done.stderr) == (1, "error: guide.jpg: does not exist; check the spelling\n")
    assert os.listdir(tmp_path) == ["p"]


def test_a_bad_photo_and_an_existing_result_fail_only_their_own_photos(colorfix, shoot, small):
    shoot("p/a.jpg", "p/c.jpg", content=small)
    shoot("p/b.jpg", "out/c.jpg", content=b"precious")
    done = colorfix("correct", "p", "-t", "neutral", "-o", "out", "-q")
    assert done.returncode == 1
    printed = {line.split(":")[1] for line in done.stderr.splitlines() if line.startswith("error:")}
    assert printed == {" p/b.jpg", " out/c.jpg"}
    assert Path("out/a.jpg").exists()
    assert Path("out/c.jpg").read_bytes() == b"precious"


CAPABILITIES = "-dac_override,-dac_read_search"


@pytest.fixture
def ordinary():
    """Run the command as somebody whom permissions hold: root without its leave to pass over them."""
    drop = [] if os.geteuid() else ["setpriv", f"--bounding-set={CAPABILITIES}", f"--inh-caps={CAPABILITIES}"]
    if drop and not shutil.which("setpriv"):
        pytest.skip("root needs setpriv to be held by permissions")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*drop, *PROGRAM, *words], capture_output=True, text=True, check=False)

    return run


def test_a_folder_that_cannot_be_listed_is_reported_and_the_rest_is_corrected(ordinary, shoot, small):
    shoot("p/a.jpg", "p/locked/b.jpg", "p/z.jpg", content=small)
    os.chmod("p/locked", 0)
    done = ordinary("p", "-r", "-t", "neutral", "-o", "out", "-q")
    assert done.returncode == 1
    assert (
        done.stderr == "error: p/locked: cannot be listed (permission denied); its photos are not corrected\n"
    )
    assert sorted(glob("*", root_dir="out")) == ["a.jpg", "z.jpg"]


def test_an_unwritable_folder_is_refused_before_the_run(ordinary, shoot, small):
    shoot("p/a.jpg", "locked/x", content=small)
    os.chmod("locked", 0o500)
    done = ordinary("p", "-t", "neutral", "-o", "locked/new")
    assert (done.returncode, done.stderr) == (
        1,
        "error: locked: may not be written to; choose another folder\n",
    )
