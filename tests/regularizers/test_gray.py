"""Gray edges, bounded penalties and no change; formulas of the others are tested in test_built_in.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.learning import starts_of
from colorfix.learning.objective import Objective
from colorfix.regularizers import BUILT_IN, Weighted

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


@pytest.mark.parametrize("name", ["gray-edge", "gray-world", "shades-of-gray"])
@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_a_bounded_penalty_stops_pulling_beyond_its_reach(name, space, photos):
    """It is its unbounded self near the bottom, s² far away, and steepest at a third of s² in q."""
    scene = scene_in(photos(0)[0], space)
    bottom = 1 / (scene.edges if name == "gray-edge" else scene.norms(1.0 if name == "gray-world" else 6.0))
    blue = {"blue": 0.0} if name == "shades-of-gray" else {}
    bound = (0.32 * (1.0 if space == "srgb" else 2.2)) ** 2
    for change, expected in ((1e-3, 1e-6 * 2 / 3), (30.0, bound)):
        gains = bottom * np.exp([0.0, 0.0, change])
        assert BUILT_IN[name](gains, scene, reach=0.32, **blue) == pytest.approx(expected, rel=2e-3)
    steps = np.linspace(0.01, 4.0, 400)
    logs = np.stack([0 * steps, 0 * steps, steps], axis=-1)
    heights = BUILT_IN[name](bottom * np.exp(logs), scene, reach=0.32, **blue)
    steepest = steps[1:][np.diff(heights).argmax()]
    assert 2 / 3 * steepest**2 == pytest.approx(bound / 3, rel=0.05)


def scene_in(picture, space):
    counts = np.stack([np.bincount(picture[..., c].ravel(), minlength=256) for c in range(3)])
    statistics = Statistics(counts, space)
    return Scene.of([statistics], [statistics], [Sample(picture, space)])


@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_a_change_of_color_costs_the_same_in_both_spaces(space):
    """Gains on encoded values are as gains to the power of 2.2 in linear light."""
    gains = np.array([[1.02, 1.0, 0.97], [0.5, 1.0, 2.0], [1.3, 1.3, 1.3]])
    photo = np.full((2, 2, 4), 99, np.uint8)
    penalties = BUILT_IN["no-change"](gains ** (1.0 if space == "srgb" else 2.2), scene_in(photo, space))
    logs = np.log(gains)
    spread = ((logs - logs.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    np.testing.assert_allclose(penalties, spread / (spread + 0.045**2), atol=1e-12)


@pytest.mark.parametrize("width", [0.005, 0.02, 0.1])
def test_learning_starts_at_no_change_where_a_penalty_has_its_basin(width, photos):
    """The well is narrower than a cell of the grid, and the lowest point of this loss."""
    objective = Objective(
        scene_in(photos(0)[0], "linear"),
        regularizers=(
            Weighted("gain-spread", BUILT_IN["gain-spread"], 0.01),
            Weighted("tint", BUILT_IN["tint"], 0.01),
            Weighted("no-change", BUILT_IN["no-change"], 5.0, {"width": width}),
        ),
    )
    (starts,) = starts_of(objective, (0.2**2.2, 4.0**2.2))
    assert starts[-1].tolist() == [1.0, 1.0, 1.0]
