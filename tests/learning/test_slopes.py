"""Slopes on NumPy, recorded and by the complex step, against torch's autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from colorfix.colour import Statistics
from colorfix.learning.program import Program
from colorfix.learning.slopes import RECORDED, Slopes, value_and_gradient
from colorfix.losses import Objective
from colorfix.models import FreeGains
from colorfix.optim.arrays import namespace
from colorfix.regularizers import BUILT_IN, Weighted
from colorfix.scene import Scene

FIXED = settings(derandomize=True, deadline=None, max_examples=25)
SEEDS = st.integers(0, 2**32 - 1)
OBJECTIVES = [
    ("mean", ()),
    ("mean-std", ()),
    *(("mean", (Weighted(name, BUILT_IN[name], 0.7),)) for name in sorted(BUILT_IN)),
    ("mean", (Weighted("blue-hinge", BUILT_IN["blue-hinge"], 3.0, {"limit": 0.2}),)),
    ("mean-std", tuple(Weighted(name, BUILT_IN[name], 0.3) for name in sorted(BUILT_IN))),
]


def scene_of(seed, count=4):
    random = np.random.default_rng(seed)
    taken = [Statistics(random.integers(0, 50, (3, 256))) for _ in range(2 * count)]
    return Scene.of(taken[:count], taken[count:])


def autograd(function, points):
    leaf = torch.tensor(points, requires_grad=True)
    values = function(leaf)
    values.sum().backward()
    return values.detach().numpy(), leaf.grad.numpy()


def assert_same(ours, theirs):
    """To 1e-10 of the gradient's own size."""
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-12)
    size = np.abs(theirs[1]).max(axis=-1, keepdims=True)
    assert (np.abs(ours[1] - theirs[1]) <= 1e-10 * size).all()


@pytest.mark.parametrize(
    ("match", "penalties"),
    OBJECTIVES,
    ids=lambda value: (
        "+".join(p.name for p in value) if value != () and not isinstance(value, str) else str(value)
    ),
)
@FIXED
@given(seed=SEEDS)
def test_slopes_are_the_gradient(match, penalties, seed):
    """At random gains of random photos, in the gains themselves and in the model's parameters."""
    objective = Objective(scene_of(seed), match, penalties)
    on_torch = objective.mapped(torch.as_tensor)
    gains = np.random.default_rng(seed).uniform(0.21, 3.9, (4, 3))
    assert_same(value_and_gradient(objective, gains), autograd(on_torch, gains))

    model = FreeGains(gains)
    ours = value_and_gradient(lambda angles: objective(model.gains(angles)), model.parameters())
    theirs = autograd(lambda angles: on_torch(model.gains(angles)), model.parameters())
    assert_same(ours, theirs)

    elsewhere = FreeGains(np.ones((4, 3))).parameters()
    recorded = Slopes.of(objective, model, elsewhere)
    assert recorded.programs
    assert_same(recorded(model.parameters()), theirs)


def test_no_digits_are_lost_where_differences_would_lose_all():
    """d/dx of x^2 + 1e12 at 1e-3 is 2e-3; a difference of 1e12 and 1e12 has no digit left."""
    _, gradient = value_and_gradient(lambda x: (x * x).sum(-1) + 1e12, np.array([[1e-3]]))
    assert gradient[0, 0] == pytest.approx(2e-3, rel=1e-15)


def test_points_are_left_as_they_were():
    points = np.array([[1.0, 2.0]])
    value_and_gradient(lambda x: (x**3).sum(-1), points)
    assert points.tolist() == [[1.0, 2.0]]


def test_some_of_the_problems_and_several_points_of_each_are_what_they_are_alone():
    """More problems than are recorded at once, in any company to the last bit."""
    count = RECORDED + 3
    objective = Objective(scene_of(1, 3), "mean", OBJECTIVES[-1][1]).take(np.arange(count) % 3)
    model = FreeGains(np.random.default_rng(2).uniform(0.3, 3.5, (count, 3)))
    angles = model.parameters()
    slopes = Slopes.of(objective, model, angles)
    losses, gradients = slopes(np.stack([angles, angles + 0.1]))
    assert losses.shape == (2, count)
    for rows in (np.array([0, 2, 60, RECORDED - 1, count - 1]), np.array([RECORDED + 1])):
        alone = Slopes.of(objective.take(rows), model, angles[rows])
        for place, points in enumerate((angles, angles + 0.1)):
            for measured in (slopes.take(rows)(points[rows]), alone(points[rows])):
                np.testing.assert_array_equal(measured[0], losses[place, rows])
                np.testing.assert_array_equal(measured[1], gradients[place, rows])


def test_functions_that_the_built_in_penalties_do_without_have_their_slopes_too():
    def penalty(x):
        xp = namespace(x)
        far = xp.maximum(xp.abs(x - 1.0), xp.minimum(x, 0.5))
        return (xp.sqrt(far + 1) / x).mean(-1) + (2 - x**1.5).sum(-1) + (-xp.square(x)).sum(-1)

    points = np.random.default_rng(3).uniform(0.3, 3.0, (5, 3))
    assert_same(Program.of(penalty, np.ones((5, 3)))(points), autograd(penalty, points))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x * x).sum(0),  # over problems
        lambda x: x[:, 1] * 2.0,
        lambda x: np.exp(x).sum(-1),
        lambda x: x.sum(-1) if x.sum() > 0 else -x.sum(-1),
    ],
    ids=["problems", "index", "ufunc", "decision"],
)
def test_what_cannot_be_recorded_is_refused(function):
    """It is not recorded wrongly."""
    with pytest.raises((TypeError, AttributeError)):
        Program.of(function, np.ones((2, 3)))


def test_a_penalty_that_cannot_be_recorded_takes_the_complex_step_and_leaves_the_others_recorded():
    """It asks for a slice. The judge takes the complex step through everything."""
    own = Weighted("own", lambda gains, _scene: ((gains[..., 1:] - 1.0) ** 2).sum(-1), 2.0)
    objective = Objective(scene_of(5), "mean", (*OBJECTIVES[-1][1], own))
    model = FreeGains(np.random.default_rng(5).uniform(0.3, 3.5, (4, 3)))
    angles = model.parameters()
    slopes = Slopes.of(objective, model, angles)
    assert slopes.programs
    assert slopes.rest.regularizers == (own,)
    rows = np.array([1, 3])
    assert_same(slopes(angles), value_and_gradient(lambda x: objective(model.gains(x)), angles))
    assert_same(slopes.take(rows)(angles[rows]), [figures[rows] for figures in slopes(angles)])
