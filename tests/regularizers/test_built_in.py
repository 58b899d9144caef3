"""Every built-in penalty against its formula in plain Python, and against finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import SettingError
from colorfix.regularizers import BUILT_IN

FIXED = settings(derandomize=True, deadline=None, max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)
CASES = [
    ("blue-hinge", {}),
    ("blue-hinge", {"limit": 0.25}),
    ("double-wells", {}),
    ("gain-spread", {}),
    ("gray-world", {}),
    ("gray-world", {"reach": 0.3}),
    ("luminance", {}),
    ("no-change", {}),
    ("no-change", {"width": 0.3}),
    ("shades-of-gray", {}),
    ("shades-of-gray", {"p": 2.0}),
    ("shades-of-gray", {"blue": 0.0}),
    ("shades-of-gray", {"reach": 0.3}),
]
EVERY = pytest.mark.parametrize(("name", "parameters"), CASES, ids=str)


def photos(seed, count=3):
    """Small random photos, shape [count, 3, 40] as 8-bit values, dim to bright."""
    random = np.random.default_rng(seed)
    top = random.integers(20, 256, (count, 3, 1))
    return random.integers(1, top + 1, (count, 3, 40))


def statistics_of(photo):
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in photo]))


def scene_of(pictures):
    sources = [statistics_of(photo) for photo in pictures]
    return Scene.of(sources, sources[::-1]).with_source_luminance()


def gains_of(seed, count=3):
    return np.random.default_rng(seed + 1).uniform(0.2, 4.0, (count, 3))


def by_hand(name, gains, photo, limit=1 / 3, p=6.0, blue=0.1, width=0.045, reach=math.inf):  # noqa: PLR0917 - every penalty's parameters
    """Return the penalty of a regularizer for one photo, by the formula of its docstring, from the pixels."""
    g_red, _, g_blue = gains
    means = [sum(channel) / len(channel) / 255 for channel in photo.tolist()]
    corrected = [g * mean for g, mean in zip(gains, means, strict=True)]
    norms = [(sum((v / 255) ** p for v in channel) / len(channel)) ** (1 / p) for channel in photo.tolist()]

    def spread(logs):
        return sum((z - sum(logs) / 3) ** 2 for z in logs)

    def bounded(logs):
        return spread(logs) / (1 + spread(logs) / reach**2)

    def bright(channels):
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]

    return {
        "double-wells": lambda: (
            ((g_blue - 2.1) ** 2 - 1) ** 2 + 0.3 * g_blue + 2 + ((g_red + 0.5) ** 2 - 1) ** 2
        ),
        "blue-hinge": lambda: max(0.0, corrected[2] / sum(corrected) - limit) ** 2,
        "luminance": lambda: math.log(bright(corrected) / bright(means)) ** 2,
        "gray-world": lambda: bounded([math.log(mean) for mean in corrected]),
        "shades-of-gray": lambda: bounded(
            [math.log(g * e) - off for g, e, off in zip(gains, norms, (0, 0, blue), strict=True)]
        ),
        "gain-spread": lambda: spread([math.log(g) for g in gains]),
        "no-change": lambda: (
            spread([math.log(g) for g in gains]) / (spread([math.log(g) for g in gains]) + width**2)
        ),
    }[name]()


def test_every_built_in_penalty_has_a_formula_test():
    elsewhere = {
        "clipping",
        "gray-edge",
        "illuminants",
        "neutral-pixels",
        "same-scene",
        "temperature",
        "tint",
    }
    assert {name for name, _ in CASES} | elsewhere == set(BUILT_IN)


@EVERY
@FIXED
@given(seed=SEEDS)
def test_a_penalty_is_its_formula(name, parameters, seed):
    pictures, gains = photos(seed), gains_of(seed)
    expected = [
        by_hand(name, g, photo, **parameters) for g, photo in zip(gains.tolist(), pictures, strict=True)
    ]
    penalties = BUILT_IN[name](gains, scene_of(pictures), **parameters)
    np.testing.assert_allclose(penalties, expected, rtol=1e-9, atol=1e-15)


@EVERY
def test_torch_and_numpy_give_equal_penalties(name, parameters):
    scene, gains = scene_of(photos(1)), gains_of(1)
    on_torch = BUILT_IN[name](torch.tensor(gains), scene.map_arrays(torch.as_tensor), **parameters)
    np.testing.assert_allclose(on_torch, BUILT_IN[name](gains, scene, **parameters), rtol=1e-12, atol=1e-15)


@EVERY
@pytest.mark.parametrize("seed", range(5))
def test_autograd_agrees_with_finite_differences(name, parameters, seed):
    scene = scene_of(photos(seed)).map_arrays(torch.as_tensor)
    gains = torch.tensor(gains_of(seed), requires_grad=True)
    assert torch.autograd.gradcheck(lambda g: BUILT_IN[name](g, scene, **parameters), gains)


@EVERY
def test_a_batch_is_as_many_single_problems(name, parameters):
    """A penalty must not let one photo of a batch look at another."""
    pictures, gains = photos(2), gains_of(2)
    together = BUILT_IN[name](gains, scene_of(pictures), **parameters)
    assert together.shape == (3,)
    for problem in range(3):
        alone = BUILT_IN[name](
            gains[problem : problem + 1], scene_of(pictures[problem : problem + 1]), **parameters
        )
        np.testing.assert_array_equal(alone, together[problem : problem + 1])


@EVERY
def test_leading_axes_are_kept(name, parameters):
    """The contract: [4, P, 3] in, [4, P] out, each of the four as it would be alone."""
    scene = scene_of(photos(3))
    gains = np.stack([gains_of(seed) for seed in range(4)])
    stacked = BUILT_IN[name](gains, scene, **parameters)
    assert stacked.shape == (4, 3)
    for mine, alone in zip(stacked, gains, strict=True):
        np.testing.assert_allclose(mine, BUILT_IN[name](alone, scene, **parameters), rtol=1e-14)


@EVERY
def test_arguments_are_not_modified(name, parameters):
    scene, gains = scene_of(photos(4)), gains_of(4)
    fields = [
        "source_means",
        "source_deviations",
        "target_means",
        "target_deviations",
        "weights",
        "values",
        "luma",
    ]
    arrays = [gains, *(getattr(scene, field) for field in fields)]
    before = [array.copy() for array in arrays]
    BUILT_IN[name](gains, scene, **parameters)
    for now, then in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(now, then)


@FIXED
@given(seed=SEEDS, p=st.floats(1.0, 12.0))
def test_norms_from_the_histogram_are_those_of_the_pixels(seed, p):
    pictures = photos(seed)
    expected = ((pictures / 255.0) ** p).mean(-1) ** (1 / p)
    np.testing.assert_allclose(scene_of(pictures).norms(p), expected, rtol=1e-12)


def test_the_norm_of_a_high_power_tends_to_the_maximum():
    """White patch: of 40 pixels one at least is the largest; (1/40)^(1/80) = 0.955 bounds the ratio."""
    pictures = photos(5)
    ratio = scene_of(pictures).norms(80.0) / (pictures.max(-1) / 255.0)
    assert ((ratio > 0.954) & (ratio <= 1 + 1e-12)).all()


@pytest.mark.parametrize("p", [0.0, -2.0, 400.0])
def test_a_power_that_has_no_mean_or_underflows_is_refused(p):
    """The root of p = 0 divides by zero, below 0 black is infinite; (40/255)^400 is 0 in float64."""
    with pytest.raises(SettingError, match=f"p must lie in 1 to 80, got {p}"):
        scene_of(photos(5)).norms(p)


def test_the_highest_power_still_sees_the_darkest_value_in_linear_light():
    """One pixel of 1 among black ones: e = x n^(-1/p), x = 1/255/12.92 by the foot of sRGB's curve."""
    counts = np.zeros((3, 256), np.int64)
    counts[:, 0], counts[:, 1] = 10**8 - 1, 1
    dark = Statistics(counts, "linear")
    expected = 1 / 255 / 12.92 * 10 ** (-8 / 80)
    np.testing.assert_allclose(Scene.of([dark], [dark]).norms(80.0), np.full((1, 3), expected), rtol=1e-9)


def test_norms_are_those_of_the_scene_given():
    """They are remembered; a scene made from another one must not answer with its memory."""
    scene = scene_of(photos(6))
    scene.norms(6.0)
    halved = scene.map_arrays(lambda array: array / 2)
    expected = (scene.weights / 2 * (scene.values / 2) ** 6).sum(-1) ** (1 / 6)
    np.testing.assert_allclose(halved.norms(6.0), expected, rtol=1e-12)


def test_the_double_wells_lie_where_the_paper_has_them():
    """Its figures: blue near 1.1 (realistic) and 3.1 (saturated), red near 0.5; the realistic one is lower.

    The tilt 0.3 g_B moves them: with z = g_B - 2.1, 4 z (z^2 - 1) + 0.3 is 0 at -1.0356, 0.0754, 0.9601.
    """
    roots = np.sort(np.roots([4.0, 0.0, -4.0, 0.3]))
    assert roots == pytest.approx([-1.0356, 0.0754, 0.9601], abs=5e-5)
    blues = 2.1 + np.append(roots, [roots[0] - 1e-3, roots[0] + 1e-3])
    gains = np.stack([np.full(5, 0.5), np.ones(5), blues], axis=1)
    realistic, ridge, saturated, left, right = BUILT_IN["double-wells"](gains, None)
    assert realistic < saturated < ridge
    assert realistic < min(left, right)


def test_the_hinge_is_zero_for_every_photo_that_is_not_blue():
    """Exactly when blue is at most the mean of the channels, b <= 1/3."""
    scene = scene_of(photos(7))
    neutral = 1 / scene.source_means
    np.testing.assert_array_equal(BUILT_IN["blue-hinge"](neutral * [1.0, 1.0, 0.999], scene), np.zeros(3))
    assert (BUILT_IN["blue-hinge"](neutral * [1.0, 1.0, 1.001], scene) > 0).all()


@pytest.mark.parametrize("name", ["gray-world", "shades-of-gray", "gain-spread"])
@FIXED
@given(seed=SEEDS, factor=st.floats(0.3, 3.0))
def test_penalties_on_color_do_not_depend_on_brightness(name, seed, factor):
    """A factor common to the gains moves every z_c by the same logarithm."""
    scene, gains = scene_of(photos(seed)), gains_of(seed)
    penalties = BUILT_IN[name](gains, scene)
    np.testing.assert_allclose(BUILT_IN[name](gains * factor, scene), penalties, rtol=1e-9, atol=1e-14)
