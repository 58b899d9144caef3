"""Free gains against their formula; the batch of networks against torch's own layers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from colorfix.learning.models import FreeGains
from colorfix.learning.network import WIDTHS, Network

FIXED = settings(derandomize=True, deadline=None, max_examples=60)
SEEDS = [5343, 100, 2534, 3956]  # the paper's
SMALL = (1, 8, 5, 3)


@FIXED
@given(arrays(np.float64, (2, 3), elements=st.floats(0.21, 3.9)))
def test_parameters_of_gains_give_the_same_gains(gains):
    model = FreeGains(gains)
    np.testing.assert_allclose(model.gains(model.parameters()), gains, rtol=1e-13)


@FIXED
@given(arrays(np.float64, (2, 3), elements=st.floats(-1e6, 1e6)))
def test_any_parameters_give_gains_within_the_limits(angles):
    gains = FreeGains(np.ones((2, 3)), (0.5, 3.0)).gains(angles)
    assert ((gains >= 0.5 * (1 - 1e-12)) & (gains <= 3.0 * (1 + 1e-12))).all()


def test_the_limits_lie_a_quarter_turn_from_the_center():
    """The geometric mean of the limits is at 0, the limits at -pi/2 and pi/2, mirrors beyond them."""
    angles = np.array([[-math.pi / 2, 0.0, math.pi / 2], [math.pi / 2 - 0.1, math.pi / 2 + 0.1, math.pi]])
    gains = FreeGains(np.ones((2, 3))).gains(angles)
    np.testing.assert_allclose(gains[0], [0.2, math.sqrt(0.2 * 4.0), 4.0], rtol=1e-14)
    assert gains[1, 0] == pytest.approx(gains[1, 1], rel=1e-14)
    assert gains[1, 2] == pytest.approx(math.sqrt(0.8), rel=1e-14)


def test_gains_beyond_the_limits_are_clamped():
    model = FreeGains(np.array([[0.01, 1.0, 50.0]]))
    np.testing.assert_allclose(model.gains(model.parameters()), [[0.2, 1.0, 4.0]], rtol=1e-5)


def test_gains_at_a_limit_can_be_learned_away_from_it():
    """At exactly a quarter turn the slope of every loss is 0, and no optimizer would ever leave."""
    model = FreeGains(np.array([[0.2, 4.0, 50.0]]))
    assert (np.abs(np.cos(model.parameters())) > 1e-4).all()


def single(seed, widths):
    """One network as torch users write it."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.Sigmoid()]
    return nn.Sequential(*layers[:-1]).double()


def test_a_batch_of_networks_is_as_many_single_networks():
    together = Network(SEEDS)()
    for seed, gains in zip(SEEDS, together, strict=True):
        torch.testing.assert_close(
            gains, single(seed, WIDTHS)(torch.ones(1).double()), rtol=1e-13, atol=1e-13
        )


def test_a_batch_of_networks_learns_as_single_networks_do():
    """Twenty steps of Adam, which divides by the gradients' own size: also the gradients must agree."""
    goal = torch.tensor([0.5, 1.0, 2.0]).double()
    batch = Network(SEEDS, widths=SMALL)
    adam = torch.optim.Adam(batch.parameters(), lr=0.01)
    for _ in range(20):
        adam.zero_grad()
        ((batch() - goal) ** 2).sum().backward()
        adam.step()
    for seed, gains in zip(SEEDS, batch(), strict=True):
        alone = single(seed, SMALL)
        its_adam = torch.optim.Adam(alone.parameters(), lr=0.01)
        start = alone(torch.ones(1).double()).detach()
        for _ in range(20):
            its_adam.zero_grad()
            ((alone(torch.ones(1).double()) - goal) ** 2).sum().backward()
            its_adam.step()
        torch.testing.assert_close(gains, alone(torch.ones(1).double()), rtol=1e-10, atol=1e-10)
        assert (gains - start).abs().max() > 0.1


def test_the_papers_network_is_the_default():
    """Section 7.2: 1 - 64 - 128 - 256 - 128 - 64 - 3."""
    network = Network([1])
    assert [tuple(weight.shape) for weight, _ in network.layers()] == [
        (1, 1, 64), (1, 64, 128), (1, 128, 256), (1, 256, 128), (1, 128, 64), (1, 64, 3),
    ]  # fmt: skip


def test_within_free_gains_the_network_moves_their_parameters():
    """θ = θ₀ + output, θ₀ of the start: the mirror's formula, written out in NumPy."""
    free = FreeGains(np.full((1, 3), 1.2))
    center, half = np.log(0.2 * 4.0) / 2, np.log(4.0 / 0.2) / 2
    start = np.arcsin((np.log(1.2) - center) / half)
    expected = np.exp(center + half * np.sin(start + Network(SEEDS)().detach().numpy()))
    np.testing.assert_allclose(Network(SEEDS, within=free)().detach().numpy(), expected, rtol=1e-12)


def test_building_networks_does_not_change_the_random_state_of_torch():
    before = torch.get_rng_state()
    Network(SEEDS, widths=SMALL)
    assert torch.equal(torch.get_rng_state(), before)


def test_building_networks_does_not_change_the_random_state_of_the_gpu(monkeypatch):
    """torch.manual_seed seeds every device at once, and nothing would put a GPU's state back."""
    touched = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", touched.append)
    Network(SEEDS, widths=SMALL)
    assert touched == []
