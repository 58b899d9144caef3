"""Frames around photos and guides are left out of what a correction is learned from."""

from __future__ import annotations

import json

import numpy as np
import pytest
from jsonschema import validate
from PIL import Image

import colorfix
from colorfix.correction.targets import statistics_file
from colorfix.photos import Region, Selection, read
from colorfix.report import schema

FRAMES = {"white": (255, 255, 255), "cream": (243, 232, 208), "amber": (205, 150, 82), "black": (0, 0, 0)}


def framed(path: str, color: tuple[int, int, int]) -> Image.Image:
    """Return a photo in a frame as of instant film: a tenth around it, a quarter below it."""
    photo = Image.open(path).convert("RGB")
    side, below = photo.height // 10, photo.height // 4
    whole = Image.new("RGB", (photo.width + 2 * side, photo.height + side + below), color)
    whole.paste(photo, (side, side))
    return whole


@pytest.mark.parametrize("color", FRAMES)
@pytest.mark.parametrize("which", ["source", "target"])
def test_a_frame_changes_the_gains_by_less_than_three_percent(cat, color, which):
    alone = colorfix.correct(cat.source, cat.target)
    paths = {"source": cat.source, "target": cat.target}
    correction = colorfix.correct(*(paths | {which: framed(paths[which], FRAMES[color])}).values())
    assert correction.gains == pytest.approx(alone.gains, rel=0.03)
    name = {"source": "photo", "target": "target"}[which]
    assert f"the frame around the {name} is left out of the statistics" in correction.warnings


def test_the_statistics_of_the_report_are_of_the_whole_photo_and_the_target_without_bars(cat):
    whole = framed(cat.source, FRAMES["white"])
    bars = Image.fromarray(np.pad(np.asarray(Image.open(cat.target)), ((60, 60), (0, 0), (0, 0))))
    correction = colorfix.correct(whole, bars)
    assert correction.before.counts.sum() == 3 * whole.width * whole.height
    alone = colorfix.correct(cat.source, cat.target)
    assert correction.guide.means == pytest.approx(alone.guide.means, abs=0.01)


def test_a_region_counts_a_frame_that_lies_in_it(cat):
    whole = framed(cat.source, FRAMES["amber"])
    everything = Region(box=(0, 0, *whole.size))
    chosen = colorfix.Settings(selection=Selection(region=everything))
    correction = colorfix.correct(whole, cat.target, settings=chosen)
    assert correction.frame is None
    assert not correction.warnings


def test_saved_statistics_leave_out_the_frame(cat):
    alone, with_frame = (
        np.array(json.loads(statistics_file(read(photo)))["counts"], float)
        for photo in (cat.target, framed(cat.target, FRAMES["amber"]))
    )
    means = [counts @ np.arange(256) / counts.sum(axis=1) for counts in (alone, with_frame)]
    assert means[1] == pytest.approx(means[0], abs=1)


def test_the_report_names_the_part_within_the_frame(cat, colorfix, tmp_path):
    whole = framed(cat.source, FRAMES["white"])
    whole.save(tmp_path / "page.png")
    done = colorfix("correct", tmp_path / "page.png", "-t", cat.target, "-o", tmp_path / "out.png", "--json")
    assert done.stderr.count("the frame around the photo is left out of the statistics") == 1
    report = json.loads(done.stdout)
    validate(report, schema())
    part = report["within_frame"]
    assert part["target"] is None
    photo = read(cat.source).size
    side = photo[1] // 10
    point = max(whole.size) / 64
    found = [part["source"][name] for name in ("left", "top", "width", "height")]
    assert found == pytest.approx([side, side, *photo], abs=2 * point)
    assert report["statistics"]["before"]["clipped"][0] > 0.2


def test_a_series_is_learned_from_what_lies_within_the_frames(cat, colorfix, tmp_path):
    (tmp_path / "album").mkdir()
    for name, color in FRAMES.items():
        framed(cat.source, color).save(tmp_path / "album" / f"{name}.png")
    look = tmp_path / "look.json"
    colorfix(
        "correct", tmp_path / "album", "-t", cat.target, "-o", tmp_path / "out", "--gains-from", "pooled",
        "--save-gains", look,
    )  # fmt: skip
    from colorfix import correct

    alone = correct(cat.source, cat.target)
    assert json.loads(look.read_text())["gains"] == pytest.approx(alone.gains.tolist(), rel=0.03)
