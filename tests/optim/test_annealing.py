"""Simulated annealing against Metropolis's rule, written out for one number at a time."""

from __future__ import annotations

import math

import pytest
import torch

from colorfix.optim import Annealing

SETTINGS = {"lr": 0.3, "temperature": 2.0, "cooling": 0.97, "seed": 11}


def starts():
    generator = torch.Generator().manual_seed(5)
    shapes = [(3, 2), (3, 2, 2)]
    return [2 * torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def bumps(first, second):
    """A bowl with ripples, so that there are hills to accept and to refuse."""
    points = torch.cat([first.flatten(1), second.flatten(1)], 1)
    return (points**2 + 2 * torch.cos(3 * points)).sum(1)


def anneal(steps, loss_of=bumps, **overrides):
    """Return the losses of all proposals, the proposals, and the optimizer."""
    parameters = [start.requires_grad_() for start in starts()]
    optimizer = Annealing(parameters, **(SETTINGS | overrides))
    losses, places = [], []
    for _ in range(steps):
        places.append([p.detach().clone() for p in parameters])
        losses.append(optimizer.step(lambda: loss_of(*parameters)).detach())
    return torch.stack(losses), places, optimizer


def test_proposals_are_accepted_by_metropolis_rule():
    """One number at a time, from the same random numbers: a chance a problem, then a jump a parameter.

    x' is accepted when u < exp(-(L(x') - L(x)) / T); T cools by 0.97 a step; the start is always accepted.
    """
    losses, places, _ = anneal(80)
    generator = torch.Generator().manual_seed(SETTINGS["seed"])
    accepted = [start.tolist() for start in starts()]
    accepted_losses, temperature, refused, climbed = [math.nan] * 3, SETTINGS["temperature"], 0, 0
    for step in range(80):
        proposals = [place.tolist() for place in places[step]]
        chances = torch.rand(3, generator=generator, dtype=torch.float64).tolist() if step else [0.0] * 3
        for problem in range(3):
            rise = losses[step, problem].item() - accepted_losses[problem]
            if step == 0 or rise <= 0 or chances[problem] < math.exp(-rise / temperature):
                climbed += rise > 0
                accepted_losses[problem] = losses[step, problem].item()
                for mine, proposed in zip(accepted, proposals, strict=True):
                    mine[problem] = proposed[problem]
            else:
                refused += 1
        jumps = [torch.empty(s.shape, dtype=s.dtype).normal_(generator=generator) for s in starts()]
        if step < 79:
            for mine, jump, place in zip(accepted, jumps, places[step + 1], strict=True):
                assert torch.equal(torch.tensor(mine, dtype=torch.float64) + 0.3 * jump, place)
        temperature *= SETTINGS["cooling"]
    assert refused > 20
    assert climbed > 10


def test_one_seed_gives_one_walk_and_another_seed_another():
    losses, _, _ = anneal(20)
    assert torch.equal(losses, anneal(20)[0])
    assert not torch.equal(losses, anneal(20, seed=12)[0])


def test_the_global_random_state_of_torch_is_unchanged():
    before = torch.get_rng_state()
    anneal(5)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_proposal_with_a_nan_loss_is_never_accepted(odd):
    """Every proposal but the start breaks: all later ones are jumps from the start."""
    steps = iter(range(30))

    def breaking(first, second):
        return bumps(first, second) + (0.0 if next(steps) == 0 else odd)

    _, places, optimizer = anneal(30, breaking)
    generator = torch.Generator().manual_seed(SETTINGS["seed"])
    for step, place in enumerate(places[1:]):
        if step:
            torch.rand(3, generator=generator, dtype=torch.float64)
        for start, now in zip(starts(), place, strict=True):
            jump = torch.empty(start.shape, dtype=start.dtype).normal_(generator=generator)
            assert torch.equal(now, start + 0.3 * jump)
    assert all(torch.isfinite(p).all() for group in optimizer.param_groups for p in group["params"])


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_start_with_a_nan_loss_is_replaced_by_any_finite_loss(odd):
    """The start breaks; the first proposal after it is accepted, and with T near 0 only lower ones follow."""
    steps = iter(range(200))

    def breaking(first, second):
        return bumps(first, second) + (odd if next(steps) == 0 else 0.0)

    losses, _, _ = anneal(200, breaking, temperature=1e-9, lr=0.1)
    assert torch.isfinite(losses[1:]).all()
    assert (losses[-20:].min(0).values < losses[1] - 0.5).all()


def test_problems_of_a_batch_do_not_affect_each_other():
    def other_world(first, second):
        losses = bumps(first, second)
        return torch.stack([losses[0], -7 * losses[1] + math.nan, losses[2]])

    losses, places, _ = anneal(100)
    other_losses, other_places, _ = anneal(100, other_world)
    assert torch.equal(losses[:, [0, 2]], other_losses[:, [0, 2]])
    for mine, other in zip(places, other_places, strict=True):
        assert all(torch.equal(a[[0, 2]], b[[0, 2]]) for a, b in zip(mine, other, strict=True))


def test_at_zero_temperature_the_loss_only_falls_to_the_minimum():
    """(x - 1)^2 summed over six numbers; 0.05 a jump; the bottom is 0."""

    def bowl(first, second):
        return ((first - 1) ** 2).sum(1) + ((second - 1) ** 2).flatten(1).sum(1)

    losses, _, _ = anneal(1000, bowl, temperature=1e-6, cooling=1.0, lr=0.05)
    assert (losses[0] > 5).all()
    assert (losses.min(0).values < 0.02).all()


@pytest.mark.parametrize(
    "setting",
    [
        {"lr": 0.0},
        {"lr": math.nan},
        {"temperature": 0.0},
        {"temperature": -1.5},
        {"cooling": 0.0},
        {"cooling": 1.25},
    ],
    ids=str,
)
def test_a_bad_setting_is_refused_with_its_value(setting):
    ((name, value),) = setting.items()
    with pytest.raises(ValueError, match=f"{name} is out of range, got {value}"):
        Annealing([torch.zeros(1, 1, requires_grad=True)], **setting)
