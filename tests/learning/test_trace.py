"""Who won: the lowest finite loss, with the point that made it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorfix.learning import Trace

FIXED = settings(derandomize=True, deadline=None, max_examples=100)
LOSSES = st.sampled_from([math.nan, math.inf, -math.inf, -2.0, 0.0, 1.0, 5.0])


def trace_of(losses):
    """Points are numbered, so that each tells where it was: step, problem, channel."""
    losses = np.array(losses, dtype=float)
    points = np.arange(losses.size * 3.0).reshape(*losses.shape, 3)
    none = np.zeros(losses.shape[1], np.int64)
    return Trace(losses, points, np.zeros(losses.shape, bool), none, none)


@FIXED
@given(
    st.integers(1, 3).flatmap(
        lambda p: st.lists(st.lists(LOSSES, min_size=p, max_size=p), min_size=1, max_size=8)
    )
)
def test_the_best_is_the_first_lowest_finite_loss_of_each_problem(losses):
    trace = trace_of(losses)
    for problem in range(len(losses[0])):
        finite = [(row[problem], step) for step, row in enumerate(losses) if math.isfinite(row[problem])]
        step = min(finite)[1] if finite else 0
        assert trace.best_steps[problem] == step
        np.testing.assert_array_equal(trace.best_losses[problem], losses[step][problem])
        np.testing.assert_array_equal(trace.best_points[problem], trace.points[step, problem])


@pytest.mark.parametrize(("losses", "step"), [([1, 2, 3], 0), ([3, 2, 1], 2), ([math.nan, 2, -math.inf], 1)])
def test_the_best_may_be_the_first_or_the_last(losses, step):
    assert trace_of([[loss] for loss in losses]).best_steps.tolist() == [step]


def test_each_problem_has_its_own_best_step():
    trace = trace_of([[3.0, 1.0], [2.0, 2.0], [4.0, 0.5]])
    assert trace.best_steps.tolist() == [1, 2]
    assert trace.best_losses.tolist() == [2.0, 0.5]
    assert trace.best_points.tolist() == [[6.0, 7.0, 8.0], [15.0, 16.0, 17.0]]
