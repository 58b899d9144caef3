"""Eq. 13 of the paper: closed forms, hand-worked cases, and torch's Adam where the prediction must hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from colorfix.experiments.adam_stops import ScalarLosses, follow_traces, predict_stops
from colorfix.optim.rule import Adam

VALLEY = ScalarLosses(lambda x: 2 * x, np.array([[0.0]]))
DOUBLE_WELL = ScalarLosses(lambda x: 4 * x * (x - 1) * (x + 1), np.array([[-1.0], [0.0], [1.0]]))
INFLECTION = ScalarLosses(
    lambda x: 2 * (x - 1) ** 2 * (2 * x - 5), np.array([[1.0], [2.5]])
)  # of the fourth order


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("side", [-1.0, 1.0], ids=["from the left", "from the right"])
def test_in_a_parabola_a_trace_runs_past_the_minimum_by_the_lag_of_the_mean(beta, side):
    """The mean of a straight line lags behind by Δx β/(1 - β), once the start is forgotten."""
    spacing, lag = 1e-3, 1e-3 * beta / (1 - beta)
    start = np.array([side * 3.0])
    found = follow_traces(
        VALLEY, start, -side * np.array([spacing]), Adam(0.01, beta), tolerance=0.0, reach=9.0
    )
    assert -side * found.x == pytest.approx(lag, abs=1.001 * spacing)


def test_the_end_of_a_trace_by_hand():
    """β = ½, x² from -1 by ½: -2, -1, 0, 1 have the means -2, -1.5, -0.75, 0.125; the halt is at ½."""
    found = follow_traces(VALLEY, np.array([-1.0]), np.array([0.5]), Adam(1.0, 0.5), tolerance=0.0, reach=9.0)
    assert (found.x.tolist(), found.extremum.tolist()) == ([0.5], [0])


def test_a_trace_ends_at_its_limit():
    downhill = ScalarLosses(lambda x: -1.0 + 0 * x, np.empty((0, 1)))
    found = follow_traces(downhill, np.array([0.0]), np.array([0.5]), Adam(1.0), tolerance=0.0, reach=9.0)
    assert np.isnan(found.x).all()
    assert predict_stops(VALLEY, np.array([-9.0]), 0.1, Adam(1.0), tolerance=0.0, reach=2.0)[0].tolist() == [
        -1
    ]


@given(
    starts=st.lists(st.floats(-2, 2), min_size=1, max_size=8),
    lr=st.floats(1e-3, 10),
    beta2=st.floats(0, 0.9999),
    eps=st.floats(1e-12, 1e-2),
)
def test_the_change_of_sign_depends_on_neither_learning_rate_nor_squares(starts, lr, beta2, eps):
    one = predict_stops(DOUBLE_WELL, np.array(starts), 0.03, Adam(0.01), tolerance=0.0, reach=9.0)
    other = predict_stops(
        DOUBLE_WELL, np.array(starts), 0.03, Adam(lr, 0.9, beta2, eps), tolerance=0.0, reach=9.0
    )
    assert one[0].tolist() == other[0].tolist()
    np.testing.assert_array_equal(one[1].x, other[1].x)


@given(start=st.floats(-3, 3), beta=st.floats(0, 0.95))
def test_with_points_close_together_adam_stops_in_the_valley_where_it_starts(start, beta):
    found, _ = predict_stops(
        DOUBLE_WELL, np.array([start]), 1e-2 * (1 - beta), Adam(0.01, beta), tolerance=0.0, reach=9.0
    )
    assert found.tolist() == [1 if start == 0 else 0 if start < 0 else 2]


def test_a_mirrored_loss_stops_at_the_mirrored_extremum():
    starts = np.linspace(-2.03, 1.97, 41)
    one, _ = predict_stops(DOUBLE_WELL, starts, 0.05, Adam(0.01), tolerance=1e-3, reach=9.0)
    other, _ = predict_stops(DOUBLE_WELL, -starts, 0.05, Adam(0.01), tolerance=1e-3, reach=9.0)
    assert set(one) == {0, 2}
    assert (other == 2 - one).all()


def test_an_inflection_stops_traces_from_steeper_slopes():
    """By hand, with g ≈ -6(x - 1)² and a start D left of it, where β₂ forgets nothing on the way.

    One lag behind the inflection E[g] is smallest, 6 times the spread of what is remembered: 6Δx² β/(1 - β)².
    √E[g²] ≈ 6D², so that S/λ ≈ 90 (Δx/D)² for β = 0.9, which is 1/1000 at D = 0.3.
    """
    near, far = 1 - np.array([0.2, 0.25]), 1 - np.array([0.36, 0.6, 2.0])
    found, _ = predict_stops(INFLECTION, np.r_[near, far], 0.001, Adam(0.01), tolerance=1e-3, reach=9.0)
    assert found.tolist() == [1, 1, 0, 0, 0]
    found, _ = predict_stops(INFLECTION, np.r_[near, far], 0.001, Adam(0.01), tolerance=0.0, reach=9.0)
    assert found.tolist() == [1, 1, 1, 1, 1]


def test_torchs_adam_stops_where_it_is_predicted_to():
    """Too slow for the barrier, and held by the inflection: lr 0.01, Δx = (1 - β₁)λ, τ = 1/1000."""
    starts = np.array([-1.8, -0.4, 0.3, 1.6])
    for landscape, places in ((DOUBLE_WELL, starts), (INFLECTION, np.array([0.9, 0.2, -0.6, 3.0]))):
        predicted, _ = predict_stops(landscape, places, 0.001, Adam(0.01), tolerance=1e-3, reach=9.0)
        x = torch.tensor(places, requires_grad=True)
        optimizer = torch.optim.Adam([x], lr=0.01)
        for _ in range(4000):
            x.grad = landscape.slope(x.detach())
            optimizer.step()
        np.testing.assert_allclose(x.detach(), landscape.extrema[predicted, 0], atol=0.06)


def test_a_batch_of_several_losses_equals_each_loss_alone():
    """A double well and the fourth order side by side, the latter's two zeros filled up to three."""
    starts = np.array([-1.8, 0.4, 1.7])
    both = ScalarLosses(
        lambda x: np.r_[DOUBLE_WELL.slope(x[:3]), INFLECTION.slope(x[3:])],
        np.c_[np.repeat(DOUBLE_WELL.extrema, 3, axis=1), np.repeat([[1.0], [2.5], [np.inf]], 3, axis=1)],
    )
    together, first = predict_stops(both, np.r_[starts, starts], 0.01, Adam(0.1), tolerance=1e-3, reach=9.0)
    alone = [
        predict_stops(one, starts, 0.01, Adam(0.1), tolerance=1e-3, reach=9.0)
        for one in (DOUBLE_WELL, INFLECTION)
    ]
    assert together.tolist() == [*alone[0][0], *alone[1][0]]
    np.testing.assert_array_equal(first.x, np.r_[alone[0][1].x, alone[1][1].x])
