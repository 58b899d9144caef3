"""What a correction says of the light."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch

from colorfix.regularizers import BUILT_IN
from colorfix.regularizers.illuminant import LIGHTS


def by_hand(name, gains):
    red, green, blue = map(math.log, gains)
    a, b = red - green, blue - green
    return {
        "tint": lambda: ((b - (1.3167 * a**2 - 1.2606 * a - 0.0506)) / 0.1) ** 2,
        "temperature": lambda: ((a - (0.2352 - 0.001712 * 333)) / 0.1) ** 2,
    }[name]()


@pytest.mark.parametrize("name", ["tint", "temperature"])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_its_formula(name, seed, photos, scene_of):
    gains = np.random.default_rng(seed).uniform(0.2, 4.0, (3, 3))
    expected = [by_hand(name, g) for g in gains]
    np.testing.assert_allclose(BUILT_IN[name](gains, scene_of(photos(seed))), expected, rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_far_from_all_wells_the_nearest_one_decides(seed, photos, scene_of):
    """Half the squared distance in units of sigma, less ln 6 at the most: the others only add to the sum."""
    gains = np.random.default_rng(seed).uniform(0.2, 4.0, (3, 3))
    logs = np.log(gains)
    a, b = logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]
    nearest = np.min([(a - x) ** 2 + (b - y) ** 2 for x, y in LIGHTS.values()], axis=0) / (2 * 0.03**2)
    found = BUILT_IN["illuminants"](gains, scene_of(photos(seed)))
    assert ((found <= nearest + 1e-9) & (found >= nearest - math.log(6))).all()


def test_a_greener_light_lies_to_the_right_of_the_locus_and_a_more_purple_one_to_the_left():
    """As the picture of tint says, in b at one a: illuminant A with a tenth more green, and with less."""
    for green, side in ((1.1, 1), (1 / 1.1, -1)):
        light = np.exp([0.3652, 0.0, -0.5748]) * [1.0, green, 1.0]
        red, middle, blue = np.log(1 / light)
        a, b = red - middle, blue - middle
        assert side * (b - (1.3167 * a**2 - 1.2606 * a - 0.0506)) > 0.1


def test_the_wells_are_summed_as_the_formula_says(photos, scene_of):
    gains = np.exp(np.array([[-0.33, 0.0, 0.5], [-0.25, 0.1, 0.45], [-0.1, 0.0, 0.1]]))
    logs = np.log(gains)
    a, b = logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]
    wells = [np.exp(-((a - x) ** 2 + (b - y) ** 2) / (2 * 0.1**2)) for x, y in LIGHTS.values()]
    found = BUILT_IN["illuminants"](gains, scene_of(photos(0)), sigma=0.1)
    np.testing.assert_allclose(found, -np.log(sum(wells)), rtol=1e-12)


@pytest.mark.parametrize(
    "penalty",
    [
        BUILT_IN["tint"],
        BUILT_IN["temperature"],
        partial(BUILT_IN["temperature"], mired=200.0),
        BUILT_IN["illuminants"],
        partial(BUILT_IN["illuminants"], sigma=0.1),
    ],
    ids=["tint", "temperature", "temperature-200", "illuminants", "illuminants-wide"],
)
def test_it_keeps_the_contract(penalty, keeps_the_contract):
    keeps_the_contract(penalty, seed=5)


@pytest.mark.parametrize("name", ["tint", "temperature", "illuminants"])
def test_gains_in_linear_light_imply_the_same_light(name, photos, scene_of):
    """A gain g on encoded values and g^2.2 in linear light turn about the same light into white."""
    gains = np.random.default_rng(1).uniform(0.5, 2.0, (3, 3))
    encoded = BUILT_IN[name](gains, scene_of(photos(1)))
    linear = BUILT_IN[name](gains**2.2, scene_of(photos(1), "linear"))
    np.testing.assert_allclose(linear, encoded, rtol=1e-9)


def test_distant_wells_have_a_slope(photos, scene_of):
    """At the corner of all allowed gains each exponential is below 1e-300, and the loss is finite."""
    scene = scene_of(photos(2)).map_arrays(torch.as_tensor)
    gains = torch.tensor([[4.0, 0.2, 4.0]] * 3, dtype=torch.float64, requires_grad=True)
    losses = BUILT_IN["illuminants"](gains, scene)
    (slopes,) = torch.autograd.grad(losses.sum(), gains)
    assert torch.isfinite(losses).all()
    assert torch.isfinite(slopes).all()


@pytest.mark.parametrize(("name", "kelvin"), [("2500 K", 2500), ("A", 2856), ("3200 K", 3200)])
def test_black_bodies_lie_in_the_valley_and_at_their_temperature(name, kelvin, photos, scene_of):
    a, b = LIGHTS[name]
    gains, scene = np.exp([[a, 0.0, b]]), scene_of(photos(0, 1))
    assert BUILT_IN["tint"](gains, scene)[0] < 0.2
    assert BUILT_IN["temperature"](gains, scene, mired=1e6 / kelvin)[0] < 0.05
