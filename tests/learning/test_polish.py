"""Polishing against scipy's minimizers, on random functions with many wells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.learning import polish
from colorfix.learning.gradient import value_and_gradient
from colorfix.learning.models import FreeGains
from colorfix.learning.objective import Objective

FIXED = settings(derandomize=True, deadline=None, max_examples=25)
SEEDS = st.integers(0, 2**32 - 1)


def wells(seed, size):
    """Sum of waves (wells some 3 to 6 apart) and a bowl, each row of points a problem; and its slope."""
    random = np.random.default_rng(seed)
    waves = random.normal(size=(4, size))
    waves *= random.uniform(1.0, 2.0, (4, 1)) / np.linalg.norm(waves, axis=1, keepdims=True)
    heights, phases = random.uniform(0.3, 1.0, 4), random.uniform(0.0, 6.3, 4)

    def measure(points, _=None):
        angles = points @ waves.T + phases
        losses = (heights * np.sin(angles)).sum(-1) + 0.05 * (points**2).sum(-1)
        return losses, (heights * np.cos(angles)) @ waves + 0.1 * points

    return measure


def one(measure):
    """Scipy's view: one point, one number and its slope."""

    def function(point):
        losses, slopes = measure(point[None])
        return losses[0], slopes[0]

    return function


@FIXED
@given(seed=SEEDS)
def test_polished_points_are_flat_and_no_higher(seed):
    """Some bottoms lie farther than the 60 steps of 0.1 that are the default."""
    measure = wells(seed, 3)
    starts = np.random.default_rng(seed + 1).uniform(-4, 4, (6, 3))
    points = polish(measure, starts, rounds=120)
    losses, slopes = measure(points)
    assert np.linalg.norm(slopes, axis=-1).max() <= 1e-8
    assert (losses <= measure(starts)[0]).all()


@FIXED
@given(seed=SEEDS)
def test_in_one_dimension_polish_ends_at_the_minimum_of_the_starting_well(seed):
    """The judge walks down the slope in steps of 0.001, until it rises, and lets Brent finish."""
    measure = wells(seed, 1)
    starts = np.random.default_rng(seed + 1).uniform(-4, 4, (4, 1))
    points = polish(measure, starts)
    for start, point in zip(starts[:, 0], points[:, 0], strict=True):
        way = -0.001 * np.sign(measure(np.array([[start]]))[1][0, 0])
        path = start + way * np.arange(20000)
        slopes = measure(path[:, None])[1][:, 0]
        turn = path[np.argmax(slopes * slopes[0] < 0)]
        found = minimize_scalar(
            lambda x: measure(np.array([[x]]))[0][0],
            bounds=sorted((turn, turn - way)),
            method="bounded",
            options={"xatol": 1e-12},
        )
        assert point == pytest.approx(found.x, abs=1e-6)


@FIXED
@given(seed=SEEDS)
def test_in_three_dimensions_polish_ends_where_a_small_step_descent_ends(seed):
    """From the neighbourhood of a minimum, where learning leaves off, L-BFGS finds the same bottom."""
    measure = wells(seed, 3)
    random = np.random.default_rng(seed + 1)
    bottom = minimize(one(measure), random.uniform(-4, 4, 3), jac=True, method="L-BFGS-B", tol=1e-12).x
    starts = bottom + random.uniform(-0.2, 0.2, (4, 3))
    np.testing.assert_allclose(polish(measure, starts), np.broadcast_to(bottom, (4, 3)), atol=2e-5)


def test_problems_of_a_batch_do_not_affect_each_other():
    measure = wells(3, 2)
    starts = np.random.default_rng(0).uniform(-4, 4, (5, 2))
    together = polish(measure, starts)
    for start, point in zip(starts, together, strict=True):
        np.testing.assert_allclose(polish(measure, start[None])[0], point, atol=1e-12)


def test_a_minimum_of_low_curvature_is_found():
    """x^4: Newton's steps shrink the distance by a third each; its slope is below 1e-10 within 3e-4 of 0."""
    point = polish(lambda x, _: ((x**4).sum(-1), 4 * x**3), np.array([[0.7]]))
    assert abs(point[0, 0]) < 3e-4


def test_a_well_narrower_than_the_longest_step_is_not_left():
    """From 0 on sin 55x, where it is steep and not curved, the longest step would end at sin(-5.5) = 0.71.

    That is beyond the top at 55x = -3 pi / 2, and higher than 0: refused. The bottom is at 55x = -pi / 2.
    """
    point = polish(lambda x, _: (np.sin(55 * x).sum(-1), 55 * np.cos(55 * x)), np.zeros((1, 1)))
    assert point[0, 0] == pytest.approx(-np.pi / 110, abs=1e-10)


def test_polish_from_a_ridge_goes_downhill():
    """(x^2 - 1)^2 + y^2 beside its saddle at 0: plain Newton would climb onto it."""

    def saddle(points, _):
        x, y = points[..., 0], points[..., 1]
        return (x**2 - 1) ** 2 + y**2, np.stack([4 * x * (x**2 - 1), 2 * y], axis=-1)

    np.testing.assert_allclose(
        polish(saddle, np.array([[0.05, 0.3], [-0.05, 0.3]])), [[1, 0], [-1, 0]], atol=1e-9
    )


def test_a_region_of_nan_loss_is_never_entered():
    """-log x - log(1 - x), whose bottom is 1/2; a step over an edge would be NaN."""

    def barrier(points, _):
        inside = (points > 0) & (points < 1)
        x = np.where(inside, points, 0.5)
        losses = np.where(inside, -np.log(x) - np.log(1 - x), np.nan)
        return losses.sum(-1), np.where(inside, 1 / (1 - x) - 1 / x, np.nan)

    np.testing.assert_allclose(polish(barrier, np.array([[1e-3], [0.98]])), [[0.5], [0.5]], atol=1e-9)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_problem_without_finite_losses_does_not_stop_the_polish_of_others(odd):
    def half_broken(points, rows):
        losses, slopes = ((points - 1) ** 2).sum(-1), 2 * (points - 1)
        return np.where(rows == 0, losses, odd), np.where(rows[:, None] == 0, slopes, odd)

    points = polish(half_broken, np.full((2, 2), 3.0))
    np.testing.assert_allclose(points, [[1, 1], [3, 3]], atol=1e-12)


# --- at the limits of free gains ---


def towards(ratio):
    """Measure the D-only loss of gains that should be ``ratio``, in the angles of a model."""
    source, target = np.zeros((3, 256), np.int64), np.zeros((3, 256))
    source[:, 20] = 1
    low = int(20 * ratio)
    target[:, low], target[:, low + 1] = 1 - (20 * ratio - low), 20 * ratio - low
    objective = Objective(Scene.of([Statistics(source)], [Statistics(target)]))
    model = FreeGains(np.ones((1, 3)))
    return model, lambda points, _: value_and_gradient(lambda angles: objective(model.gains(angles)), points)


@pytest.mark.parametrize("ratio", [6.0, 4.5, 0.1])
def test_a_best_gain_beyond_a_limit_ends_at_the_limit(ratio):
    model, measure = towards(ratio)
    for start in (0.5, 1.0, 3.0):
        gains = model.gains(polish(measure, model.angles(np.full((1, 3), start))))
        np.testing.assert_allclose(gains, np.full((1, 3), np.clip(ratio, 0.2, 4.0)), rtol=1e-9)


@pytest.mark.parametrize("start", [0.2, 4.0, 0.01, 90.0])
def test_from_a_limit_it_descends_to_the_best_gain(start):
    """A network may give gains beyond the limits; they are taken there and polished on."""
    model, measure = towards(1.3)
    gains = model.gains(polish(measure, model.angles(np.full((1, 3), start))))
    np.testing.assert_allclose(gains, np.full((1, 3), 1.3), rtol=1e-9)
