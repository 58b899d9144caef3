"""A guide of the same scene is followed, by its likeness; the tests of likeness are in tests/color."""

from __future__ import annotations

import math

import numpy as np

from colorfix.regularizers import BUILT_IN

same_scene = BUILT_IN["same-scene"]


def test_it_is_its_formula(photos, scene_of):
    scene, gains = scene_of(photos(0)), np.random.default_rng(1).uniform(0.2, 4.0, (3, 3))
    expected = [
        0.02
        * trust
        / (1.02 - trust)
        * sum(math.log(g * mu / tau) ** 2 for g, mu, tau in zip(*rows, strict=True))
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


def test_a_target_that_lacks_a_channel_costs_nothing(photos, scene_of):
    scene = scene_of(photos(0))
    scene.target_means[1, 2] = 0.0
    penalties = same_scene(np.full((3, 3), 2.0), scene)
    assert penalties[1] == 0 < min(penalties[0], penalties[2])
