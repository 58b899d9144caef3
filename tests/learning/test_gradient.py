"""Gradients on NumPy, replayed from a tape and by the complex step, against torch's autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.gradient import BATCH, ComplexStep, Replay, record, value_and_gradient
from colorfix.learning.models import FreeGains
from colorfix.learning.objective import Objective
from colorfix.learning.tape import Unrecordable
from colorfix.optim.arrays import namespace
from colorfix.regularizers import BUILT_IN, Weighted

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


def is_replayed(gradient):
    return all(isinstance(part, Replay) for part in gradient.parts)


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
def test_gradients_are_those_of_autograd_and_of_the_complex_step(match, penalties, seed):
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
    recorded = record(objective, model, elsewhere)
    assert is_replayed(recorded)
    assert_same(recorded(model.parameters()), theirs)
    assert_same(recorded(model.parameters()), ours)


def test_the_complex_step_is_exact_where_differences_lose_all_digits():
    """d/dx of x^2 + 1e12 at 1e-3 is 2e-3; a difference of 1e12 and 1e12 has no digit left."""
    _, gradient = value_and_gradient(lambda x: (x * x).sum(-1) + 1e12, np.array([[1e-3]]))
    assert gradient[0, 0] == pytest.approx(2e-3, rel=1e-15)


def test_points_are_not_modified():
    points = np.array([[1.0, 2.0]])
    value_and_gradient(lambda x: (x**3).sum(-1), points)
    assert points.tolist() == [[1.0, 2.0]]


def test_a_problem_has_the_same_gradient_alone_and_among_others_at_one_point_and_at_several():
    """More problems than are recorded at once; to the last bit, whatever the others are."""
    count = BATCH + 3
    objective = Objective(scene_of(1, 3), "mean", OBJECTIVES[-1][1]).take(np.arange(count) % 3)
    model = FreeGains(np.random.default_rng(2).uniform(0.3, 3.5, (count, 3)))
    angles = model.parameters()
    slopes = record(objective, model, angles)
    losses, gradients = slopes(np.stack([angles, angles + 0.1]))
    assert losses.shape == (2, count)
    for rows in (np.array([0, 2, 60, BATCH - 1, count - 1]), np.array([BATCH + 1])):
        alone = record(objective.take(rows), model, angles[rows])
        for place, points in enumerate((angles, angles + 0.1)):
            for measured in (slopes.take(rows)(points[rows]), alone(points[rows])):
                np.testing.assert_array_equal(measured[0], losses[place, rows])
                np.testing.assert_array_equal(measured[1], gradients[place, rows])


def test_functions_that_no_built_in_penalty_uses_are_differentiated_too():
    def penalty(x):
        xp = namespace(x)
        far = xp.maximum(xp.abs(x - 1.0), xp.minimum(x, 0.5))
        return (xp.sqrt(far + 1) / x).mean(-1) + (2 - x**1.5).sum(-1) + (-xp.square(x)).sum(-1)

    points = np.random.default_rng(3).uniform(0.3, 3.0, (5, 3))
    assert_same(Replay.of(penalty, np.ones((5, 3)))(points), autograd(penalty, points))


def changed_in_place(x):
    weights = np.ones(len(FIGURES))
    red = x[..., 0] * weights
    weights[:] = 3.0
    return red + x[..., 1] * weights


def columns_of_columns(x):
    columns = [x[..., 0][..., None], x[..., 1][..., None]]
    return namespace(x).stack(columns, axis=-1)[..., 1][..., 0] ** 2


def with_a_column_of_ones(x):
    xp = namespace(x)
    return (xp.stack([x[..., 0], x[..., 1], xp.ones_like(x[..., 0])], axis=-1) ** 2 * THREE).mean(-1)


FIGURES = np.random.default_rng(4).uniform(0.5, 1.5, (3, 4, 2))
"""Of as many problems as there are gains: axes that could be taken for each other."""

THREE = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x[..., 0][..., None][..., None] * FIGURES).sum(-1).sum(-1),
        lambda x: ((x[..., 1][..., None][..., None] - FIGURES[..., :1]) ** 2 * FIGURES).mean(-1).mean(-1),
        lambda x: ((x[..., None] * FIGURES[:, :3] - 1) ** 2).sum(-1).sum(-1),
        lambda x: (x * x[..., 0][..., None]).sum(-1),
        lambda x: (x**THREE).sum(-1),
        lambda x: (x * THREE[:, None]).sum(-1),
        lambda x: x[..., 0] * 2.0,
        changed_in_place,
        columns_of_columns,
        with_a_column_of_ones,
    ],
)
def test_gradients_are_those_of_the_complex_step_for_all_broadcast_axes(function):
    """Of some of the problems too, whose constants are taken for them."""
    points = np.random.default_rng(5).uniform(0.3, 3.0, (3, 3))
    replay = Replay.of(function, np.ones((3, 3)))
    true_values, true_slopes = value_and_gradient(function, points)
    assert_same(replay(points), (true_values, true_slopes))
    rows = np.array([2])
    assert_same(replay.take(rows)(points[rows]), (true_values[rows], true_slopes[rows]))


@pytest.mark.parametrize(
    "function",
    [
        lambda x, xp: xp.maximum(x[..., 0], x[..., 1]) ** 2,
        lambda x, xp: xp.minimum(x[..., 0], x[..., 1]) ** 2,
        lambda x, xp: xp.abs(x - 1.0).sum(-1),
        lambda x, _: ((x - 1.0) ** 0 * x).sum(-1),
    ],
    ids=["maximum", "minimum", "abs", "power"],
)
def test_gradients_at_ties_are_those_of_torch(function):
    """Every photo starts at one: gains of 1, 1, 1."""
    ties = np.ones((1, 3))
    ours = Replay.of(lambda x: function(x, namespace(x)), 2 * ties)(ties)
    theirs = autograd(lambda x: function(x, torch), ties)
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])


def test_constants_are_copied():
    """Their owner may overwrite the memory with the next photo."""
    weights = np.array([2.0, 3.0])
    replay = Replay.of(lambda x: x[..., 0] * x[..., 0] * weights, np.ones((2, 3)))
    weights[:] = 0.0
    assert replay(np.ones((2, 3)))[0].tolist() == [2.0, 3.0]


def writes_into_an_array(x):
    changed = np.ones(x.shape)
    changed *= x
    return (changed * x).sum(-1)


def raises(_):
    raise ValueError("not with these numbers")


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x * x).sum(0),  # over problems
        lambda x: (x * x).sum(-1).sum(-1) + x[..., 0],  # over problems too
        lambda x: x[..., 0][..., 0] + x[..., 1],
        lambda x: x * x,
        lambda x: (x * x).sum(-1)[..., None],
        lambda x: namespace(x).stack([x, x[..., 0][..., None]], axis=-1).sum(-1).sum(-1),
        lambda x: (
            (namespace(x).stack([x[..., 0][..., None]] * 3, axis=-1) * FIGURES[:2, :, :1]).sum(-1).sum(-1)
        ),
        lambda x: x[..., True].sum(-1).sum(-1),
        lambda x: x[..., 3],
        lambda x: 2.0 ** x[..., 0],
        raises,
        writes_into_an_array,
        lambda x: x[:, 1] * 2.0,
        lambda x: np.floor(x).sum(-1),
        lambda x: np.add.reduce(x, -1),
        lambda x: np.where(x > 1, x, 0.0).sum(-1),
        lambda x: 2.0 ** x.sum(-1),
        lambda x: x.sum(-1) if x.sum() > 0 else -x.sum(-1),
    ],
)
def test_a_function_that_cannot_be_recorded_is_refused_not_recorded_wrongly(function):
    with pytest.raises(Unrecordable):
        Replay.of(function, np.ones((2, 3)))


def slices(gains, _scene):
    return ((gains[..., 1:] - 1.0) ** 2).sum(-1)


def writes_through_a_view(gains, _scene):
    """Its second line changes an array that its first line reads: a tape that ignored it would be wrong."""
    own = gains * 1.0
    red = own[..., 0]
    red += 1.0
    return (own * own).sum(-1)


def tries(gains, _scene):
    if not isinstance(gains, np.ndarray):
        raise ValueError("not an array")  # noqa: TRY004 - as careless code does
    return (gains * gains).sum(-1)


@pytest.mark.parametrize("penalty", [slices, writes_through_a_view, tries])
def test_an_objective_with_a_penalty_that_cannot_be_recorded_takes_the_complex_step(penalty):
    """Of some of the problems too; nothing is recorded wrongly."""
    own = Weighted("own", penalty, 2.0)
    objective = Objective(scene_of(5), "mean", (*OBJECTIVES[-1][1], own))
    model = FreeGains(np.random.default_rng(5).uniform(0.3, 3.5, (4, 3)))
    angles = model.parameters()
    gradient = record(objective, model, angles)
    assert gradient.parts == (ComplexStep(objective, model),)
    rows = np.array([1, 3])
    assert_same(gradient(angles), value_and_gradient(lambda x: objective(model.gains(x)), angles))
    assert_same(gradient.take(rows)(angles[rows]), [figures[rows] for figures in gradient(angles)])


def test_absolute_values_are_recorded():
    """NumPy's |z| is real, so that the complex step sees no slope; torch does."""
    distance = Weighted("distance", lambda gains, _scene: namespace(gains).abs(gains - 1.0).sum(-1), 2.0)
    objective = Objective(scene_of(6), "mean", (distance,))
    model = FreeGains(np.random.default_rng(6).uniform(0.3, 3.5, (4, 3)))
    angles = model.parameters()
    gradient = record(objective, model, angles)
    on_torch = objective.mapped(torch.as_tensor)
    assert is_replayed(gradient)
    assert_same(gradient(angles), autograd(lambda x: on_torch(model.gains(x)), angles))


def test_a_penalty_that_fails_raises_its_own_error():
    objective = Objective(scene_of(7), "mean", (Weighted("own", lambda gains, _scene: raises(gains), 1.0),))
    model = FreeGains(np.ones((4, 3)))
    gradient = record(objective, model, model.parameters())
    with pytest.raises(ValueError, match="not with these numbers"):
        gradient(model.parameters())
