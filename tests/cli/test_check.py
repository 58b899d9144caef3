"""``--check``: photos with a cast are found and nothing is written."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

import colorfix
from colorfix.core.defaults import THRESHOLD


@pytest.fixture
def shoot(cat, tmp_path):
    """A folder with an amber photo, its neutral truth and a file that is no photo."""
    shutil.copy(cat.source, tmp_path / "amber.jpg")
    shutil.copy(cat.truth, tmp_path / "fine.jpg")
    (tmp_path / "none.jpg").write_text("no photo")
    return tmp_path


def test_the_difference_is_between_the_photo_and_its_correction(cat):
    """By scikit-image over every third pixel of both; the sample has 4096 of them."""
    correction = colorfix.correct(cat.source, "neutral")
    before, after = (
        rgb2lab(np.asarray(image)[::3, ::3]) for image in (Image.open(cat.source), correction.image)
    )
    assert correction.delta_e == pytest.approx(deltaE_ciede2000(before, after).mean(), abs=0.2)


def test_only_counted_pixels_are_compared():
    """Half the photo is transparent, and its hidden colour far from the visible one."""
    amber = np.full((8, 8, 4), (200, 150, 90, 255), np.uint8)
    half = amber.copy()
    half[4:] = (0, 255, 0, 0)
    expected = colorfix.correct(amber, "neutral").delta_e
    assert colorfix.correct(half, "neutral").delta_e == pytest.approx(expected, abs=1e-6)


def test_every_amber_sample_has_a_cast_and_most_truths_have_none(pairs):
    """All truths but one, oranges that fill the frame, change less than every amber photo."""
    ambers, truths = (
        [colorfix.correct(path, "neutral").delta_e for path in paths]
        for paths in ([pair.source for pair in pairs], [pair.truth for pair in pairs])
    )
    *others, oranges = sorted(truths)
    assert min(ambers) > max(others)
    assert oranges == truths[[pair.name for pair in pairs].index("citrus")]
    assert min(ambers) > THRESHOLD
    assert sum(delta_e <= THRESHOLD for delta_e in truths) >= 10


def test_photos_with_a_cast_are_listed_and_nothing_is_written(colorfix, shoot):
    before = {name: (shoot / name).read_bytes() for name in os.listdir(shoot)}
    done = colorfix("correct", "amber.jpg", "fine.jpg", "-t", "neutral", "--check")
    delta_e, name = done.stdout.split()
    assert (done.returncode, name) == (1, "amber.jpg")
    assert float(delta_e) > THRESHOLD
    assert "checked 2 (1 with a cast) in " in done.stderr
    assert {name: (shoot / name).read_bytes() for name in os.listdir(shoot)} == before


def test_a_photo_without_a_cast_ends_with_0_and_one_that_fails_with_1(colorfix, shoot):
    fine = colorfix("correct", "fine.jpg", "-t", "neutral", "--check")
    assert (fine.returncode, fine.stdout) == (0, "")
    assert "fine.jpg: no cast" in fine.stderr
    quiet = colorfix("correct", "fine.jpg", "none.jpg", "-t", "neutral", "--check", "-q")
    assert (quiet.returncode, quiet.stdout) == (1, "")
    assert quiet.stderr.startswith("error: none.jpg: is not a photo")


def test_the_threshold_decides(colorfix, shoot):
    for threshold, status in (("100", 0), ("0", 1)):
        done = colorfix("correct", "amber.jpg", "-t", "neutral", "--check", "--threshold", threshold)
        assert done.returncode == status


def test_json_has_the_difference_of_each_photo(colorfix, shoot):
    done = colorfix("correct", "amber.jpg", "none.jpg", "fine.jpg", "-t", "neutral", "--check", "--json")
    lines = {line["source"]["path"]: line for line in map(json.loads, done.stdout.splitlines())}
    amber, none, fine = (lines[f"{name}.jpg"] for name in ("amber", "none", "fine"))
    assert (amber["source"], amber["cast"], fine["cast"]) == ({"path": "amber.jpg"}, True, False)
    assert fine["delta_e"] < THRESHOLD < amber["delta_e"]
    assert len(amber["gains"]) == 3
    assert none["error"].startswith("none.jpg: is not a photo")


@pytest.mark.parametrize("option", [("-o", "out"), ("--report", "r.json")], ids=" ".join)
def test_output_options_are_refused_with_check(colorfix, shoot, option):
    done = colorfix("correct", "fine.jpg", "-t", "neutral", "--check", *option)
    assert done.returncode == 2
    assert "--check writes nothing" in done.stderr
    assert colorfix("correct", "fine.jpg", "-t", "neutral").returncode == 2  # nor is it a check


@pytest.mark.parametrize(
    ("options", "end"), [("-q", b"\n"), ("-0", b"\0"), ("-q -0", b"\0")], ids=["quiet", "null", "both"]
)
def test_quiet_or_null_prints_paths_alone_the_strongest_cast_first(colorfix, shoot, options, end):
    """A name with a line break, and one that is no text, come out as they are on the disk."""
    odd = os.fsencode(shoot) + b"/two\nlines\xff.jpg"
    shutil.copy(shoot / "fine.jpg", odd)
    sources = ["fine.jpg", os.fsdecode(os.path.basename(odd)), "amber.jpg"]
    command = ["correct", *sources, "-t", "neutral", "--check", "--threshold", "0", *options.split()]
    done = colorfix(*command, text=False, errors=None)
    assert done.returncode == 1
    paths = done.stdout.split(end)
    if end == b"\0":
        assert paths[0] == b"amber.jpg"
        assert sorted(paths[1:]) == [b"", b"fine.jpg", b"two\nlines\xff.jpg"]
    assert done.stdout.startswith(b"amber.jpg" + end)


def test_null_without_a_list_or_a_check_is_refused(colorfix, shoot):
    done = colorfix("correct", "fine.jpg", "-t", "neutral", "-o", "out.jpg", "-0")
    assert done.returncode == 2
    assert "name the list with --files-from" in done.stderr
