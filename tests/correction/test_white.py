"""White pixels, of blown lamps and windows, are no evidence of the light: gains are those without them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import colorfix
from colorfix import photos
from colorfix.correction.targets import statistics_file

WINDOW = (slice(10, 60), slice(20, 90))


@pytest.fixture
def amber(cat):
    """The pixels of an amber photo, red, green, blue, alpha."""
    return np.array(Image.open(cat.source).convert("RGBA"))


def with_window(pixels, color):
    changed = pixels.copy()
    changed[WINDOW] = color
    return changed


@pytest.mark.parametrize("space", ["linear", "srgb"])
def test_gains_are_those_of_the_photo_without_its_white_pixels(amber, space):
    """A transparent window does not count, and neither does a white one."""
    settings = colorfix.Settings(space=space)
    white, absent = (
        colorfix.correct(with_window(amber, color), "neutral", settings=settings)
        for color in ((255, 250, 240, 255), (0, 0, 0, 0))
    )
    assert white.gains == pytest.approx(absent.gains, rel=1e-12)
    assert white.learned_from.white == pytest.approx(50 * 70 / amber[..., 0].size)
    assert absent.learned_from.white == 0


def test_white_pixels_count_where_they_are_to(amber):
    """Then the learned statistics are those of the whole file."""
    correction = colorfix.correct(
        with_window(amber, 255), "neutral", settings=colorfix.Settings(count_white=True)
    )
    assert correction.learned_from.white == 0
    assert correction.objective.scene.source_means[0] == pytest.approx(correction.before.means)
    left_out = colorfix.correct(with_window(amber, 255), "neutral")
    assert left_out.gains != pytest.approx(correction.gains, rel=1e-3)


def test_white_pixels_of_a_guide_do_not_count(amber, cat):
    settings = colorfix.Settings(regularizers=(), exposure="match")
    guide = np.array(Image.open(cat.target).convert("RGBA"))
    white, absent = (
        colorfix.correct(amber, with_window(guide, color), settings=settings)
        for color in ((255, 250, 240, 255), (0, 0, 0, 0))
    )
    assert white.gains == pytest.approx(absent.gains, rel=1e-12)


def test_a_saved_guide_leaves_out_the_white_pixels_of_its_photo(amber, tmp_path):
    guide = photos.read(np.ascontiguousarray(with_window(amber, 255)[..., :3]))
    path = tmp_path / "guide.json"
    path.write_text(statistics_file(guide))
    saved, direct = (colorfix.correct(amber, target).guide for target in (str(path), guide.image))
    assert saved.means == pytest.approx(direct.means)
    assert saved.white == direct.white > 0


def test_a_saved_guide_of_an_earlier_version_counts_all_pixels(amber, tmp_path):
    guide = photos.read(np.ascontiguousarray(with_window(amber, 255)[..., :3]))
    saved = json.loads(statistics_file(guide))
    del saved["white"]
    path = tmp_path / "guide.json"
    path.write_text(json.dumps(saved))
    assert colorfix.correct(amber, str(path)).guide.white == 0


def test_statistics_of_the_file_hold_its_white_pixels(amber):
    pixels = with_window(amber, 255)
    means = np.array([photos.counts(photos.read(pixels))[c] @ np.arange(256) for c in range(3)])
    stored = colorfix.correct(pixels, "neutral", settings=colorfix.Settings(space="srgb")).before.means
    assert 255 * stored == pytest.approx(means / pixels[..., 0].size)


@pytest.mark.parametrize(
    ("amber_share", "counting"), [(0.002, True), (0.05, False)], ids=["a few others", "enough others"]
)
def test_white_pixels_count_where_hardly_any_others_are_left(amber_share, counting):
    page = np.full((100, 200, 3), 250, np.uint8)
    page.reshape(-1, 3)[: int(amber_share * 20000)] = [200, 120, 60]
    assert (colorfix.correct(page, "neutral").learned_from.white == 0) == counting


def test_white_pixels_count_where_the_others_lack_a_channel():
    """Without them no gain could bring blue back."""
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(60) + 100, (np.arange(60) + 50)[:, None]
    pixels[:5] = 255
    correction = colorfix.correct(pixels, "neutral")
    assert correction.learned_from.white == 0
    assert np.isfinite(correction.gains).all()
