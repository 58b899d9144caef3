"""Small photos with their samples, and what every penalty must do whatever its formula."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.gradient import value_and_gradient


def statistics_of(photo, space):
    return Statistics(np.stack([np.bincount(photo[..., c].ravel(), minlength=256) for c in range(3)]), space)


@pytest.fixture
def photos():
    """Random photos, shape [count, 9, 7, 4]: red, green, blue, alpha; all visible."""

    def make(seed, count=3):
        random = np.random.default_rng(seed)
        pixels = random.integers(1, random.integers(60, 256, (count, 1, 1, 1)), (count, 9, 7, 4))
        pixels[..., 3] = 255
        return pixels.astype(np.uint8)

    return make


@pytest.fixture
def scene_of():
    def make(pictures, space="srgb"):
        sources = [statistics_of(photo, space) for photo in pictures]
        # the target is the source itself, at another brightness, so that it is followed
        targets = [statistics_of((photo * 0.9).astype(np.uint8), space) for photo in pictures]
        return Scene.of(sources, targets, [Sample(photo, space) for photo in pictures])

    return make


@pytest.fixture
def keeps_the_contract(photos, scene_of):
    """Torch as NumPy, the complex step as autograd, autograd as differences, a batch as single problems."""

    def check(penalty, seed):
        pictures, gains = photos(seed), np.random.default_rng(seed + 1).uniform(0.3, 3.0, (3, 3))
        scene = scene_of(pictures)
        on_torch, tensor = scene.map_arrays(torch.as_tensor), torch.tensor(gains, requires_grad=True)
        losses, slopes = value_and_gradient(lambda g: penalty(g, scene), gains)
        judged = penalty(tensor, on_torch)
        np.testing.assert_allclose(judged.detach(), losses, rtol=1e-11, atol=1e-14)
        (expected,) = torch.autograd.grad(judged.sum(), tensor)
        np.testing.assert_allclose(slopes, expected, rtol=1e-9, atol=1e-12)
        assert torch.autograd.gradcheck(lambda g: penalty(g, on_torch), tensor)
        for problem in range(3):
            one = slice(problem, problem + 1)
            alone = penalty(gains[one], scene_of(pictures[one]))
            np.testing.assert_allclose(alone, losses[one], rtol=1e-13, atol=1e-15)
        stacked = penalty(np.stack([gains, gains[::-1]]), scene)
        np.testing.assert_allclose(stacked, [losses, penalty(gains[::-1], scene)], rtol=1e-12)

    return check
