"""What is lost at the top."""

from __future__ import annotations

import numpy as np

from colorfix.regularizers import BUILT_IN

clipping = BUILT_IN["clipping"]


def test_it_is_its_formula(photos, scene_of):
    pictures, gains = photos(0), np.random.default_rng(1).uniform(0.2, 4.0, (3, 3))
    values = pictures[..., :3] / 255 * gains[:, None, None]
    expected = (np.maximum(values - 1, 0) ** 2).mean(axis=(1, 2)).sum(-1)
    np.testing.assert_allclose(clipping(gains, scene_of(pictures)), expected, rtol=1e-12)


def test_it_keeps_the_contract(keeps_the_contract):
    keeps_the_contract(clipping, seed=2)


def test_nothing_is_lost_by_darkening(photos, scene_of):
    np.testing.assert_array_equal(clipping(np.ones((3, 3)), scene_of(photos(3))), np.zeros(3))
