"""A guide is followed as far as it shows the photo's scene, or as far as the user says."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import colorfix
from colorfix.correction.targets import statistics_file, target_of
from colorfix.photos import read

LUMA = np.array([0.2126, 0.7152, 0.0722])
PLAIN = colorfix.Settings(regularizers=())


def gains(source, target, **settings):
    return colorfix.correct(source, target, settings=colorfix.Settings(**settings)).gains


@pytest.fixture(scope="module")
def darker(cat):
    """The truth two thirds as bright, in linear light."""
    light = (np.asarray(Image.open(cat.truth).convert("RGB")) / 255.0) ** 2.2
    return np.rint(255 * (0.66 * light) ** (1 / 2.2)).astype(np.uint8)


def luminance(pixels):
    return float((np.asarray(pixels) / 255.0).reshape(-1, 3).mean(axis=0) @ LUMA)


@pytest.mark.parametrize(("exposure", "wanted"), [("auto", "guide"), ("match", "guide"), ("keep", "photo")])
def test_the_brightness_follows_a_guide_of_the_same_scene_unless_it_is_to_be_kept(
    cat, darker, exposure, wanted
):
    done = colorfix.correct(cat.source, darker, settings=colorfix.Settings(exposure=exposure))
    assert done.likeness.scene == "same"
    brightness = {"guide": luminance(darker), "photo": luminance(Image.open(cat.source).convert("RGB"))}
    assert luminance(done.image) == pytest.approx(brightness[wanted], rel=0.04)


def test_the_brightness_of_another_scene_is_not_followed(pairs):
    bee, lake = (next(pair for pair in pairs if pair.name == name) for name in ("bee", "lake"))
    done = colorfix.correct(bee.source, lake.truth)
    assert done.likeness.scene == "other"
    photo = Image.open(bee.source).convert("RGB")
    assert luminance(done.image) == pytest.approx(luminance(photo), rel=0.05)
    assert (done.gains == gains(bee.source, lake.truth, exposure="keep")).all()


def test_a_right_guide_is_followed_as_exact_matching_follows_it(pairs):
    """Each truth as the guide: gains within some 5 % of those that make the means equal."""
    apart = []
    for pair in pairs:
        exact = colorfix.correct(pair.source, pair.truth, settings=PLAIN).gains
        apart.append(np.abs(np.log(gains(pair.source, pair.truth) / exact)).max())
    assert np.median(apart) < 0.02
    assert sorted(apart)[-2] < 0.15


def test_a_guide_that_is_followed_by_1_counts_whatever_it_shows(pairs):
    wren, dune = (next(pair for pair in pairs if pair.name == name) for name in ("wren", "dune"))
    exact = colorfix.correct(wren.source, dune.truth, settings=PLAIN).gains
    apart = [
        np.abs(np.log(gains(wren.source, dune.truth, follow=share) / exact)).max()
        for share in (0.0, 0.5, 1.0)
    ]
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] < 0.05


def test_a_guide_that_is_followed_by_0_changes_nothing(pairs):
    cat, *others = pairs
    found = [gains(cat.source, pair.target, follow=0.0) for pair in others[:3]]
    found += [gains(cat.source, cat.truth, follow=0.0)]
    for each in found[1:]:
        np.testing.assert_allclose(each, found[0], rtol=1e-5)


@pytest.mark.parametrize("kind", ["truth", "target"])
def test_saved_statistics_count_as_their_photo(cat, tmp_path, kind):
    saved = tmp_path / "guide.json"
    saved.write_text(statistics_file(read(getattr(cat, kind))))
    photo, statistics = (colorfix.correct(cat.source, guide) for guide in (getattr(cat, kind), str(saved)))
    assert statistics.likeness == photo.likeness
    assert statistics.likeness.basis == "structure"
    assert (statistics.gains == photo.gains).all()


def test_statistics_without_cells_are_compared_by_their_histograms(cat, tmp_path):
    old = json.loads(statistics_file(read(cat.truth)))
    del old["cells"], old["edges"]
    saved = tmp_path / "old.json"
    saved.write_text(json.dumps(old))
    likeness = colorfix.correct(cat.source, str(saved)).likeness
    assert (likeness.basis, likeness.scene) == ("histogram", "same")


@pytest.mark.parametrize(
    "damage",
    [{"cells": [[1, 2], [3, 4]]}, {"cells": None}, {"edges": [0.1, 0.1]}, {"edges": [0.1, -0.1, 0.1]}],
    ids=str,
)
def test_damaged_statistics_are_refused(cat, tmp_path, damage):
    saved = tmp_path / "guide.json"
    saved.write_text(json.dumps(json.loads(statistics_file(read(cat.truth))) | damage))
    with pytest.raises(colorfix.ColorfixError, match="write it with 'colorfix describe'"):
        target_of(str(saved))


def test_a_series_is_compared_with_its_guide_by_histograms(cat):
    from colorfix.correction.measured import measure
    from colorfix.correction.pooled import PhotoStatistics, PooledStatistics

    settings, guide, pool = colorfix.Settings(), target_of(cat.truth), PooledStatistics("series/")
    pool.add(PhotoStatistics.of(measure(read(cat.source), guide, settings)))
    assert pool.measurement(guide, settings).likeness.basis == "histogram"


@pytest.mark.parametrize("follow", [-0.1, 1.5, float("nan"), "half", True, None])
def test_a_share_outside_0_to_1_is_refused(follow):
    with pytest.raises(colorfix.ColorfixError, match="follow must be auto or lie between 0 and 1"):
        colorfix.Settings(follow=follow)


def test_a_guide_is_not_ignored_and_matched():
    with pytest.raises(colorfix.ColorfixError, match="drop one of them"):
        colorfix.Settings(follow=0, exposure="match")
