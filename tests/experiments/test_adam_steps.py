"""Eq. 4-12 of the paper against their literal evaluation, torch's Adam, and cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from colorfix.experiments.adam_stops import adam_steps, average_weights, initial_averages, update_averages
from colorfix.optim.rule import Adam

SIXTH_ORDER = np.polynomial.Polynomial([8, 40, 160, 120, 0, 40, 40]).deriv()
TRACES = [(-2.0, 0.01, 150), (0.7, -0.05, 40), (-1.1848, 0.3, 7), (1.0, 0.02, 0)]

numbers = st.floats(-1e3, 1e3)
betas = st.floats(0.0, 0.999)


def literal_average(slopes, beta):
    """Eq. 8 as it stands: βᵗ g_0 + βᵗ⁻¹(1 - β) g_1 + … + (1 - β) g_t."""
    last = len(slopes) - 1
    total = beta**last * slopes[0]
    for n in range(1, last + 1):
        total += beta ** (last - n) * (1 - beta) * slopes[n]
    return total


def literal_step(slope, start, spacing, count, adam):
    """Eq. 10, 11 and 12 as they stand, with a β each and ε where Eq. 1 has it."""
    mean = adam.beta1**count * slope(start)
    square = adam.beta2**count * slope(start) ** 2
    for n in range(1, count + 1):
        mean += adam.beta1 ** (count - n) * (1 - adam.beta1) * slope(start + n * spacing)
        square += adam.beta2 ** (count - n) * (1 - adam.beta2) * slope(start + n * spacing) ** 2
    return adam.lr * mean / (math.sqrt(square) + adam.eps)


def torch_step(slopes, adam):
    """What torch's Adam moves by at the last slope, its averages started at the first, as Eq. 3 does.

    The bias correction is that of a step so late that it is exactly 1.
    """
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=adam.lr, betas=(adam.beta1, adam.beta2), eps=adam.eps)
    first = torch.tensor([slopes[0]], dtype=torch.float64)
    optimizer.state[x] = {"step": torch.tensor(1e6), "exp_avg": first.clone(), "exp_avg_sq": first**2}
    for slope in slopes[1:]:
        before = x.item()
        x.grad = torch.tensor([slope], dtype=torch.float64)
        optimizer.step()
    return before - x.item()


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999])
def test_the_weights_are_those_of_equation_9_in_both_its_cases(beta):
    expected = [beta**20 if t == 0 else beta ** (20 - t) * (1 - beta) for t in range(21)]
    np.testing.assert_allclose(average_weights(20, beta), expected, rtol=1e-14)


def test_weights_by_hand():
    """β = 1/2: g_0 is halved three times, every other slope halved once on entering and then once a step."""
    assert average_weights(3, 0.5).tolist() == [1 / 8, 1 / 8, 1 / 4, 1 / 2]
    assert average_weights(0, 0.9).tolist() == [1.0]


@given(count=st.integers(0, 300), beta=st.floats(0.0, 1.0))
def test_the_weights_are_a_mean(count, beta):
    assert (average_weights(count, beta) >= 0).all()
    assert average_weights(count, beta).sum() == pytest.approx(1.0, abs=1e-12)


@given(slopes=st.lists(numbers, min_size=1, max_size=40), beta1=betas, beta2=betas)
def test_the_recursion_of_equation_2_is_the_sum_of_equation_8(slopes, beta1, beta2):
    adam = Adam(1.0, beta1, beta2)
    averages = initial_averages(np.array(slopes[0]))
    for slope in slopes[1:]:
        averages = update_averages(averages, np.array(slope), adam)
    squares = [slope * slope for slope in slopes]
    assert averages.first == pytest.approx(literal_average(slopes, beta1), rel=1e-9, abs=1e-9)
    assert averages.second == pytest.approx(literal_average(squares, beta2), rel=1e-9, abs=1e-9)
    assert averages.first == pytest.approx(
        average_weights(len(slopes) - 1, beta1) @ slopes, rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize(("start", "spacing", "count"), TRACES)
@pytest.mark.parametrize("beta2", [0.9, 0.999], ids=["one beta", "two"])
def test_a_trace_is_the_literal_equation_12_at_every_point(start, spacing, count, beta2):
    adam = Adam(0.01, 0.9, beta2)
    expected = [literal_step(SIXTH_ORDER, start, spacing, n, adam) for n in range(count + 1)]
    np.testing.assert_allclose(adam_steps(SIXTH_ORDER, start, spacing, count, adam), expected, rtol=1e-11)


@pytest.mark.parametrize(("start", "spacing", "count"), TRACES[:3])
def test_the_step_equals_that_of_torchs_adam(start, spacing, count):
    adam = Adam(0.01, 0.9, 0.999)
    slopes = [SIXTH_ORDER(start + n * spacing) for n in range(count + 1)]
    ours = adam_steps(SIXTH_ORDER, start, spacing, count, adam)[-1]
    assert ours == pytest.approx(torch_step(slopes, adam), rel=1e-9)


def test_many_traces_at_once_are_the_same_as_one_by_one():
    starts = np.array([[-2.0, 0.7], [1.0, 0.0]])
    spacing = np.array([0.1, -0.1])
    together = adam_steps(SIXTH_ORDER, starts, spacing, 12, Adam(0.1))
    assert together.shape == (13, 2, 2)
    for i, j in np.ndindex(2, 2):
        alone = adam_steps(SIXTH_ORDER, starts[i, j], spacing[j], 12, Adam(0.1))
        np.testing.assert_allclose(together[:, i, j], alone, rtol=1e-13)


def test_on_a_slope_of_one_steepness_every_step_is_the_learning_rate():
    """All slopes equal: E[g] = g and E[g²] = g², whatever the weights."""
    np.testing.assert_allclose(adam_steps(lambda x: -3.0 + 0 * x, 0.0, 0.5, 9, Adam(0.2, eps=0.0)), -0.2)


def test_a_step_by_hand():
    """The slopes 2, 0, -2 of x² at 1, 0, -1, β = ½: E[g] = ½ - 1 = -½, E[g²] = 1 + 2 = 3."""
    found = adam_steps(lambda x: 2 * x, 1.0, -1.0, 2, Adam(1.0, 0.5, 0.5, eps=0.0))
    np.testing.assert_allclose(found, [1.0, 1 / math.sqrt(2), -0.5 / math.sqrt(3)])


def test_the_step_is_zero_on_a_flat_loss():
    assert (adam_steps(lambda x: 0 * x, 0.0, 1.0, 3, Adam(0.1, eps=0.0)) == 0).all()


@given(start=st.floats(-2, 2), spacing=st.floats(-0.3, 0.3), beta=betas, scale=st.floats(1e-3, 1e3))
def test_a_step_is_at_most_the_learning_rate_and_has_no_unit_of_loss(start, spacing, beta, scale):
    """With one β, |E[g]| ≤ √E[g²] (Jensen). With ε = 0, c · f has the steps of f."""
    adam = Adam(0.01, beta, beta, eps=0.0)
    found = adam_steps(SIXTH_ORDER, start, spacing, 30, adam)
    assert (np.abs(found) <= 0.01 * (1 + 1e-9)).all()
    np.testing.assert_allclose(
        adam_steps(lambda x: scale * SIXTH_ORDER(x), start, spacing, 30, adam), found, atol=1e-9
    )


@given(start=st.floats(-2, 2), spacing=st.floats(-0.3, 0.3))
def test_a_mirrored_loss_has_the_mirrored_steps(start, spacing):
    """The two cases of Eq. 13 are one another's mirror image: f(-x) has the slope -f'(-x)."""
    found = adam_steps(SIXTH_ORDER, start, spacing, 30, Adam(0.01))
    mirrored = adam_steps(lambda x: -SIXTH_ORDER(-x), -start, -spacing, 30, Adam(0.01))
    np.testing.assert_allclose(mirrored, -found, rtol=1e-12)
