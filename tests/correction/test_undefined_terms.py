"""Terms that are undefined on a photo are left out with a warning, and the photo is corrected."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

NOISE = np.random.default_rng(0).integers(20, 200, (40, 40, 4), dtype=np.uint8)
NOISE[..., 3] = 255


def plain(*color):
    return np.full((40, 40, 3), color, np.uint8)


def holed():
    pixels = NOISE.copy()
    pixels[:10, :, 3] = 0
    return pixels


def primaries():
    """Stripes of pure red, green and blue: clipped in one channel, black in the others."""
    return np.tile(255 * np.eye(3, dtype=np.uint8), (40, 13, 1))


def one_green_pixel():
    pixels = NOISE[..., :3].copy()
    pixels[..., 1] = 0
    pixels[0, 0, 1] = 90
    return pixels


ONE_COLOR = "the photo is of one color"
NEUTRAL = "neutral-pixels is left out"
EDGES = "gray-edge is left out"
GUIDE = "same-scene is left out"
SOURCES = {
    "of one color": (plain(200, 150, 90), [ONE_COLOR, EDGES]),
    "one pixel": (plain(200, 150, 90)[:1, :1], [ONE_COLOR, EDGES]),
    "all clipped": (plain(255, 255, 255), [ONE_COLOR, EDGES, NEUTRAL]),
    "one channel clipped": (plain(255, 150, 90), [ONE_COLOR, EDGES, NEUTRAL]),
    "with transparent pixels": (holed(), []),
    "of pure primaries": (primaries(), [NEUTRAL]),
    "nearly black": (NOISE[..., :3] // 14, [NEUTRAL]),
    "next to no green": (one_green_pixel(), []),
    "sound": (NOISE, []),
}
TARGETS = {
    "pure blue": (plain(0, 0, 255), [GUIDE]),
    "no green": (plain(90, 0, 90), [GUIDE]),
    "one pixel": (plain(90, 110, 150)[:1, :1], []),
}


def run(invoke, tmp_path, source, target, *options):
    for name, pixels in (("photo.png", source), ("guide.png", target)):
        Image.fromarray(pixels).save(tmp_path / name)
    done = invoke("correct", "photo.png", "-t", "guide.png", "-o", "out.png", *options)
    assert done.returncode == 0, done.stderr
    return done, json.loads((tmp_path / "out.report.json").read_text())


def check(done, report, expected):
    """The warnings are in the report and on stderr, with no others, and every number is finite."""
    assert len(report["warnings"]) == len(expected), report["warnings"]
    for sentence, start in zip(report["warnings"], expected, strict=True):
        assert sentence.startswith(start)
        assert f"warning: photo.png: {sentence}\n" in done.stderr
    assert done.stderr.count("arning") == len(expected), done.stderr
    assert np.isfinite(report["gains"]).all()
    left_out = {sentence.split()[0] for sentence in expected if "left out" in sentence}
    for name, value in report["loss"]["polished"]["terms"].items():
        assert np.isfinite(value), name
        assert name not in left_out or value == 0


@pytest.mark.parametrize("kind", SOURCES)
def test_a_term_undefined_on_the_source_is_left_out_with_a_warning(invoke, tmp_path, kind):
    pixels, expected = SOURCES[kind]
    check(*run(invoke, tmp_path, pixels, NOISE[:20], "-R", "gray-edge=1", "-R", "clipping=1"), expected)


@pytest.mark.parametrize("kind", TARGETS)
def test_a_term_undefined_on_the_target_is_left_out_with_a_warning(invoke, tmp_path, kind):
    pixels, expected = TARGETS[kind]
    check(*run(invoke, tmp_path, NOISE, pixels), expected)


def next_to_no_blue():
    pixels = NOISE[..., :3].copy()
    pixels[..., 2] = 0
    pixels[0, 0, 2] = 90
    return pixels


LIMITS = {
    "linear": "blue's gain is at its limit, 21.1: a larger one is not allowed",
    "srgb": "blue's gain is at its limit, 4: a larger one is not allowed",
}


@pytest.mark.parametrize("space", LIMITS)
def test_a_gain_at_its_limit_gives_a_warning(invoke, tmp_path, space):
    """One blue pixel of 1600 would need a gain of hundreds to reach the guide's mean."""
    options = ("--preset", "plain", "--space", space, "--strength", "0.5")
    done, report = run(invoke, tmp_path, next_to_no_blue(), NOISE, *options)
    check(done, report, [LIMITS[space]])


def test_a_term_not_selected_gives_no_warning(invoke, tmp_path):
    done, report = run(invoke, tmp_path, primaries(), NOISE, "--preset", "paper", "--certify")
    check(done, report, [])
    assert report["certificate"]["certified"] is True


def test_with_a_term_left_out_the_rest_is_still_certified(invoke, tmp_path):
    done, report = run(invoke, tmp_path, primaries(), plain(0, 0, 255), "-R", "gray-edge=1", "--certify")
    check(done, report, [NEUTRAL, GUIDE])
    assert (report["certificate"]["certified"], report["certificate"]["kind"]) == (True, "proof")


def test_python_corrections_carry_the_same_warnings(tmp_path):
    import colorfix

    correction = colorfix.correct(primaries(), NOISE)
    assert [sentence.split(":")[0] for sentence in correction.warnings] == [NEUTRAL]
