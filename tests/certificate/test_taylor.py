"""Numbers over boxes hold every value that plain numbers take there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscapes import NAMES, landscapes_of, scene_of

from colorfix.certificate.polynomial import PAIRS, or_zero
from colorfix.certificate.search import STRAIGHT, Boxes
from colorfix.certificate.taylor import constant
from colorfix.learning.objective import MATCHES
from colorfix.learning.starts import SHEARED
from colorfix.optim.arrays import log_sum_exp, namespace
from colorfix.regularizers import BUILT_IN

FIXED = settings(derandomize=True, deadline=None, max_examples=150)
LOW, HIGH = np.log(0.2), np.log(4.0)


def boxes_of(seed, count):
    """Boxes of all sizes anywhere near the gains."""
    random = np.random.default_rng(seed)
    return Boxes(
        SHEARED if seed % 2 else STRAIGHT,
        random.uniform(-1, 1, (count, 3)),
        10 ** random.uniform(-6, 0, (count, 3)),
        LOW,
        HIGH,
    )


def points_in(boxes, seed):
    """One ξ a box: anywhere, or a corner."""
    random = np.random.default_rng(seed)
    corners = random.choice([-1.0, 1.0], boxes.centers.shape)
    anywhere = random.uniform(-1, 1, boxes.centers.shape)
    return np.where(random.random((len(boxes), 1)) < 0.3, corners, anywhere)


def polynomial_at(number_, where):
    p = number_.quadratic
    value = p.center[:, 0]
    for slope, xi in zip(p.slopes, where.T, strict=True):
        value = value + np.broadcast_to(or_zero(slope), p.center.shape)[:, 0] * xi
    for bend, (i, j) in zip(p.bends, PAIRS, strict=True):
        value = value + np.broadcast_to(or_zero(bend), p.center.shape)[:, 0] * where[:, i] * where[:, j]
    return value


def assert_holds(function, boxes, points=20):
    """The range holds the values, and the polynomial with its rest does."""
    with np.errstate(all="ignore"):
        bounds = constant(function(boxes.gains()))
        range_, rest = bounds.range, (or_zero(bounds.quadratic.remainder) + bounds.rounding)[..., 0]
    for seed in range(points):
        where = points_in(boxes, seed)
        values = np.asarray(function(np.exp(boxes.logs(where))[:, None, :]))[:, 0]
        assert not (values < range_.low[:, 0]).any()
        assert not (values > range_.high[:, 0]).any()
        with np.errstate(all="ignore"):
            assert not (np.abs(values - polynomial_at(bounds, where)) > rest).any()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_bounds_of_a_built_in_penalty_hold_its_values(name, seed):
    """40 000 points each."""
    scene = scene_of(seed)
    assert_holds(lambda gains: BUILT_IN[name](gains, scene), boxes_of(seed, 2000))


@pytest.mark.parametrize("match", sorted(MATCHES))
def test_bounds_of_the_match_hold_its_values(match):
    scene = scene_of(3)
    assert_holds(lambda gains: MATCHES[match](gains, scene), boxes_of(3, 2000))


@pytest.mark.parametrize("name", NAMES)
def test_bounds_of_a_whole_loss_hold_its_values(name):
    assert_holds(landscapes_of(1)[name], boxes_of(1, 500))


def leaves():
    of_gains = st.integers(0, 2).map(lambda i: lambda g: g[..., i])
    numbers = st.floats(-3, 3, allow_nan=False).map(lambda c: lambda g: g[..., 0] * 0.0 + c)
    return of_gains | of_gains | numbers


def branches(inner):
    """Everything that a penalty can write, within its domain."""

    def of_one(x, k):
        return [
            lambda g: namespace(g).exp(x(g) * 0.1),
            lambda g: namespace(g).log(x(g) ** 2 + 0.2),
            lambda g: namespace(g).sqrt(x(g) * x(g) + 0.3),
            lambda g: x(g) ** 3,
            lambda g: (x(g) ** 2 + 0.5) ** -1.5,
            lambda g: 2.0 - x(g),
            lambda g: -x(g) / 4.0,
            lambda g: 1.0 / (x(g) * x(g) + 0.4),
            lambda g: namespace(g).where(x(g) > 0.3, x(g), namespace(g).zeros_like(x(g))),
            lambda g: (x(g)[..., None] * np.array([0.2, -0.1, 0.3])).sum(-1),
        ][k]

    def of_two(x, y, k):
        return [
            lambda g: x(g) + y(g),
            lambda g: x(g) - y(g),
            lambda g: x(g) * y(g),
            lambda g: x(g) / (y(g) * y(g) + 0.7),
            lambda g: namespace(g).where((x(g) < y(g)) & (y(g) >= 0.1), x(g), y(g)),
            lambda g: namespace(g).maximum(x(g), y(g)) + namespace(g).minimum(x(g), y(g) * 2.0),
            lambda g: log_sum_exp(namespace(g).stack([x(g), y(g), x(g) * 0.5], axis=-1)),
            lambda g: namespace(g).sum(namespace(g).stack([x(g), y(g)], axis=-1), axis=-1),
        ][k]

    one = st.builds(of_one, inner, st.integers(0, 9))
    return one | st.builds(of_two, inner, inner, st.integers(0, 7))


@FIXED
@given(expression=st.recursive(leaves(), branches, max_leaves=8), seed=st.integers(0, 1000))
def test_bounds_of_any_expression_hold_its_values(expression, seed):
    with np.errstate(over="ignore", invalid="ignore"):
        assert_holds(expression, boxes_of(seed, 40), points=6)


@pytest.mark.parametrize("name", NAMES)
def test_counted_rounding_covers_actual_rounding(name):
    """Over a box without extent only rounding is left, judged by arithmetic of 64 instead of 53 bits.

    And it is never so much that it would matter to a tolerance of 1e-6 of a loss near 1.
    """
    objective = landscapes_of(2)[name]
    gains = np.exp(np.random.default_rng(0).uniform(LOW, HIGH, (300, 3)))
    boxes = Boxes(STRAIGHT, np.log(gains), np.zeros((300, 3)), LOW, HIGH)
    exact = objective(np.exp(np.log(gains).astype(np.longdouble))[:, None, :])
    with np.errstate(all="ignore"):
        bounds = constant(objective(boxes.gains()))
    middle, allowed = bounds.quadratic.center, or_zero(bounds.quadratic.remainder) + bounds.rounding
    assert (np.abs(middle - exact) <= allowed).all()
    assert (allowed < 1e-10 * (1 + np.abs(middle))).all()


def test_a_logarithm_of_gains_is_exact():
    """Ln exp x is x, to the coefficient: a and b of color are as narrow as the boxes are."""
    logs = namespace(gains := boxes_of(1, 5).gains()).log(gains)
    ratio = logs[..., 0] - logs[..., 1]
    assert ratio.natural is None
    assert not any(np.any(or_zero(slope)) for slope in ratio.quadratic.slopes[1:])


def test_operations_without_bounds_are_refused():
    gains = boxes_of(0, 3).gains()
    for question in (
        lambda: bool(gains > 1.0),
        lambda: np.asarray(gains),
        lambda: gains == 1.0,
        lambda: np.where(gains > 1.0, 1.0, 0.0),
        lambda: np.log(gains),
        lambda: float(gains[0, 0, 0]),
    ):
        with pytest.raises(TypeError):
            question()
