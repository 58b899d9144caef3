"""The share of colors that a correction leaves far from gray."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from colorfix.regularizers import BUILT_IN

neutral_pixels = BUILT_IN["neutral-pixels"]


def literally(gains, photo, sigma):
    """The formula pixel by pixel, without a palette."""
    found = []
    for red, green, blue, _ in photo.reshape(-1, 4).tolist():
        stored = [red / 255, green / 255, blue / 255]
        if not (0.08 < max(stored) < 0.98 and min(stored) > 0.015):
            continue
        logs = [math.log(g * x) for g, x in zip(gains, stored, strict=True)]
        distance = sum((z - sum(logs) / 3) ** 2 for z in logs)
        weight = 0.2126 * stored[0] + 0.7152 * stored[1] + 0.0722 * stored[2]
        found.append((weight, distance / (distance + sigma**2)))
    return sum(w * x for w, x in found) / sum(w for w, _ in found)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_its_formula_but_for_the_cells_of_the_palette(seed, photos, scene_of):
    """Colours within a cell of 0.1 count as one: at a sigma of 0.5 that moves the share by less than 0.02."""
    pictures, gains = photos(seed), np.random.default_rng(seed).uniform(0.5, 2.0, (3, 3))
    penalties = neutral_pixels(gains, scene_of(pictures), sigma=0.5)
    expected = [literally(g, photo, 0.5) for g, photo in zip(gains, pictures, strict=True)]
    np.testing.assert_allclose(penalties, expected, atol=0.02)


def test_a_photo_of_few_colors_is_counted_exactly(scene_of):
    """Four colors in cells of their own: nothing is gathered, and the formula holds to rounding."""
    few = np.full((1, 2, 2, 4), 255, np.uint8)
    few[0, :, :, :3] = [[[200, 150, 90], [90, 150, 200]], [[60, 60, 60], [20, 200, 30]]]
    gains = np.array([[0.8, 1.0, 1.7]])
    expected = literally(gains[0], few[0], 0.1)
    np.testing.assert_allclose(neutral_pixels(gains, scene_of(few)), [expected], rtol=1e-12)


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.5])
def test_it_keeps_the_contract(sigma, keeps_the_contract):
    keeps_the_contract(partial(neutral_pixels, sigma=sigma), seed=3)


@pytest.mark.parametrize("value", [0, 255], ids=["black", "white"])
def test_the_penalty_of_a_photo_without_unclipped_colors_is_zero(value, scene_of):
    plain = np.full((1, 3, 3, 4), 255, np.uint8)
    plain[..., :3] = value
    np.testing.assert_array_equal(neutral_pixels(np.array([[1.0, 2.0, 3.0]]), scene_of(plain)), [0.0])


def test_transparent_pixels_do_not_count(scene_of):
    picture = np.full((1, 1, 2, 4), 255, np.uint8)
    picture[0, 0, :, :3] = [[100, 100, 100], [20, 200, 30]]
    picture[0, 0, 1, 3] = 0
    np.testing.assert_allclose(neutral_pixels(np.ones((1, 3)), scene_of(picture)), [0.0], atol=1e-15)
