"""A guide that shows the same scene has a likeness near 1, any other near 0."""

from __future__ import annotations

import math

import numpy as np
import pytest

from colorfix.color.scene import likeness
from colorfix.color.statistics import Statistics
from colorfix.regularizers import BUILT_IN

same_scene = BUILT_IN["same-scene"]


def statistics(values):
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in values]))


AMBER = np.stack([np.arange(40, 240), np.arange(20, 120).repeat(2), np.arange(10, 60).repeat(4)])
NEUTRAL = np.stack([(0.8 * np.arange(40, 240)).astype(int), AMBER[1], 2 * AMBER[2]])


def test_it_is_its_formula(photos, scene_of):
    scene, gains = scene_of(photos(0)), np.random.default_rng(1).uniform(0.2, 4.0, (3, 3))
    expected = [
        trust * sum(math.log(g * mu / tau) ** 2 for g, mu, tau in zip(*rows, strict=True))
        for trust, *rows in zip(scene.likeness, gains, scene.source_means, scene.target_means, strict=True)
    ]
    assert scene.likeness.min() > 0.9
    np.testing.assert_allclose(same_scene(gains, scene), expected, rtol=1e-12)


def test_it_keeps_the_contract(keeps_the_contract):
    keeps_the_contract(same_scene, seed=4)


def test_a_scene_without_a_likeness_costs_nothing(photos, scene_of):
    scene = scene_of(photos(0))
    scene.likeness[:] = 0.0
    np.testing.assert_array_equal(same_scene(np.full((3, 3), 2.0), scene), np.zeros(3))


def test_the_same_scene_in_a_neutral_light_is_followed():
    assert likeness(statistics(AMBER), statistics(NEUTRAL)) > 0.99


def test_the_same_scene_in_a_blue_light_is_not():
    """Its bright blue lies 0.6 above green in logarithms: exp(-(0.6 / 0.25)^4) is 4e-15."""
    assert likeness(statistics(AMBER), statistics(np.stack([AMBER[2], AMBER[1], AMBER[0]]))) < 1e-6


def test_another_scene_is_not():
    other = np.tile(np.repeat([20, 250], [150, 50]), (3, 1))
    assert likeness(statistics(AMBER), statistics(other)) < 1e-6


def test_a_photo_with_almost_no_green_has_no_likeness():
    """One green pixel of 200: each share of its pixels stays below 0, and there is nothing to compare."""
    sparse = AMBER.copy()
    sparse[1, 1:] = 0
    for source, target in ((sparse, AMBER), (AMBER, sparse), (sparse, sparse)):
        assert likeness(statistics(source), statistics(target)) == 0.0


@pytest.mark.parametrize("color", [(10, 0, 0), (0, 0, 10), (0, 10, 0)], ids=["red", "blue", "green"])
def test_a_guide_of_one_primary_has_no_likeness(color):
    photo = statistics(np.tile(np.array(color)[:, None], (1, 4)))
    assert likeness(photo, photo) == 0.0
