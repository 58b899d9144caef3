"""``--only-casts``: photos without a cast are passed over, as ``--others`` says."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import colorfix as package


@pytest.fixture
def shoot(cat, tmp_path, monkeypatch) -> Path:
    """A folder with an amber photo and its truth, which needs no correction."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    shutil.copy(cat.source, folder / "amber.jpg")
    shutil.copy(cat.truth, folder / "fine.jpg")
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_photo_without_a_cast_is_copied_and_counted(colorfix, shoot):
    done = colorfix("correct", "--only-casts", "shoot", "-t", "neutral", "-o", "out", "--html", "look.html")
    assert done.returncode == 0, done.stderr
    assert "corrected 1, passed over 1 (1 without a cast) in " in done.stderr
    assert (shoot / "fine.jpg").read_bytes() == Path("out/fine.jpg").read_bytes()
    assert (shoot / "amber.jpg").read_bytes() != Path("out/amber.jpg").read_bytes()
    assert "<strong>shoot/fine.jpg</strong> <span>without a cast</span>" in Path("look.html").read_text(
        "utf-8"
    )
    assert "skipped 2" in colorfix("correct", "--only-casts", "shoot", "-t", "neutral", "-o", "out").stderr


def test_the_limit_is_the_change_that_a_correction_makes(colorfix, shoot):
    change = package.correct(shoot / "fine.jpg", "neutral").delta_e
    for limit, verb in ((change + 0.1, "passed over 1 (1 without a cast)"), (change - 0.1, "corrected 2")):
        done = colorfix("correct", "shoot", "-t", "neutral", "-o", f"out{limit}", "--only-casts", limit)
        assert verb in done.stderr


def test_another_limit_does_the_photos_again(colorfix, shoot):
    run = ["correct", "shoot", "-t", "neutral", "-o", "out"]
    assert "passed over 1" in colorfix(*run, "--only-casts").stderr
    assert "corrected 2" in colorfix(*run).stderr
    assert (shoot / "fine.jpg").read_bytes() != Path("out/fine.jpg").read_bytes()


def test_in_place_it_stays_untouched(colorfix, shoot):
    before = (shoot / "fine.jpg").read_bytes()
    done = colorfix("correct", "shoot", "-t", "neutral", "--in-place", "--backup", "--only-casts")
    assert done.returncode == 0, done.stderr
    assert sorted(name for name in os.listdir("shoot") if name[0] != ".") == [
        "amber.jpg",
        "amber.jpg.orig",
        "fine.jpg",
    ]
    assert (shoot / "fine.jpg").read_bytes() == before


def test_one_photo_says_how_far_it_would_be_corrected(colorfix, shoot):
    done = colorfix("correct", "shoot/fine.jpg", "-t", "neutral", "-o", "out.jpg", "--only-casts", "--json")
    line = json.loads(done.stdout)
    assert line["passed_over"] == "without a cast"
    assert line["delta_e"] == pytest.approx(package.correct(shoot / "fine.jpg", "neutral").delta_e, abs=1e-3)
    assert "shoot/fine.jpg: passed over, without a cast (dE " in done.stderr
    failed = colorfix(
        "correct", "shoot/fine.jpg", "-t", "neutral", "-o", "o.jpg", "--only-casts", "--others", "fail"
    )
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: shoot/fine.jpg: has no cast (dE ")
    assert not Path("o.jpg").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only-casts=far"], "a mean color difference is a number of 0 or more, got 'far'"),
        (["--only-casts=-1"], "a mean color difference is a number of 0 or more, got '-1'"),
        (["--only-casts", "--check"], "--only-casts cannot be used with --check: a check corrects nothing"),
        (["--others", "drop"], "'drop' is not one of 'copy', 'skip', 'fail'"),
    ],
)
def test_bad_values_are_one_line_and_status_2(colorfix, shoot, options, said):
    done = colorfix("correct", "shoot", "-t", "neutral", "-o", "out", *options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr
    assert not Path("out").exists()
