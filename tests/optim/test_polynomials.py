"""Experiment 1 of the paper: what Hill-ADAM is for, on losses whose minima are known exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from colorfix.optim import HillAdam

SEEDS = range(15)
WIDTHS = (6, 4, 3, 1)
SQUARE = np.polynomial.Polynomial([4, 0, 1])
SIXTH_ORDER = np.polynomial.Polynomial([8, 40, 160, 120, 0, 40, 40])


def lowest(polynomial):
    """The global minimum, certified: f at the real roots of f' (the leading coefficient is positive)."""
    roots = np.roots(polynomial.deriv().coef[::-1])
    return polynomial(roots[np.abs(roots.imag) < 1e-9].real).min()


def weights_of(seed):
    """The paper's network with torch's default initialisation, all its weights in a row."""
    torch.manual_seed(seed)
    return parameters_to_vector(nn.Sequential(*(nn.Linear(a, b) for a, b in pairwise(WIDTHS))).parameters())


def outputs_of(weights):
    """Feed ones through fifteen networks without activations; weights [15, 47], outputs [15]."""
    signal = torch.ones(len(weights), WIDTHS[0], 1, dtype=weights.dtype)
    begin = 0
    for before, after in pairwise(WIDTHS):
        matrix = weights[:, begin : begin + before * after].reshape(-1, after, before)
        begin += before * after
        signal = torch.bmm(matrix, signal) + weights[:, begin : begin + after, None]
        begin += after
    return signal[:, 0, 0]


def stacked():
    with torch.random.fork_rng():
        return torch.stack([weights_of(seed).detach() for seed in SEEDS]).double().requires_grad_()


def losses_of(polynomial, x):
    value = torch.zeros_like(x)
    for coefficient in polynomial.coef[::-1]:
        value = value * x + coefficient
    return value


def descend(optimizer, polynomial, weights):
    def closure():
        optimizer.zero_grad()
        losses = losses_of(polynomial, outputs_of(weights))
        losses.sum().backward()
        return losses

    return optimizer.step(closure)


def test_the_networks_in_a_batch_are_the_papers_networks():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = nn.Sequential(*(nn.Linear(a, b) for a, b in pairwise(WIDTHS)))
    torch.testing.assert_close(outputs_of(stacked())[3].float(), network(torch.ones(6))[0])


def test_the_certified_minima_are_the_papers():
    """Section 7.1 and its figures: 4 at 0; 2.8863 at -1.1848."""
    assert lowest(SQUARE) == pytest.approx(4.0, abs=1e-12)
    assert lowest(SIXTH_ORDER) == pytest.approx(2.8863, abs=5e-5)


@pytest.mark.parametrize(
    ("polynomial", "steps"), [(SQUARE, 600), (SIXTH_ORDER, 1900)], ids=["square", "sixth"]
)
def test_every_seed_finds_the_global_minimum(polynomial, steps):
    """With lr 0.01, delta 1e-4 and gamma 200; the paper's own table has 12 of 15 on the sixth order."""
    weights = stacked()
    optimizer = HillAdam([weights], lr=0.01, delta=1e-4, gamma=200.0, problems=len(SEEDS))

    for _ in range(steps):
        descend(optimizer, polynomial, weights)
    minimum = lowest(polynomial)
    assert (optimizer.best_loss >= minimum - 1e-9).all()  # nothing lies below a certified minimum
    assert (optimizer.best_loss < minimum + 1e-3).all()
    optimizer.restore_best()
    assert torch.equal(losses_of(polynomial, outputs_of(weights)).detach(), optimizer.best_loss)


def test_adam_finds_it_from_none_of_them():
    """Every net starts right of the barrier and stays there: that is what the claim above is about."""
    weights = stacked()
    adam = torch.optim.Adam([weights], lr=0.01)
    for _ in range(600):
        losses = descend(adam, SIXTH_ORDER, weights)
    torch.testing.assert_close(losses.detach(), torch.full_like(losses, 5.1923), rtol=0, atol=1e-4)
