"""A term that is undefined for a scene is left out: 0 for every gain, with a warning."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.gradient import value_and_gradient
from colorfix.learning.objective import Objective
from colorfix.regularizers import BUILT_IN, Weighted, need_of

NEEDING = ["gray-edge", "neutral-pixels", "same-scene"]


def statistics_of(photo):
    return Statistics(np.stack([np.bincount(photo[..., c].ravel(), minlength=256) for c in range(3)]))


def picture(*colors):
    """A row of pixels over a row of gray ones, so that every channel has edges unless all is one color."""
    pixels = np.full((2, len(colors), 4), 255, np.uint8)
    pixels[..., :3] = colors
    return pixels


SOUND = picture((200, 150, 90), (90, 60, 30), (30, 80, 100), (120, 110, 50))
PLAIN = picture((200, 150, 90), (200, 150, 90))
BURNT = picture((255, 255, 254), (254, 255, 255), (255, 254, 255), (255, 255, 254))
NO_RED = picture((0, 150, 90), (0, 60, 30), (0, 80, 100), (0, 110, 50))


def scene_of(*pairs):
    sources, targets = zip(*pairs, strict=True)
    return Scene.of(
        [statistics_of(photo) for photo in sources],
        [statistics_of(photo) for photo in targets],
        [Sample(photo) for photo in sources],
    )


def objective(scene, names=tuple(BUILT_IN)):
    return Objective(scene, "mean", tuple(Weighted(name, BUILT_IN[name], 1.0) for name in names))


LACKING = {
    "gray-edge": ((PLAIN, SOUND), "gray-edge is left out: the photo has a channel without edges"),
    "neutral-pixels": ((BURNT, SOUND), "neutral-pixels is left out: every color of the photo is clipped"),
    "same-scene": ((SOUND, NO_RED), "same-scene is left out: the target has a channel"),
}


def test_these_penalties_have_needs():
    assert [name for name, penalty in BUILT_IN.items() if need_of(penalty) is not None] == NEEDING
    assert sorted(LACKING) == NEEDING


@pytest.mark.parametrize("name", LACKING)
def test_an_unmet_need_is_the_only_term_left_out(name):
    pair, sentence = LACKING[name]
    (warning,) = objective(scene_of(pair)).left_out()
    assert warning.startswith(sentence)


def test_no_term_is_left_out_of_a_sound_photo():
    assert objective(scene_of((SOUND, SOUND))).left_out() == ()


def test_edges_of_transparent_parts_do_not_count():
    holed, colour_in_the_hole = SOUND.copy(), SOUND.copy()
    for photo in (holed, colour_in_the_hole):
        photo[0, 0, 3] = 0
    colour_in_the_hole[0, 0, :3] = [255, 0, 0]
    edges = [scene_of((photo, SOUND)).edges for photo in (holed, colour_in_the_hole)]
    np.testing.assert_array_equal(*edges)
    assert (edges[0] != scene_of((SOUND, SOUND)).edges).any()
    assert objective(scene_of((holed, SOUND))).left_out() == ()


@pytest.mark.parametrize("name", LACKING)
def test_in_a_batch_the_term_is_left_out_where_it_is_undefined_and_only_there(name):
    """The other problem has what it has alone, the lacking one 0 and no slope, on both kinds of array."""
    lacking, sound = LACKING[name][0], (SOUND, SOUND)
    gains = np.array([[0.6, 1.1, 1.9], [0.7, 1.2, 1.6]])
    batch = objective(scene_of(lacking, sound), [name])
    penalties, slopes = value_and_gradient(lambda g: BUILT_IN[name](g, batch.scene), gains)
    alone = value_and_gradient(lambda g: BUILT_IN[name](g, scene_of(sound)), gains[1:])
    assert (penalties[0], *slopes[0]) == (0.0, 0.0, 0.0, 0.0)
    assert alone[0] > 0
    np.testing.assert_allclose(penalties[1:], alone[0], rtol=1e-12)
    np.testing.assert_allclose(slopes[1:], alone[1], rtol=1e-12)
    assert len(batch.left_out(0)) == 1
    assert batch.left_out(1) == ()
    tensor = torch.tensor(gains, requires_grad=True)
    on_torch = batch.mapped(torch.as_tensor)
    judged = BUILT_IN[name](tensor, on_torch.scene)
    (expected,) = torch.autograd.grad(judged.sum(), tensor)
    np.testing.assert_allclose(judged.detach(), penalties, rtol=1e-12)
    np.testing.assert_allclose(expected, slopes, rtol=1e-12, atol=1e-15)
    assert on_torch.left_out(0) == batch.left_out(0)


@pytest.mark.parametrize("pair", [*(pair for pair, _ in LACKING.values()), (BURNT, NO_RED), (PLAIN, BURNT)])
def test_every_term_and_slope_is_finite_if_a_need_is_unmet(pair):
    gains = np.array([[0.2, 1.0, 4.0], [1.0, 1.0, 1.0], [4.0, 0.2, 0.2]])
    for name, penalty in BUILT_IN.items():
        values, slopes = value_and_gradient(lambda g, p=penalty: p(g, scene_of(pair)), gains)
        assert np.isfinite(values).all(), name
        assert np.isfinite(slopes).all(), name
