"""Experiment 1: the batch against plain torch, and what Table 1 is about, at fewer steps."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from colorfix.experiments.contenders import Contender, contenders, cooling_down
from colorfix.experiments.polynomial_losses import POLYNOMIALS, PolynomialLosses, value
from colorfix.experiments.polynomial_results import NEAR
from colorfix.experiments.polynomials import WIDTHS, NetworkRun, learn_run
from colorfix.learning import Device, Optimizer
from colorfix.learning.network import Network

TORCH = Device("torch")
BY_NAME = {polynomial.name: polynomial for polynomial in POLYNOMIALS}
LAYERS = {"identity": nn.Identity, "tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}

every = pytest.mark.parametrize("polynomial", POLYNOMIALS, ids=lambda polynomial: polynomial.name)


def run_of(optimizer, *, activation="identity", seeds=2, steps=60):
    return NetworkRun(Contender("it", optimizer), activation, seeds, steps, TORCH)


def record_of(outcome, polynomial, initialisation):
    wanted = (polynomial, initialisation)
    return next(r for r in outcome.records if (r["polynomial"], r["initialisation"]) == wanted)


# --- the losses of a batch ---


@every
def test_in_a_batch_each_problem_has_its_own_polynomial_to_rounding(polynomial):
    """Against rational arithmetic, among all the others, where the paper's minima and barriers lie."""
    points = np.linspace(-1.5, 5.5, 57)
    mixture = [p for p in POLYNOMIALS for _ in points]
    losses = PolynomialLosses.of(mixture)(np.tile(points, len(POLYNOMIALS))[:, None])
    ours = losses[[p is polynomial for p in mixture]]
    exact = [float(value(polynomial.coefficients, Fraction(x))) for x in points]
    np.testing.assert_allclose(ours, exact, rtol=1e-12, atol=1e-12)


@every
def test_autograd_finds_the_slope_of_the_exact_polynomial(polynomial):
    x = torch.linspace(-1.0, 5.0, 25, dtype=torch.float64)[:, None].requires_grad_()
    PolynomialLosses.of([polynomial] * len(x)).mapped(torch.as_tensor)(x).sum().backward()
    slope = tuple(k * c for k, c in enumerate(polynomial.coefficients))[1:]
    exact = [float(value(slope, Fraction(float(point)))) for point in x.detach()[:, 0]]
    np.testing.assert_allclose(x.grad[:, 0], exact, rtol=1e-11, atol=1e-11)


# --- the networks of a batch ---


def single(seed, activation, initialisation):
    """The paper's network as torch users write it."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = []
        for before, after in pairwise(WIDTHS):
            linear = nn.Linear(before, after)
            if initialisation == "glorot":
                nn.init.xavier_uniform_(linear.weight)
                nn.init.zeros_(linear.bias)
            layers += [linear, LAYERS[activation]()]
    return nn.Sequential(*layers[:-1]).double()


def best_of(model, optimizer, polynomial, steps):
    """A plain loop: the lowest loss of one network, and the last."""
    coefficients = [float(c) for c in polynomial.coefficients]
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        x = model(torch.ones(6).double())[0]
        loss = sum(c * x**k for k, c in enumerate(coefficients))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return min(losses), losses[-1]


@pytest.mark.parametrize("activation", LAYERS)
@pytest.mark.parametrize("initialisation", ["torch", "glorot"])
def test_a_batch_equals_a_plain_loop_over_single_networks_with_torchs_adam(activation, initialisation):
    outcome = learn_run(run_of(Optimizer("adam", 0.01), activation=activation))
    for polynomial in (BY_NAME["p6"], BY_NAME["p8"], BY_NAME["p4"]):
        record = record_of(outcome, polynomial.name, initialisation)
        for seed in range(2):
            alone = single(seed, activation, initialisation)
            adam = torch.optim.Adam(alone.parameters(), 0.01)
            expected = best_of(alone, adam, polynomial, 60)
            found = record["best"][seed], record["final"][seed]
            np.testing.assert_allclose(found, expected, rtol=1e-7)  # the plain loop's sum is the rougher one


def clipped(parameters):
    """SGD with momentum whose gradients are clipped by torch, over all parameters of the one network."""
    parameters = list(parameters)
    sgd = torch.optim.SGD(parameters, 0.01, momentum=0.9)
    sgd.register_step_pre_hook(lambda *_: nn.utils.clip_grad_norm_(parameters, 1.0) and None)
    return sgd


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("rmsprop-momentum", lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.9)),
        ("nadam", lambda p: torch.optim.NAdam(p, 0.01)),
        ("radam", lambda p: torch.optim.RAdam(p, 0.01)),
        ("momentum-clipped", clipped),
    ],
)
def test_a_peer_in_a_batch_is_torchs_own_on_a_single_network(name, build):
    """Also where the gradients of its neighbours in the batch are thousands of times its own."""
    outcome = learn_run(run_of(Optimizer(name, 0.01), activation="tanh", seeds=1))
    for polynomial in (BY_NAME["p4"], BY_NAME["p2"]):
        alone = single(0, "tanh", "torch")
        expected = best_of(alone, build(alone.parameters()), polynomial, 60)
        record = record_of(outcome, polynomial.name, "torch")
        np.testing.assert_allclose((record["best"][0], record["final"][0]), expected, rtol=1e-6)


def test_the_wider_initialization_starts_a_quarter_of_the_networks_left_of_the_barrier():
    """Of the sixth order, at x = -0.6995: what decides how often Adam ends in the global minimum."""
    left = [
        (Network(range(1000), widths=WIDTHS, activation="identity", initialisations=[how])() < -0.6995).sum()
        for how in ("glorot", "torch")
    ]
    assert 200 <= left[0] <= 300
    assert left[1] <= 70


# --- Table 1 ---


def test_hill_adam_reaches_the_global_minimum_from_every_seed_and_adam_from_none():
    """Sixth order, no activations, torch's initialisation, γ 200; the paper has 12 and 5 of 15."""
    polynomial = BY_NAME["p6"]
    hill_adam, adam = (
        record_of(learn_run(run_of(optimizer, seeds=15, steps=1900)), "p6", "torch")
        for optimizer in (Optimizer("hill-adam", 0.01, 1e-4, 200.0), Optimizer("adam", 0.01))
    )
    assert None not in hill_adam["first_hit"]
    assert (hill_adam["best"] <= polynomial.lowest.loss + NEAR).all()
    assert (hill_adam["best"] >= polynomial.lowest.loss - 1e-12).all()  # nothing lies below it
    np.testing.assert_allclose(hill_adam["best_x"], polynomial.lowest.x, atol=1e-2)
    assert adam["first_hit"] == [None] * 15
    np.testing.assert_allclose(adam["best"], polynomial.minima[1].loss, atol=1e-3)


def test_the_first_hit_is_the_first_step_whose_loss_is_near_enough():
    """Against the path of the run that the figures show."""
    run = NetworkRun(contenders((200.0,), Optimizer("annealing"))[0], "identity", 3, 80, TORCH)
    outcome = learn_run(run)
    assert set(outcome.paths) == {"p6", "p10"}
    record = record_of(outcome, "p6", "glorot")
    for seed, path in enumerate(outcome.paths["p6"]):
        near = [step for step, loss in enumerate(path.losses) if loss <= BY_NAME["p6"].lowest.loss + NEAR]
        assert record["first_hit"][seed] == (near[0] if near else None)
        assert path.lowest == record["best"][seed]
        np.testing.assert_allclose(BY_NAME["p6"](path.x), path.losses, rtol=1e-9)


def test_annealing_cools_from_hot_to_cold():
    optimizer = cooling_down(0.1, 100.0, 1e-3, 500)
    assert optimizer.temperature * optimizer.cooling**500 == pytest.approx(1e-3, rel=1e-9)
