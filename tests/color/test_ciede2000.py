"""Color differences: judged by the published pairs and by scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from colorfix.color.ciede2000 import ciede2000, lab_of

PUBLISHED = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)
"""L*, a*, b* of two colors and their difference: Table 1 of Sharma, Wu and Dalal, The CIEDE2000
Color-Difference Formula: Implementation Notes, Supplementary Test Data, and Mathematical Observations, Color
Research and Application 30, 2005. They cover every case of the formula: greys, hues on both sides of 0 and
exactly opposite ones."""

ONE, OTHER, DIFFERENCE = PUBLISHED[:, :3], PUBLISHED[:, 3:6], PUBLISHED[:, 6]


@pytest.mark.parametrize(("one", "other"), [(ONE, OTHER), (OTHER, ONE)], ids=["as published", "swapped"])
def test_published_differences_are_reproduced_to_four_decimals(one, other):
    assert len(PUBLISHED) == 34
    assert np.abs(ciede2000(one, other) - DIFFERENCE).max() <= 0.5e-4 * (1 + 1e-9)


def test_differences_of_any_colors_equal_scikit_image():
    from skimage.color import deltaE_ciede2000

    one, other = np.random.default_rng(0).uniform([0, -120, -120], [100, 120, 120], (2, 10_000, 3))
    assert ciede2000(one, other) == pytest.approx(deltaE_ciede2000(one, other), abs=1e-9)


def test_cielab_equals_scikit_image_but_for_the_white_point():
    """It has white at (0.95047, 1, 1.08883); here white is what the matrix of sRGB makes of (1, 1, 1)."""
    from skimage.color import rgb2lab

    stored = np.random.default_rng(0).random((1000, 3))
    assert lab_of(stored) == pytest.approx(rgb2lab(stored), abs=0.03)


@given(some.floats(0, 1))
def test_grays_are_neutral(value):
    assert np.abs(lab_of(np.full(3, value))[1:]).max() < 1e-12


@given(arrays(np.float64, (2, 3), elements=some.floats(0, 1)))
def test_the_difference_is_symmetric_and_zero_for_equal_colors(stored):
    one, other = lab_of(stored)
    assert ciede2000(one, other) == pytest.approx(ciede2000(other, one), abs=1e-9)
    assert ciede2000(one, one) == 0
