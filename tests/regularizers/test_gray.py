"""Gray edges; the other gray penalties are tested in test_built_in.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from colorfix.regularizers import BUILT_IN

gray_edge = BUILT_IN["gray-edge"]


def literally(gains, photo):
    """Mean gradient of each channel over all points that have a lower and a right neighbour."""
    height, width = photo.shape[:2]
    logs = []
    for channel, gain in enumerate(gains):
        x = photo[..., channel].astype(float) / 255
        lengths = [
            math.hypot(x[i + 1, j] - x[i, j], x[i, j + 1] - x[i, j])
            for i in range(height - 1)
            for j in range(width - 1)
        ]
        logs.append(math.log(gain * sum(lengths) / len(lengths)))
    return sum((z - sum(logs) / 3) ** 2 for z in logs)


def test_it_is_its_formula(photos, scene_of):
    pictures, gains = photos(0), np.random.default_rng(1).uniform(0.2, 4.0, (3, 3))
    expected = [literally(g, photo) for g, photo in zip(gains, pictures, strict=True)]
    np.testing.assert_allclose(gray_edge(gains, scene_of(pictures)), expected, rtol=1e-10)


def test_it_keeps_the_contract(keeps_the_contract):
    keeps_the_contract(gray_edge, seed=7)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 5), (1, 4, 4)], ids=str)
def test_a_photo_without_edges_costs_nothing(shape, scene_of):
    plain = np.full((*shape, 4), 255, np.uint8)
    plain[..., :3] = [200, 100, 50]
    np.testing.assert_array_equal(gray_edge(np.array([[1.0, 2.0, 3.0]]), scene_of(plain)), [0.0])
