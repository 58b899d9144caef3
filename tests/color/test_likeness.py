"""A guide that shows the same scene has a likeness near 1, any other near 0."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import pearsonr, rankdata

from colorfix.color.likeness import (
    Likeness,
    blue_excess,
    histogram_likeness,
    structural_likeness,
    structure_of,
)
from colorfix.color.statistics import Statistics

AMBER = np.stack([np.arange(40, 240), np.arange(20, 120).repeat(2), np.arange(10, 60).repeat(4)])
NEUTRAL = np.stack([(0.8 * np.arange(40, 240)).astype(int), AMBER[1], 2 * AMBER[2]])
BLUE = np.stack([AMBER[2], AMBER[1], AMBER[0]])


def statistics(values):
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in values]))


def scene(seed, side=64):
    """A scene of patches of 4 by 4 points, in gray light, as linear reflectances, shape [side, side, 3]."""
    patches = np.random.default_rng(seed).uniform(0.02, 0.9, (side // 4, side // 4, 3))
    return patches.repeat(4, axis=0).repeat(4, axis=1)


def taken(reflectance, light=(1.0, 1.0, 1.0), exposure=1.0, gamma=2.2):
    """A photo of a scene, clipped, as a grid, shape [H, W, 4]."""
    stored = np.clip(reflectance * light * exposure, 0.0, 1.0) ** (1 / gamma)
    opaque = np.ones((*stored.shape[:2], 1))
    return np.rint(255 * np.concatenate([stored, opaque], axis=-1)).astype(np.uint8)


def likeness(source, guide):
    return structural_likeness(structure_of(source), structure_of(guide))[0]


@pytest.mark.parametrize("seed", range(5))
def test_light_curve_and_exposure_do_not_change_the_structure_of_a_scene(seed):
    amber = taken(scene(seed), light=(1.0, 0.6, 0.2), exposure=1.4)
    for exposure, gamma in ((1.0, 2.2), (0.5, 1.8), (1.8, 2.6)):
        assert likeness(amber, taken(scene(seed), exposure=exposure, gamma=gamma)) > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_a_crop_of_the_scene_is_liker_than_another_scene(seed):
    whole, crop = taken(scene(seed), light=(1.0, 0.6, 0.2)), taken(scene(seed)[5:, 6:])
    other = taken(scene(seed + 100))
    assert likeness(whole, crop) == likeness(crop, whole) > 0.5
    assert max(likeness(whole, other), likeness(crop, other)) < 0.35


def test_a_likeness_of_whole_photos_is_a_correlation_of_gradients_of_ranks():
    """By SciPy; the correlation is about zero, not about the mean, so the photos have gradients of mean 0."""
    first, second = (np.random.default_rng(seed).uniform(size=(18, 18)) for seed in (1, 2))
    second = 0.7 * first + 0.3 * second

    def gradients(cells):
        ranks = rankdata(cells).reshape(18, 18)
        return np.concatenate([np.diff(ranks, axis=0)[:, :-1].ravel(), np.diff(ranks, axis=1)[:-1].ravel()])

    assert structural_likeness(first, second)[1] == pytest.approx(
        pearsonr(gradients(first), gradients(second)).statistic, abs=2e-3
    )


def test_bars_and_transparent_parts_are_no_structure():
    photo = taken(scene(1))
    barred = np.zeros((96, 80, 4), np.uint8)
    barred[16:80, 8:72] = photo
    np.testing.assert_allclose(structure_of(barred), structure_of(photo))
    assert structure_of(np.zeros((4, 4, 4), np.uint8)) is None


def test_a_photo_of_one_color_is_like_none():
    plain = np.full((64, 64, 4), 255, np.uint8)
    assert likeness(plain, plain) == likeness(plain, taken(scene(1))) == 0.0


def test_the_ramps_from_a_likeness_to_what_counts():
    """3t² - 2t³ between the ends, by hand."""
    for value, share in ((0.5, 0.0), (0.625, 0.5), (0.7, 0.896), (0.75, 1.0), (1.0, 1.0)):
        assert Likeness(value, "structure", 0.0).colors == pytest.approx(share)
    for framing, share in ((0.75, 0.0), (0.835, 0.5), (0.92, 1.0), (1.0, 1.0)):
        assert Likeness(1.0, "structure", framing).brightness == pytest.approx(share)
    shown = [Likeness(value, "structure", value).scene for value in (0.5, 0.65, 0.8)]
    assert shown == ["other", "unsure", "same"]


def test_the_brightness_of_a_crop_is_no_evidence():
    whole, crop = structure_of(taken(scene(3))), structure_of(taken(scene(3)[5:, 6:]))
    likeness = Likeness.of_structures(whole, crop, 0.0)
    assert likeness.framing < 0.5 < likeness.value
    assert likeness.brightness == 0.0


def test_the_same_scene_in_a_neutral_light_has_a_likeness_by_its_histograms():
    assert histogram_likeness(statistics(AMBER), statistics(NEUTRAL)) > 0.99


def test_the_same_scene_in_a_blue_light_is_not_followed():
    """Its bright blue lies 0.6 above green in logarithms: exp(-(0.6 / 0.28)^6) is 1e-42."""
    excess = blue_excess(statistics(BLUE))
    assert 0.5 < excess < 0.7
    twin = Likeness(1.0, "structure", 1.0, excess)
    assert twin.colors == twin.brightness == pytest.approx(math.exp(-((excess / 0.28) ** 6)))
    assert twin.colors < 1e-6
    assert twin.is_too_blue
    assert twin.scene == "same"


def test_a_blue_wall_is_no_blue_light():
    assert blue_excess(statistics(BLUE), np.array([0.1, 0.1, 0.1])) == 0.0
    assert blue_excess(statistics(BLUE), np.array([0.1, 0.1, 0.12])) == pytest.approx(math.log(1.2))


def test_another_scene_has_no_likeness_by_its_histograms():
    other = np.tile(np.repeat([20, 250], [150, 50]), (3, 1))
    assert histogram_likeness(statistics(AMBER), statistics(other)) < 1e-6


def test_a_photo_with_almost_no_green_has_no_likeness():
    """One green pixel of 200: each share of its pixels stays below 0, and there is nothing to compare."""
    sparse = AMBER.copy()
    sparse[1, 1:] = 0
    for source, target in ((sparse, AMBER), (AMBER, sparse), (sparse, sparse)):
        assert histogram_likeness(statistics(source), statistics(target)) == 0.0


@pytest.mark.parametrize("color", [(10, 0, 0), (0, 0, 10), (0, 10, 0)], ids=["red", "blue", "green"])
def test_a_guide_of_one_primary_has_no_likeness(color):
    photo = statistics(np.tile(np.array(color)[:, None], (1, 4)))
    assert histogram_likeness(photo, photo) == 0.0
