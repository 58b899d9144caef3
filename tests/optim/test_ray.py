"""The ray rule: worked by hand, on losses whose minima are known, alone and in batches, NumPy and torch."""

from __future__ import annotations

import io
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from colorfix.experiments.polynomial_losses import POLYNOMIALS, PolynomialLosses
from colorfix.learning import Optimizer, learn
from colorfix.learning.network import Network
from colorfix.optim import HillAdam, ray_move
from colorfix.optim.arrays import total
from colorfix.optim.exploration import exploration_of
from colorfix.optim.phase import Thresholds
from colorfix.optim.ray import STRIDE
from colorfix.optim.rule import Adam, ParameterArray

FIXED = settings(derandomize=True, deadline=None, max_examples=40)
ODD_LOSSES = [math.nan, math.inf, -math.inf]
RAY = exploration_of("ray")


def walk(losses, gradients, **settings_of):
    """Walk one number from 1.0 through a script and return the optimizer and where it stood each time."""
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = HillAdam([x], exploration="ray", **settings_of)
    places = [x.item()]
    for loss, gradient in zip(losses, gradients, strict=True):

        def closure(loss=loss, gradient=gradient):
            x.grad = torch.full_like(x, gradient)
            return torch.tensor(loss, dtype=x.dtype)

        optimizer.step(closure)
        places.append(x.item())
    return optimizer, x, places


# --- by hand ---


def test_a_descent_a_walk_over_a_ridge_and_a_landing_by_hand():
    """With lr = 0.1, so that lengths are in tenths and slopes in tenths of the gradient.

    | loss |  g | what happens                                                          |   x  |
    | 5    |  2 | first: one step long, whatever the slope                              | 0.9  |
    | 4    |  1 | secant: 1 / (0.2 - 0.1) = 10 slopes of 0.1 are one step; 2 are allowed | 0.8  |
    | 4.5  | -1 | higher: back at 0.9; secant 1 / 0.2 = 5 slopes of 0.1, half a step    | 0.85 |
    | 3.5  |  0 | the bottom: walks on the way it came, one step                        | 0.75 |
    | 4.2  | -1 | rises: 1.3 steps                                                      | 0.62 |
    | 4.1  |  1 | falls: a ridge lies behind; descends, as long as the walk's last step | 0.49 |
    """
    optimizer, _, places = walk([5.0, 4.0, 4.5, 3.5, 4.2, 4.1], [2.0, 1.0, -1.0, 0.0, -1.0, 1.0], lr=0.1)
    assert places == pytest.approx([1.0, 0.9, 0.8, 0.85, 0.75, 0.62, 0.49], abs=1e-12)
    assert (int(optimizer.turns), int(optimizer.dead_ends)) == (1, 0)
    assert not bool(optimizer.climbing)


def test_after_a_dead_end_comes_the_opposite_heading_and_then_a_new_one_by_hand():
    """The bottom at 0.9; -0.1 meets the dead end, so does +0.1; a new heading of one coordinate is +1."""
    optimizer, _, places = walk([5.0, 3.0, 12.0, 12.0, 2.5], [2.0, 0.0, -1.0, 1.0, 1.0], lr=0.1, gamma=10.0)
    assert places[:5] == pytest.approx([1.0, 0.9, 0.8, 1.0, 1.0], abs=1e-12)
    assert (int(optimizer.turns), int(optimizer.dead_ends)) == (1, 2)


def test_a_walk_ends_where_the_loss_is_lower_than_where_it_began():
    """It never rose, so there is no ridge: 3 at the bottom, 2 one step on. It descends from there."""
    optimizer, _, places = walk([5.0, 3.0, 2.0], [2.0, 0.0, 4.0], lr=0.1)
    assert places == pytest.approx([1.0, 0.9, 0.8, 0.7], abs=1e-12)
    assert not bool(optimizer.climbing)


def test_the_steps_of_a_walk_grow():
    _, _, places = walk([5.0, 3.0, *(4.0 + k for k in range(8))], [2.0, 0.0, *[-1.0] * 8], lr=0.1)
    steps = [before - after for before, after in pairwise(places[2:])]
    assert [later / sooner for sooner, later in pairwise(steps)] == pytest.approx([STRIDE] * 7, rel=1e-9)


# --- losses whose minima are known ---


def networks(activation, seeds):
    """The paper's networks on the polynomial that Hill-ADAM's own rule fails on, and on the tenth order."""
    chosen = [p for p in POLYNOMIALS if p.name in {"p4", "p10"} for _ in range(seeds)]
    network = Network(
        [*range(seeds)] * 2, widths=(6, 4, 3, 1), activation=activation, initialisations=["torch"] * 2 * seeds
    )
    return PolynomialLosses.of(chosen), network, np.array([p.lowest.loss for p in chosen])


@pytest.mark.parametrize(
    ("activation", "gamma"),
    [("identity", 1e4), ("tanh", 200.0), ("tanh", 1e4), ("relu", 1e4), ("sigmoid", 1e4)],
)
def test_every_seed_finds_the_global_minimum(activation, gamma):
    """Five barriers or an inflection on the way; within 1e-4 of the certified minimum, in 200 steps."""
    losses, network, lowest = networks(activation, 15)
    optimizer = Optimizer("hill-adam", 0.01, gamma=gamma, exploration="ray")
    best = learn(losses, network, optimizer, 200).best_losses
    assert (best >= lowest - 1e-9).all()  # nothing lies below a certified minimum
    assert (best < lowest + 1e-4).all()


def test_the_papers_rule_finds_it_from_few_of_them():
    """Tanh, both polynomials: what the claim above is about."""
    losses, network, lowest = networks("tanh", 15)
    best = learn(losses, network, Optimizer("hill-adam", 0.01, gamma=200.0), 200).best_losses
    assert (best < lowest + 1e-4).sum() < 5


def egg_box(points):
    """Rastrigin's function in [P, D]: minima near all whole numbers, 0 at the origin."""
    xp = np if isinstance(points, np.ndarray) else torch
    return (points * points - 10 * xp.cos(2 * np.pi * points) + 10).sum(-1)


def run(parameters, losses_of, steps, **settings_of):
    """Run torch parameters and return the optimizer and all losses."""
    settings_of = {"lr": 0.05, "exploration": "ray"} | settings_of
    optimizer = HillAdam(parameters, **settings_of)

    def closure():
        optimizer.zero_grad()
        losses = losses_of(*parameters)
        losses.sum().backward()
        return losses

    return optimizer, torch.stack([optimizer.step(closure).detach() for _ in range(steps)])


def test_it_climbs_out_of_an_egg_box_of_three_dimensions():
    """Ten starts up to 5 from the origin, that is among a thousand minima; all reach the lowest."""
    x = torch.tensor(np.random.default_rng(0).uniform(-5, 5, (10, 3)), requires_grad=True)
    optimizer, _ = run([x], egg_box, 800, problems=10)
    assert (optimizer.best_loss < 1e-5).all()
    assert (optimizer.turns > 10).all()


# --- many problems, many arrays ---


def starts():
    return torch.tensor(np.random.default_rng(3).uniform(-4, 4, (6, 3)))


def test_a_batch_of_problems_is_as_many_single_runs_bit_for_bit():
    together = starts().requires_grad_()
    batch, losses = run([together], egg_box, 150, problems=6)
    for problem in range(6):
        mine = starts()[problem].clone().requires_grad_()
        alone, trail = run([mine], egg_box, 150)
        assert torch.equal(trail, losses[:, problem])
        assert torch.equal(mine, together[problem])
        for figure in ("best_loss", "turns", "dead_ends", "climbing"):
            assert torch.equal(getattr(alone, figure), getattr(batch, figure)[problem])
    assert len(set(batch.turns.tolist())) > 1


def test_the_number_of_parameter_arrays_does_not_matter():
    """Only the order of the sums differs: the same walks for 60 steps, to rounding."""
    whole = starts().requires_grad_()
    _, expected = run([whole], egg_box, 60, problems=6)
    first, second = starts()[:, :2].clone().requires_grad_(), starts()[:, 2:].clone().requires_grad_()
    _, losses = run([first, second], lambda a, b: egg_box(torch.cat([a, b], 1)), 60, problems=6)
    torch.testing.assert_close(losses, expected, rtol=1e-9, atol=1e-9)


def test_lengths_are_in_units_of_lr():
    """A loss four times as wide, walked with four times the lr, gives the same losses in every bit."""
    near, far = starts().requires_grad_(), (4 * starts()).requires_grad_()
    _, expected = run([near], egg_box, 150, problems=6, lr=0.0625)
    _, losses = run([far], lambda x: egg_box(x / 4), 150, problems=6, lr=0.25)
    assert torch.equal(losses, expected)


def test_numpy_and_torch_take_the_same_steps():
    """The loss uses nothing but sums and products, which both libraries round alike: equal in every bit."""

    def bowls(x):
        square = (x * x - 1) * (x * x - 1) + 0.25 * x
        return square[:, 0] + square[:, 1], 4 * x * (x * x - 1) + 0.25

    def trail_of(x):
        memory, thresholds = RAY.start_state(x), Thresholds(1e-4, 100.0, -1e4)
        state, trail = RAY.start_phase(x[:, 0]), []
        for _ in range(300):
            losses, gradients = bowls(x)
            state, ((x, memory),) = RAY.step(
                [ParameterArray(x, gradients, memory, Adam(0.03125))], state, losses, thresholds
            )
            trail.append(
                np.concatenate([np.asarray(x), np.stack([np.asarray(field) for field in state], 1)], 1)
            )
        return np.array(trail)

    values = np.random.default_rng(5).uniform(-2, 2, (4, 2))
    ours, theirs = trail_of(values), trail_of(torch.tensor(values))
    np.testing.assert_array_equal(ours, theirs)
    assert (ours[-1, :, 2 + RAY.phase._fields.index("turns")] > 3).all()


class NoWaiting(TorchDispatchMode):
    """Fails on every operation for whose result Python must wait."""

    WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "item", "equal", "masked_select", "unique")

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        assert not name.startswith(self.WAITING), f"{name} waits for the device"
        return func(*args, **(kwargs or {}))


def test_no_step_synchronizes_with_the_device():
    x = starts().requires_grad_()
    with NoWaiting():
        optimizer, _ = run([x], egg_box, 60, problems=6)
    assert (optimizer.turns > 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_resumed_run_equals_an_uninterrupted_one_in_every_bit(dtype):
    def prepared(values):
        x = values.to(dtype).clone().requires_grad_()
        optimizer = HillAdam([x], lr=0.05, problems=6, exploration="ray")

        def closure():
            optimizer.zero_grad()
            losses = egg_box(x)
            losses.sum().backward()
            return losses

        return optimizer, x, closure

    straight, x, closure = prepared(starts())
    for _ in range(77):
        straight.step(closure)
    file = io.BytesIO()
    torch.save(straight.state_dict(), file)
    file.seek(0)
    resumed, y, resumed_closure = prepared(x.detach())
    resumed.load_state_dict(torch.load(file))
    for _ in range(150):
        assert torch.equal(resumed.step(resumed_closure), straight.step(closure))
    assert torch.equal(x, y)
    assert x.dtype == y.dtype == dtype
    for figure in ("best_loss", "turns", "dead_ends", "climbing"):
        assert torch.equal(getattr(resumed, figure), getattr(straight, figure))


def test_the_exploration_rule_is_part_of_the_state():
    """An optimizer made for the paper's rule goes on by the rule of the state that it was given."""
    saved, _, _ = walk([5.0, 4.0], [2.0, 1.0], lr=0.1)
    x = torch.tensor([0.8], dtype=torch.float64, requires_grad=True)
    loaded = HillAdam([x])
    loaded.load_state_dict(saved.state_dict())
    x.grad = torch.tensor([-1.0], dtype=torch.float64)
    loaded.step(lambda: torch.tensor(4.5, dtype=torch.float64))
    assert x.item() == pytest.approx(0.85, abs=1e-12)  # as worked by hand above


# --- the best, and what is no number ---


@FIXED
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*ODD_LOSSES, 1, 2, 2.5, 3, 40, -40]), st.sampled_from([-1.0, 0.5, 2.0, 0.0])
        ),
        min_size=1,
        max_size=14,
    )
)
def test_after_any_walk_the_best_is_the_first_lowest_finite_loss(script):
    losses, gradients = zip(*script, strict=True)
    optimizer, x, places = walk(losses, gradients, lr=0.1, delta=0.75, gamma=30.0, floor=-30.0)
    assert all(math.isfinite(place) for place in places)
    optimizer.restore_best()
    finite = [loss for loss in losses if math.isfinite(loss)]
    lowest = min(finite, default=math.inf)
    assert float(optimizer.best_loss) == lowest
    assert x.item() == (places[losses.index(lowest)] if finite else places[0])


@pytest.mark.parametrize("odd", ODD_LOSSES)
def test_parameters_do_not_move_if_no_loss_is_finite(odd):
    optimizer, _, places = walk([odd] * 5, [1.0] * 5, lr=0.1)
    assert places == [1.0] * 6
    assert float(optimizer.best_loss) == math.inf


@pytest.mark.parametrize("odd", ODD_LOSSES)
def test_a_nan_loss_is_a_dead_end_of_its_problem_only(odd):
    """Problem 1 breaks at steps 50 to 52; the others go on as if it had not, to the last bit."""
    breaks = iter(range(120))

    def sick(x):
        shift = torch.zeros(6, dtype=torch.float64)
        if 50 <= next(breaks) < 53:
            shift[1] = odd
        return egg_box(x) + shift

    healthy, ill = starts().requires_grad_(), starts().requires_grad_()
    _, expected = run([healthy], egg_box, 120, problems=6)
    optimizer, losses = run([ill], sick, 120, problems=6)
    others = [0, 2, 3, 4, 5]
    assert not torch.isfinite(losses[50:53, 1]).any()
    assert torch.isfinite(losses[53:, 1]).all()
    assert torch.equal(losses[:, others], expected[:, others])
    assert torch.isfinite(ill).all()
    optimizer.restore_best()
    assert torch.equal(egg_box(ill).detach(), optimizer.best_loss)


def test_a_descent_to_a_nan_loss_is_shortened_until_the_loss_is_finite():
    """√x from 0.3 steps below 0, where it is no number: half the step, and again."""
    x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    _, losses = run([x], lambda x: torch.sqrt(x).sum(), 4, lr=0.4)
    assert torch.isnan(losses[1])
    assert torch.isfinite(losses[[0, 2]]).all()
    assert losses[2] < losses[0]


def test_an_unbounded_loss_does_not_diverge():
    """-x² from 1, where steps double: beyond the floor of -100 it turns back; the best is the first below."""
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer, losses = run([x], lambda x: -(x**2).sum(), 200, lr=0.1, floor=-100.0)
    below = losses[losses < -100]
    assert len(below) > 1
    assert losses.min() > -1e9
    assert optimizer.best_loss == losses.min()


def test_a_parameter_without_a_gradient_does_not_move():
    """It is no coordinate of the problem; the other goes as it would alone."""
    x, idle = starts().requires_grad_(), torch.ones(6, 2, dtype=torch.float64, requires_grad=True)
    alone = starts().requires_grad_()
    _, losses = run([idle, x], lambda _, x: egg_box(x), 100, problems=6)
    _, expected = run([alone], egg_box, 100, problems=6)
    assert torch.equal(losses, expected)
    assert (idle == 1).all()


def test_a_schedule_may_set_lr_to_0():
    """Nothing moves, nothing breaks, and with an lr again it goes on."""
    x = starts().requires_grad_()
    optimizer, _ = run([x], egg_box, 20, problems=6)

    def closure():
        optimizer.zero_grad()
        losses = egg_box(x)
        losses.sum().backward()
        return losses

    stands = x.detach().clone()
    optimizer.param_groups[0]["lr"] = 0.0
    for _ in range(3):
        optimizer.step(closure)
    assert torch.equal(x, stands)
    optimizer.param_groups[0]["lr"] = 0.05
    for _ in range(30):
        optimizer.step(closure)
    assert torch.isfinite(x).all()
    assert not torch.equal(x, stands)


# --- headings and sums ---


@FIXED
@given(st.integers(0, 4000), st.integers(1, 60), st.integers(0, 60))
def test_a_heading_does_not_depend_on_the_arrays_and_its_largest_coordinate_is_1(number, coordinates, cut):
    cut = min(cut, coordinates)
    numbers = np.array([float(number)])
    whole = ray_move.draw(np.zeros((1, coordinates)), numbers, 0, coordinates)
    parts = [
        ray_move.draw(np.zeros((1, size)), numbers, place, coordinates)
        for place, size in ((0, cut), (cut, coordinates - cut))
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, 1))
    assert np.abs(whole).max() == 1
    assert (np.count_nonzero(whole) == 1) == (number % 2 == 0 or coordinates == 1)
    on_torch = ray_move.draw(
        torch.zeros(1, coordinates, dtype=torch.float64), torch.tensor(numbers), 0, coordinates
    )
    np.testing.assert_array_equal(whole, on_torch.numpy())


def test_headings_are_unbiased_and_uncorrelated():
    """A thousand of ten coordinates: no coordinate leans to a side, and no two go together."""
    numbers = np.arange(1.0, 2000.0, 2.0)
    drawn = np.concatenate([ray_move.draw(np.zeros((1, 10)), numbers[[k]], 0, 10) for k in range(1000)])
    inner = np.where(drawn == 1, 0, drawn)
    assert np.abs(inner.mean(0)).max() < 0.06
    assert np.abs(np.corrcoef(inner.T) - np.eye(10)).max() < 0.12


@FIXED
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=70))
def test_a_sum_is_accurate_and_does_not_depend_on_the_batch(values):
    """Against the exactly rounded sum; alone, in a batch, in another shape and on torch."""
    row = np.array([values])
    among = np.concatenate([np.ones_like(row), row, row + 1])
    expected = math.fsum(values)
    (alone,) = total(row)
    assert alone == pytest.approx(expected, rel=1e-12, abs=1e-6)
    assert alone == total(among)[1] == total(row[:, None, :])[0] == total(torch.tensor(row))[0].item()


# --- wrong usage ---


def test_an_unknown_exploration_rule_is_refused():
    with pytest.raises(ValueError, match="exploration must be one of paper, ray, got beam"):
        HillAdam([torch.zeros(1, requires_grad=True)], exploration="beam")


def test_a_ray_without_a_length_is_refused():
    with pytest.raises(ValueError, match="lr must be above 0 for the ray, got 0"):
        HillAdam([torch.zeros(1, requires_grad=True)], lr=0.0, exploration="ray")
