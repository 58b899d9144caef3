"""The one loop: two kinds of array, every optimizer, one problem and many."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.learning import OPTIMIZERS, Device, Optimizer, learn, solve
from colorfix.learning.models import FreeGains
from colorfix.learning.network import Network
from colorfix.learning.objective import Objective
from colorfix.regularizers import BUILT_IN, Weighted

NUMPY, TORCH = Device("numpy"), Device("torch")
PENALTIES = tuple(
    Weighted(name, BUILT_IN[name], 0.2) for name in ("luminance", "shades-of-gray", "double-wells")
)
TURNING = Optimizer(lr=0.05, delta=1e-4, gamma=4.0)


def scene_of(seed=1, count=4, picked=slice(None)):
    """Random photos of different brightness; target over source lies within the limits of the gains."""
    random = np.random.default_rng(seed)
    taken = []
    for top in random.integers(90, 256, 2 * count):
        counts = np.zeros((3, 256), np.int64)
        counts[:, 20:top] = random.integers(1, 50, (3, top - 20)) * np.linspace(
            1, random.integers(2, 9, 3), top - 20
        ).T.astype(int)
        taken.append(Statistics(counts))
    return Scene.of(taken[:count][picked], taken[count:][picked])


def gains_of(seed=1, count=4, picked=slice(None)):
    return FreeGains(np.random.default_rng(seed).uniform(0.3, 3.5, (count, 3))[picked])


@pytest.mark.parametrize(
    ("match", "penalties"),
    [("mean", ()), ("mean-std", ()), ("mean", PENALTIES)],
    ids=["means", "deviations", "penalties"],
)
def test_numpy_and_torch_learn_the_same_gains(match, penalties):
    """Other code for every gradient; 300 steps with turns among them; then both are polished."""
    objective = Objective(scene_of(), match, penalties)
    ours = solve(objective, gains_of(), TURNING, 300, device=NUMPY)
    theirs = solve(objective, gains_of(), TURNING, 300, device=TORCH)
    np.testing.assert_allclose(ours.trace.losses, theirs.trace.losses, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.trace.points, theirs.trace.points, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.trace.climbing, theirs.trace.climbing)
    np.testing.assert_array_equal(ours.trace.turns, theirs.trace.turns)
    np.testing.assert_array_equal(ours.trace.dead_ends, theirs.trace.dead_ends)
    np.testing.assert_allclose(ours.gains, theirs.gains, rtol=1e-9)
    assert (ours.trace.turns > 0).all()


@pytest.mark.parametrize("device", [NUMPY, TORCH], ids=str)
def test_without_penalties_the_gains_are_the_ratios_of_the_means(device):
    """The minimum of the sum of (g mu - tau)^2 is g = tau / mu, where the limits allow it."""
    scene = scene_of()
    ratios = scene.target_means / scene.source_means
    assert ((ratios > 0.2) & (ratios < 4.0)).all()
    solution = solve(Objective(scene), gains_of(), Optimizer(), 200, device=device)
    np.testing.assert_allclose(solution.gains, ratios, rtol=1e-9)
    np.testing.assert_allclose(solution.losses, 0.0, atol=1e-18)


def test_with_deviations_the_gains_are_the_least_squares_ones():
    """Channel by channel g = (mu tau + sigma sigma') / (mu^2 + sigma^2)."""
    scene = scene_of()
    solution = solve(Objective(scene, "mean-std"), gains_of(), Optimizer(), 200, device=NUMPY)
    expected = scene.source_means * scene.target_means + scene.source_deviations * scene.target_deviations
    expected /= scene.source_means**2 + scene.source_deviations**2
    np.testing.assert_allclose(solution.gains, expected, rtol=1e-9)


def test_a_batch_of_problems_is_as_many_single_problems():
    objective = Objective(scene_of(), "mean", PENALTIES)
    together = solve(objective, gains_of(), TURNING, 200, device=NUMPY)
    for problem in range(4):
        picked = slice(problem, problem + 1)
        alone = solve(
            Objective(scene_of(picked=picked), "mean", PENALTIES),
            gains_of(picked=picked),
            TURNING,
            200,
            device=NUMPY,
        )
        np.testing.assert_array_equal(alone.trace.losses, together.trace.losses[:, picked])
        np.testing.assert_array_equal(alone.trace.points, together.trace.points[:, picked])
        np.testing.assert_allclose(alone.gains, together.gains[picked], rtol=1e-12)


def test_losses_are_recorded_with_their_gains():
    objective = Objective(scene_of(), "mean-std", PENALTIES)
    for device in (NUMPY, TORCH):
        trace = learn(objective, gains_of(), TURNING, 60, device=device)
        assert trace.losses.shape == (60, 4)
        np.testing.assert_allclose([objective(points) for points in trace.points], trace.losses, rtol=1e-12)
        np.testing.assert_allclose(trace.points[0], gains_of().start, rtol=1e-12)


# --- every optimizer ---


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_lowers_every_loss_of_a_simple_scene(name):
    """Gradients are some 0.1 and the way some 0.5 rad: 150 steps of lr 0.1 suffice for each of them."""
    objective = Objective(scene_of())
    trace = learn(objective, gains_of(), Optimizer(name, lr=0.1), 150)
    assert (trace.best_losses < 0.3 * trace.losses[0]).all()


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("adam", lambda p: torch.optim.Adam(p, 0.05)),
        ("nadam", lambda p: torch.optim.NAdam(p, 0.05)),
        ("radam", lambda p: torch.optim.RAdam(p, 0.05)),
        ("rmsprop", lambda p: torch.optim.RMSprop(p, 0.05)),
        ("rmsprop-momentum", lambda p: torch.optim.RMSprop(p, 0.05, momentum=0.9)),
        ("sgd", lambda p: torch.optim.SGD(p, 0.05)),
        ("momentum", lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    ],
)
def test_a_name_selects_the_optimizer_of_torch(name, build):
    """Against the same run written with torch alone, on the loss sum of (g mu - tau)^2."""
    scene, model = scene_of(), gains_of()
    trace = learn(Objective(scene), model, Optimizer(name, lr=0.05), 30)
    angles = torch.tensor(model.parameters(), requires_grad=True)
    optimizer = build([angles])
    means, targets = torch.tensor(scene.source_means), torch.tensor(scene.target_means)
    for losses in trace.losses:
        optimizer.zero_grad()
        expected = ((model.gains(angles) * means - targets) ** 2).sum(1)
        expected.sum().backward()
        optimizer.step()
        np.testing.assert_allclose(losses, expected.detach(), rtol=1e-10)


def test_a_hill_adam_that_never_turns_is_adam_on_numpy_too():
    """NumPy's rule against torch's Adam, 300 steps, without a line in common."""
    objective = Objective(scene_of(), "mean", PENALTIES)
    ours = learn(objective, gains_of(), Optimizer(delta=0.0, gamma=1e300, floor=-1e300), 300, device=NUMPY)
    theirs = learn(objective, gains_of(), Optimizer("adam"), 300)
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-9, atol=1e-12)
    assert not ours.climbing.any()


def test_annealing_depends_on_its_seed():
    objective = Objective(scene_of())
    first, again, other = (
        learn(objective, gains_of(), Optimizer("annealing", seed=s), 20) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.losses, again.losses)
    assert not np.array_equal(first.losses[1:], other.losses[1:])


# --- the network ---


def test_the_network_learns_as_a_single_network_of_torch_does():
    """One problem of two against nn.Sequential and torch's Adam, on the same loss."""
    scene = scene_of(count=2)
    trace = learn(Objective(scene), Network([7, 8], widths=(1, 6, 5, 3)), Optimizer("adam", lr=0.01), 40)
    with torch.random.fork_rng():
        torch.manual_seed(8)
        network = nn.Sequential(
            nn.Linear(1, 6), nn.Sigmoid(), nn.Linear(6, 5), nn.Sigmoid(), nn.Linear(5, 3)
        ).double()
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    means, targets = torch.tensor(scene.source_means[1]), torch.tensor(scene.target_means[1])
    for losses, points in zip(trace.losses, trace.points, strict=True):
        adam.zero_grad()
        gains = network(torch.ones(1).double())
        expected = ((gains * means - targets) ** 2).sum()
        expected.backward()
        adam.step()
        np.testing.assert_allclose(points[1], gains.detach(), rtol=1e-9)
        np.testing.assert_allclose(losses[1], expected.item(), rtol=1e-9)


def test_the_gains_of_the_network_are_polished():
    """It may end outside the limits or short of the bottom; the solution is the closed form all the same."""
    scene = scene_of(count=2)
    solution = solve(
        Objective(scene), Network([7, 8], widths=(1, 6, 5, 3)), Optimizer(lr=0.02), 60, device=TORCH
    )
    np.testing.assert_allclose(solution.gains, scene.target_means / scene.source_means, rtol=1e-9)


# --- losses that are no numbers ---


def cliff(gains, _scene, /, *, edge=2.0):
    """A penalty that breaks beyond an edge: sqrt of a negative number on torch and on real NumPy arrays."""
    room = edge - gains.real if isinstance(gains, np.ndarray) else edge - gains
    return (room**0.5).sum(-1) * 0.0


@pytest.mark.parametrize("device", [NUMPY, TORCH], ids=str)
def test_a_nan_penalty_is_never_the_best_and_never_followed(device):
    """The bottom lies beyond the edge: the best is what was measured last on this side of it."""
    counts, bright = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    counts[:, 60] = bright[:, 180] = 1
    scene = Scene.of([Statistics(counts)], [Statistics(bright)])  # the means ask for a gain of 3
    objective = Objective(scene, "mean", (Weighted("cliff", cliff, 1.0),))
    trace = learn(objective, FreeGains(np.ones((1, 3))), Optimizer(), 200, device=device)
    assert np.isfinite(trace.points).all()
    assert not np.isfinite(trace.losses).all()
    assert np.isfinite(trace.best_losses).all()
    assert (trace.best_points <= 2.0).all()
    assert (trace.best_points > 1.9).all()
    assert trace.dead_ends[0] >= 1


@pytest.mark.parametrize("device", [NUMPY, TORCH], ids=str)
def test_gains_do_not_move_if_no_loss_is_finite(device):
    scene, model = scene_of(), gains_of()
    hopeless = Weighted("cliff", cliff, 1.0, {"edge": -1.0})
    trace = learn(Objective(scene, "mean", (hopeless,)), model, Optimizer(), 20, device=device)
    assert not np.isfinite(trace.losses).any()
    np.testing.assert_allclose(trace.points, np.broadcast_to(model.start, (20, 4, 3)), rtol=1e-12)


def test_a_photo_without_a_finite_loss_has_gains_of_one_while_others_are_learned():
    scene = scene_of()
    first = scene.source_means[0, 0]

    def hopeless(gains, scene, /):
        return np.where(scene.source_means[..., 0] == first, np.nan, 0.0) + 0.0 * gains.sum(-1)

    objective = Objective(scene, "mean", (Weighted("hopeless", hopeless, 1.0),))
    solution = solve(objective, gains_of(), Optimizer(), 200, device=NUMPY)
    np.testing.assert_allclose(solution.gains[0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(solution.gains[1:], (scene.target_means / scene.source_means)[1:], rtol=1e-9)


ON_CUDA = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here"),
]


@pytest.mark.parametrize(
    ("name", "problems"),
    [("cpu", 4), ("cpu", 1000), *(pytest.param("cuda", n, marks=ON_CUDA) for n in (4, 1000, 100_000))],
)
def test_a_device_finds_the_gains_that_numpy_finds(name, problems):
    """However many are learned at once; on a GPU a hundred thousand are."""
    rows = np.arange(problems) % 4
    objective = Objective(scene_of(), "mean", PENALTIES).take(rows)
    models = [gains_of(count=problems) for _ in range(2)]
    ours = solve(objective, models[0], TURNING, 60, device=NUMPY)
    theirs = solve(objective, models[1], TURNING, 60, device=Device("torch", name))
    np.testing.assert_allclose(theirs.gains, ours.gains, rtol=1e-9)
