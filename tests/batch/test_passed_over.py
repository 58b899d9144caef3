"""Black and white photos, by content as by storage, are passed over: no failures, and no tint."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import colorfix as package
from colorfix import photos
from colorfix.core.errors import GrayPhoto


def black_and_white(path: str) -> Image.Image:
    """Return a photo without its colors, stored as RGB."""
    with Image.open(path) as image:
        return image.convert("L").convert("RGB")


@pytest.fixture
def shoot(cat, tmp_path, monkeypatch) -> Path:
    """A folder with an amber photo and two black and white ones, one of them stored as gray."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    shutil.copy(cat.source, folder / "amber.jpg")
    black_and_white(cat.source).save(folder / "bw.jpg", quality=80)
    black_and_white(cat.source).convert("L").save(folder / "gray.png")
    monkeypatch.chdir(tmp_path)
    return folder


def names(folder: str) -> set[str]:
    """Return the photos in a folder of results."""
    return {name for name in os.listdir(folder) if not name.startswith(".")}


@pytest.mark.parametrize("quality", [95, 75, 30])
def test_black_and_white_in_rgb_is_gray_by_its_content_through_any_jpeg(cat, tmp_path, quality):
    black_and_white(cat.source).save(tmp_path / "bw.jpg", quality=quality)
    assert photos.has_no_colors(photos.read(tmp_path / "bw.jpg"))
    with pytest.raises(GrayPhoto, match=r"bw\.jpg: is a gray photo"):
        package.correct(tmp_path / "bw.jpg", cat.target)


def test_no_sample_photo_is_gray_by_its_content(pairs):
    for pair in pairs:
        for path in (pair.source, pair.target, pair.truth):
            assert not photos.has_no_colors(photos.read(path))


def test_one_gray_tone_is_a_gray_card_and_a_little_color_is_color(cat):
    assert not photos.has_no_colors(photos.read(np.full((100, 100, 3), 118, np.uint8)))
    splash = np.array(black_and_white(cat.source))
    splash[100:220, 100:220] = (200, 30, 30)
    assert not photos.has_no_colors(photos.read(splash))


def test_a_black_and_white_photo_in_a_white_frame_is_gray(cat):
    whole = np.pad(np.array(black_and_white(cat.source)), ((30, 30), (30, 30), (0, 0)), constant_values=255)
    assert photos.has_no_colors(photos.read(whole))


def test_a_gray_part_of_a_colored_photo_can_be_measured(cat):
    pixels = np.array(Image.open(cat.source))
    pixels[:100, :100] = np.arange(100, dtype=np.uint8)[:, None, None] + 60
    chosen = photos.Selection(region=photos.Region(box=(0, 0, 100, 100)))
    gains = package.correct(pixels, "neutral", settings=package.Settings(selection=chosen)).gains
    assert gains == pytest.approx([1, 1, 1], abs=0.05)


def test_a_folder_gets_copies_of_them_byte_for_byte_and_ends_with_0(colorfix, shoot):
    done = colorfix("correct", "shoot", "-t", "neutral", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "corrected 1, passed over 2 (2 black and white) in " in done.stderr
    assert names("out") == {"amber.jpg", "bw.jpg", "gray.png"}
    for name in ("bw.jpg", "gray.png"):
        assert (shoot / name).read_bytes() == Path("out", name).read_bytes()
    again = colorfix("correct", "shoot", "-t", "neutral", "-o", "out")
    assert "skipped 3 (done before" in again.stderr
    strict = colorfix("correct", "shoot", "-t", "neutral", "-o", "out", "--others", "fail")
    assert strict.returncode == 1
    assert "skipped 1 (done before; --redo does them again), failed 2" in strict.stderr


@pytest.mark.parametrize("jobs", [["shoot"], ["shoot/bw.jpg"]], ids=["folder", "one photo"])
def test_they_can_be_left_out_or_be_failures(colorfix, shoot, jobs):
    skipped = colorfix("correct", *jobs, "-t", "neutral", "-o", "out/", "--others", "skip")
    assert skipped.returncode == 0, skipped.stderr
    assert not {"bw.jpg", "gray.png"} & names("out")
    failed = colorfix("correct", *jobs, "-t", "neutral", "-o", "out/", "--others", "fail", "--redo")
    assert failed.returncode == 1
    assert f"error: {shoot.name}/bw.jpg: is a gray photo and has no color to correct" in failed.stderr
    assert not {"bw.jpg", "gray.png"} & names("out")


def test_in_place_they_stay_and_get_no_backup(colorfix, shoot):
    before = {name: (shoot / name).stat().st_mtime_ns for name in ("bw.jpg", "gray.png")}
    done = colorfix("correct", "shoot", "-t", "neutral", "--in-place", "--backup")
    assert done.returncode == 0, done.stderr
    assert "corrected 1, passed over 2" in done.stderr
    assert names("shoot") == {"amber.jpg", "amber.jpg.orig", "bw.jpg", "gray.png"}
    assert before == {name: (shoot / name).stat().st_mtime_ns for name in before}


def test_one_photo_is_copied_into_another_format_or_to_stdout(colorfix, shoot, tmp_path):
    done = colorfix("correct", "shoot/bw.jpg", "-t", "neutral", "-o", "bw.png")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "shoot/bw.jpg: passed over, black and white; copied to bw.png\n"
    assert np.array_equal(np.asarray(Image.open("bw.png")), np.asarray(Image.open(shoot / "bw.jpg")))
    assert not Path("bw.report.json").exists()
    piped = colorfix("correct", "shoot/gray.png", "-t", "neutral", "-o", "-", text=False, errors=None)
    assert piped.stdout == (shoot / "gray.png").read_bytes()


def test_a_run_reports_them_as_json_in_the_index_and_in_a_check(colorfix, shoot):
    done = colorfix("correct", "shoot", "-t", "neutral", "-o", "out", "--json", "--html", "look.html")
    lines = {line["source"]["path"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["shoot/bw.jpg"] == {
        "source": {"path": "shoot/bw.jpg"},
        "passed_over": "black and white",
        "delta_e": None,
        "output": {"path": "out/bw.jpg"},
        "warnings": [],
    }
    page = Path("look.html").read_text("utf-8")
    assert '<b>2</b> <a href="#passed-over">passed over</a>' in page
    assert "<strong>shoot/gray.png</strong> <span>black and white</span>" in page
    assert "not done yet" not in page
    check = colorfix("correct", "shoot", "-t", "neutral", "--check")
    assert check.returncode == 1
    assert "checked 1 (1 with a cast), passed over 2 (2 black and white)" in check.stderr
    alone = colorfix("correct", "shoot/bw.jpg", "-t", "neutral", "--check")
    assert (alone.returncode, alone.stdout) == (0, "")


def test_a_look_and_shared_gains_leave_them_alone(colorfix, shoot):
    series = ["-t", "neutral", "-o", "out", "--gains-from", "pooled", "--save-gains", "look.json"]
    done = colorfix("correct", "shoot", *series)
    assert done.returncode == 0, done.stderr
    applied = colorfix("apply", "look.json", "shoot", "-o", "applied")
    assert applied.returncode == 0, applied.stderr
    assert "corrected 1, passed over 2 (2 black and white)" in applied.stderr
    for folder in ("out", "applied"):
        for name in ("bw.jpg", "gray.png"):
            assert (shoot / name).read_bytes() == Path(folder, name).read_bytes()


def test_the_gains_of_a_photo_that_is_passed_over_cannot_be_saved(colorfix, shoot):
    done = colorfix("correct", "shoot/bw.jpg", "-t", "neutral", "-o", "o.jpg", "--save-gains", "look.json")
    assert done.returncode == 1
    assert "error: look.json: is not written, for the photo is passed over (black and white)" in done.stderr


def test_a_pipe_never_ends_empty(colorfix, shoot):
    done = colorfix("correct", "-", "-t", "neutral", "-o", "-", "--others", "skip", input="")
    assert done.returncode == 2
    assert "--others skip cannot be used with --output -: a pipe would get nothing" in done.stderr


def test_a_black_and_white_photo_is_no_gray_card(colorfix, shoot):
    done = colorfix("correct", "shoot/bw.jpg", "shoot/amber.jpg", "-o", "out", "--grey", "10,10,20,20")
    assert done.returncode == 1
    assert not Path("out/amber.jpg").exists()
