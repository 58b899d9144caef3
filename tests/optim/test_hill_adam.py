"""Hill-ADAM as a torch optimizer, judged by torch.optim.Adam and by hand."""

from __future__ import annotations

import copy
import io
import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from colorfix.optim import HillAdam

FIXED = settings(derandomize=True, deadline=None, max_examples=40)
ODD_LOSSES = [math.nan, math.inf, -math.inf]


def closure_of(optimizer, loss_of):
    """What users write: clear, measure, differentiate, return."""

    def closure():
        optimizer.zero_grad()
        losses = loss_of()
        losses.sum().backward()
        return losses

    return closure


def scripted(parameter, losses, gradients):
    """Give losses and gradients one after another, wherever the parameter stands."""
    script = zip(losses, gradients, strict=True)

    def closure():
        loss, gradient = next(script)
        parameter.grad = torch.full_like(parameter, gradient)
        return torch.tensor(loss, dtype=parameter.dtype)

    return closure


def walk(losses, gradients, **settings_of):
    """Walk one number from 1.0 through a script and return the optimizer and where it stood each time."""
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = HillAdam([x], **settings_of)
    closure = scripted(x, losses, gradients)
    places = [x.item()]
    for _ in losses:
        optimizer.step(closure)
        places.append(x.item())
    return optimizer, x, places


# --- Adam ---


def tangle(dtype):
    """Three parameters of three shapes, and a loss in which each meets the others."""
    generator = torch.Generator().manual_seed(7)
    shapes = [(4, 3), (4,), ()]
    matrix, offset, scale = (
        torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()
        for shape in shapes
    )
    inputs = torch.randn(3, generator=generator, dtype=torch.float64).to(dtype)

    def loss_of():
        return ((torch.tanh(matrix @ inputs + offset) * scale - 0.7) ** 2).mean()

    return [matrix, offset, scale], loss_of


def groups_of(parameters):
    return [
        {"params": parameters[:2], "lr": 0.01},
        {"params": parameters[2:], "lr": 0.003, "betas": (0.8, 0.99), "eps": 1e-6},
    ]


@pytest.mark.parametrize(("dtype", "share"), [(torch.float64, 1e-13), (torch.float32, 2e-5)])
def test_without_a_threshold_it_is_adam(dtype, share):
    """With delta = 0 nothing is critical, with gamma = inf nothing is a dead end: Adam is left.

    A thousand steps round a thousand times, and errors of either sign add up like sqrt(1000) = 32 of them:
    32 * 2.2e-16 and 32 * 1.2e-7 of parameters of 1 to 3.
    """
    ours, our_loss = tangle(dtype)
    theirs, their_loss = tangle(dtype)
    hill_adam = HillAdam(groups_of(ours), delta=0.0, gamma=math.inf, floor=-math.inf)
    adam = torch.optim.Adam(groups_of(theirs), foreach=False)
    for _ in range(1000):
        hill_adam.step(closure_of(hill_adam, our_loss))
        adam.step(closure_of(adam, their_loss))
    start, _ = tangle(dtype)
    for mine, other, before in zip(ours, theirs, start, strict=True):
        torch.testing.assert_close(mine, other, rtol=share, atol=share)
        assert (other - before).abs().max() > 0.05  # there was a way to go
    assert int(hill_adam.turns) == int(hill_adam.dead_ends) == 0


def test_settings_of_a_group_may_change_between_steps():
    """Learning-rate schedules write into the groups, as they do for any torch optimizer."""
    ours, our_loss = tangle(torch.float64)
    theirs, their_loss = tangle(torch.float64)
    pairs = [
        (HillAdam(ours, lr=0.01, delta=0.0), our_loss),
        (torch.optim.Adam(theirs, lr=0.01, foreach=False), their_loss),
    ]
    for optimizer, loss_of in pairs:
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        for _ in range(50):
            optimizer.step(closure_of(optimizer, loss_of))
            schedule.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-13, atol=1e-13)


# --- one turn, one dead end ---


def test_one_turn_by_hand():
    """With delta = 1e-4, lr = 0.1 and eps = 0, so that one fresh step is 0.1 long whatever the gradient.

    | loss    | gradient | what happens                                        | step |  x  |
    | 5       |  2       | first: descends against the gradient                | -0.1 | 0.9 |
    | 3       |  2       | same gradient: m^ = 2, v^ = 4, ratio 1              | -0.1 | 0.8 |
    | 3.00005 | -4       | 5e-5 < 1e-4: turns; m = v = t = 0, so again 0.1,    |      |     |
    |         |          | now along the gradient                              | -0.1 | 0.7 |
    | 3.00006 | -4       | 1e-5 nearer still, but that loss was forgotten      | -0.1 | 0.6 |
    | 3.00005 | -4       | 1e-5 < 1e-4: turns back, descends                   | +0.1 | 0.7 |

    Without the restart the third step would be 0.0358 long: m = 0.9 * 0.38 - 0.4 = -0.058,
    v = 0.999 * 0.007996 + 0.016 = 0.023988, m^ = m / 0.271, v^ = v / 0.002997, ratio -0.0757.
    """
    losses = [5.0, 3.0, 3.00005, 3.00006, 3.00005]
    optimizer, _, places = walk(losses, [2.0, 2.0, -4.0, -4.0, -4.0], lr=0.1, eps=0.0, delta=1e-4)
    assert places == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.6, 0.7], abs=1e-12)
    assert int(optimizer.turns) == 2
    assert not bool(optimizer.climbing)


def test_one_dead_end_by_hand():
    """With gamma = 10, lr = 0.1, eps = 0 and delta = 1e-4; it climbs when it meets the dead end.

    | loss     | g | what happens                                                     | step      |
    | 5        | 2 | descends                                                         | -0.1      |
    | 5.00005  | 2 | turns: climbs                                                    | +0.1      |
    | 12       | 1 | enters: descends, m = 0.1, v = 0.001, t = 1                      | -0.1      |
    | 11       | 3 | inside: nothing restarts: m = 0.9 * 0.1 + 0.1 * 3 = 0.39,        |           |
    |          |   | v = 0.999 * 0.001 + 0.001 * 9 = 0.009999, t = 2,                 |           |
    |          |   | (0.39 / 0.19) / sqrt(0.009999 / 0.001999) = 0.917781...          | -0.091778 |
    | 10.00003 | 0 | inside: m = 0.351, v = 0.009989001, t = 3, m^ = 0.351 / 0.271,   |           |
    |          |   | v^ = 0.009989001 / 0.002997001, ratio 0.709448...                | -0.070945 |
    | 9.99997  | 0 | outside; 6e-5 < 1e-4, but the loss was forgotten: goes on down   |  < 0      |
    """
    losses = [5.0, 5.00005, 12.0, 11.0, 10.00003, 9.99997]
    gradients = [2.0, 2.0, 1.0, 3.0, 0.0, 0.0]
    optimizer, _, places = walk(losses, gradients, lr=0.1, eps=0.0, delta=1e-4, gamma=10.0)
    steps = [after - before for before, after in pairwise(places)]
    inside = 0.1 * (0.39 / 0.19) / math.sqrt(0.009999 / 0.001999)
    deeper = 0.1 * (0.351 / 0.271) / math.sqrt(0.009989001 / 0.002997001)
    assert steps[:5] == pytest.approx([-0.1, 0.1, -0.1, -inside, -deeper], abs=1e-12)
    assert inside == pytest.approx(0.0917781, abs=1e-7)
    assert steps[5] < 0
    assert (int(optimizer.turns), int(optimizer.dead_ends)) == (1, 1)


def test_a_dead_end_is_entered_again_after_it_was_left():
    optimizer, _, _ = walk([12.0, 11.0, 9.0, 12.0, 13.0], [1.0] * 5, lr=0.1, gamma=10.0)
    assert int(optimizer.dead_ends) == 2


def test_a_loss_at_gamma_is_no_dead_end_and_a_difference_of_delta_no_turn():
    """Both comparisons are strict: L > gamma, |L - L'| < delta. All figures are exact in binary."""
    optimizer, _, _ = walk([10.0, 9.75, 10.0], [1.0] * 3, lr=0.1, gamma=10.0, delta=0.25)
    assert (int(optimizer.turns), int(optimizer.dead_ends)) == (0, 0)


def test_a_loss_below_the_floor_climbs():
    """Climbing adds where descending subtracts: with g = 1, +0.1 a step, as long as the loss is below."""
    optimizer, _, places = walk([0.0, -11.0, -12.0], [1.0] * 3, lr=0.1, eps=0.0, floor=-10.0)
    assert places == pytest.approx([1.0, 0.9, 1.0, 1.1], abs=1e-12)
    assert bool(optimizer.climbing)
    assert int(optimizer.dead_ends) == 1


def test_an_unbounded_loss_does_not_diverge():
    """-x^2 falls for ever. With a floor of -100 the walk stays near |x| = 10; Adam would end near x = 41."""
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = HillAdam([x], lr=0.1, delta=0.0, floor=-100.0)
    farthest = 0.0
    for _ in range(400):
        optimizer.step(closure_of(optimizer, lambda: -(x**2).sum()))
        farthest = max(farthest, abs(x.item()))
    assert 10.0 < farthest < 11.5


# --- the best ---


def test_the_loss_of_the_turning_step_may_be_the_best():
    """The third loss turns, and it is the lowest: it was measured at 0.8, after two steps of 0.1."""
    optimizer, x, _ = walk([5.0, 3.0, 2.99995, 4.0], [2.0] * 4, lr=0.1, eps=0.0, delta=1e-4)
    optimizer.restore_best()
    assert int(optimizer.turns) == 1
    assert float(optimizer.best_loss) == 2.99995
    assert x.item() == pytest.approx(0.8, abs=1e-12)


@pytest.mark.parametrize(
    ("losses", "place"),
    [([1.0, 2.0, 3.0], 1.0), ([3.0, 1.0, 2.0], 0.9), ([3.0, 2.0, 1.0], 0.8)],
    ids=["first", "middle", "last"],
)
def test_the_best_loss_is_stored_with_its_parameters(losses, place):
    """Steps of 0.1 downwards, measured at 1.0, 0.9, 0.8; then it stands at 0.7, unmeasured."""
    optimizer, x, places = walk(losses, [2.0] * 3, lr=0.1, eps=0.0)
    assert places[-1] == pytest.approx(0.7, abs=1e-12)
    optimizer.restore_best()
    assert float(optimizer.best_loss) == 1.0
    assert x.item() == pytest.approx(place, abs=1e-12)


@FIXED
@given(
    st.lists(
        st.tuples(st.sampled_from([*ODD_LOSSES, 1, 2, 2.5, 3, 40, -40]), st.sampled_from([-1.0, 0.5, 2.0])),
        min_size=1,
        max_size=12,
    )
)
def test_after_any_walk_the_best_is_the_first_lowest_finite_loss(script):
    losses, gradients = zip(*script, strict=True)
    optimizer, x, places = walk(losses, gradients, lr=0.1, delta=0.75, gamma=30.0, floor=-30.0)
    optimizer.restore_best()
    finite = [loss for loss in losses if math.isfinite(loss)]
    lowest = min(finite, default=math.inf)
    assert float(optimizer.best_loss) == lowest
    assert x.item() == (places[losses.index(lowest)] if finite else places[0])


def test_a_parameter_without_a_gradient_at_the_best_step_is_restored_too():
    """Only a takes part in all steps; b moves from 1.0 to 0.9 in the first and stands there at the best."""
    a, b = (torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimizer = HillAdam([a, b], lr=0.1, eps=0.0)
    losses = iter([5.0, 1.0, 3.0])

    def closure():
        loss = next(losses)
        a.grad, b.grad = torch.ones_like(a), torch.ones_like(b) if loss == 5.0 else None
        return torch.tensor(loss, dtype=torch.float64)

    for _ in range(3):
        optimizer.step(closure)
    optimizer.restore_best()
    assert [a.item(), b.item()] == pytest.approx([0.9, 0.9], abs=1e-12)


def test_restoring_before_the_first_step_changes_nothing():
    x = torch.tensor([3.0], requires_grad=True)
    HillAdam([x]).restore_best()
    assert x.item() == 3.0


def test_step_returns_the_loss_before_the_step_with_its_gradients():
    x = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
    optimizer = HillAdam([x], lr=0.5)
    loss = optimizer.step(closure_of(optimizer, lambda: x[0] ** 2))
    assert (loss.item(), x.grad.item()) == (9.0, 6.0)
    assert x.item() == pytest.approx(2.5, abs=1e-7)


# --- many problems ---

WELLS = {"lr": 0.05, "delta": 1e-3, "gamma": 6.0}


def starts(problems, dtype=torch.float64):
    """Two parameters a problem, shapes [P, 3] and [P, 2, 2]."""
    generator = torch.Generator().manual_seed(3)
    shapes = [(problems, 3), (problems, 2, 2)]
    return [torch.randn(s, generator=generator, dtype=torch.float64).to(dtype) * 1.5 for s in shapes]


def wells(first, second):
    """Sixteen and more minima, joined by a product; one loss for each leading index."""
    lone = ((first**2 - 1) ** 2 + 0.3 * first).sum(-1)
    joint = ((second**2 - 1) ** 2).sum(-1).sum(-1)
    return lone + joint + 0.2 * first[..., 0] * second[..., 1, 1]


def run_batch(problems=5, steps=200, sick=lambda _step, losses: losses, **overrides):
    """Run problems together and return the optimizer, the parameters and all losses."""
    parameters = [start.requires_grad_() for start in starts(problems)]
    optimizer = HillAdam(parameters, **(WELLS | overrides), problems=problems)
    trail = []
    for step in range(steps):
        closure = closure_of(optimizer, lambda step=step: sick(step, wells(*parameters)))
        trail.append(optimizer.step(closure).detach())
    return optimizer, parameters, torch.stack(trail)


def test_a_batch_of_problems_is_as_many_single_runs_bit_for_bit():
    """Five problems of their own starts turn and meet dead ends at different steps."""
    together, parameters, losses = run_batch()
    for problem in range(5):
        mine = [start[problem].clone().requires_grad_() for start in starts(5)]
        alone = HillAdam(mine, **WELLS)
        trail = [alone.step(closure_of(alone, lambda: wells(*mine))).detach() for _ in range(200)]  # noqa: B023 - called at once
        assert torch.equal(torch.stack(trail), losses[:, problem])
        assert all(torch.equal(x, p[problem]) for x, p in zip(mine, parameters, strict=True))
        for figure in ("best_loss", "turns", "dead_ends", "climbing"):
            assert torch.equal(getattr(alone, figure), getattr(together, figure)[problem])
    assert (together.turns > 0).all()
    assert (together.dead_ends > 0).any()
    assert len(set(together.turns.tolist())) > 1


def test_a_problem_may_be_a_single_number():
    """Parameters of shape [P] and, for one problem alone, []; (x - 2)^2 from 0 and from 5."""
    together = torch.tensor([0.0, 5.0], dtype=torch.float64, requires_grad=True)
    batch = HillAdam([together], lr=0.1, problems=2)
    alone = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    single = HillAdam([alone], lr=0.1)
    for _ in range(100):
        batch.step(closure_of(batch, lambda: (together - 2) ** 2))
        single.step(closure_of(single, lambda: (alone - 2) ** 2))
    assert torch.equal(together[1], alone)
    batch.restore_best()
    assert (together - 2).abs().max() < 0.05


def test_restoring_sets_every_problem_to_its_own_best():
    optimizer, parameters, losses = run_batch()
    optimizer.restore_best()
    assert torch.equal(optimizer.best_loss, losses.min(0).values)
    assert torch.equal(wells(*parameters).detach(), optimizer.best_loss)
    assert len(set(losses.argmin(0).tolist())) > 1


class NoWaiting(TorchDispatchMode):
    """Fails on every operation for whose result Python must wait."""

    WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "item", "equal", "masked_select", "unique")

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        assert not name.startswith(self.WAITING), f"{name} waits for the device"
        return func(*args, **(kwargs or {}))


def test_the_guard_detects_a_synchronization():
    for wait in (bool, float, torch.Tensor.item, torch.nonzero):
        with pytest.raises(AssertionError, match="waits"), NoWaiting():
            wait(torch.ones(1))


def test_no_step_synchronizes_with_the_device():
    """A step asks no tensor for a number: on a GPU the next steps queue up behind it."""
    parameters = [start.requires_grad_() for start in starts(5)]
    optimizer = HillAdam(parameters, **WELLS, problems=5)
    closure = closure_of(optimizer, lambda: wells(*parameters))
    with NoWaiting():
        for _ in range(60):
            optimizer.step(closure)
    assert (optimizer.turns > 0).any()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_batch_on_cuda_equals_the_cpu_and_never_waits():
    """Sixty steps: two kinds of rounding part slowly, and later a turn may fall on another step."""
    on_cpu = [start.requires_grad_() for start in starts(5)]
    on_gpu = [start.cuda().requires_grad_() for start in starts(5)]
    for parameters in (on_cpu, on_gpu):
        optimizer = HillAdam(parameters, **WELLS, problems=5)
        closure = closure_of(optimizer, lambda parameters=parameters: wells(*parameters))
        optimizer.step(closure)  # warm
        torch.cuda.set_sync_debug_mode("error")
        for _ in range(60):
            optimizer.step(closure)
        torch.cuda.set_sync_debug_mode("default")
    for mine, other in zip(on_gpu, on_cpu, strict=True):
        torch.testing.assert_close(mine.cpu(), other, rtol=1e-9, atol=1e-9)


# --- save and load ---


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("through_a_file", [False, True], ids=["in memory", "through a file"])
def test_a_resumed_run_equals_an_uninterrupted_one_in_every_bit(dtype, through_a_file):
    def prepared(values):
        parameters = [value.clone().requires_grad_() for value in values]
        optimizer = HillAdam(parameters, **WELLS, problems=4)
        return optimizer, parameters, closure_of(optimizer, lambda: wells(*parameters))

    def saved(state):
        if not through_a_file:
            return state
        file = io.BytesIO()
        torch.save(state, file)
        file.seek(0)
        return torch.load(file)

    straight, straight_parameters, straight_closure = prepared(starts(4, dtype))
    before, parameters, closure = prepared(starts(4, dtype))
    for _ in range(60):
        straight.step(straight_closure)
        before.step(closure)
    after, resumed_parameters, resumed_closure = prepared([p.detach() for p in parameters])
    after.load_state_dict(saved(before.state_dict()))
    assert (straight.turns > 0).any()
    for _ in range(80):
        expected = straight.step(straight_closure)
        assert torch.equal(after.step(resumed_closure), expected)
    for figure in ("best_loss", "turns", "dead_ends", "climbing"):
        assert torch.equal(getattr(after, figure), getattr(straight, figure))
    for optimizer in (straight, after):
        optimizer.restore_best()
    for mine, other in zip(resumed_parameters, straight_parameters, strict=True):
        assert mine.dtype == dtype
        assert torch.equal(mine, other)


def test_thresholds_are_part_of_the_state():
    """The new optimizer was made with gamma = 1e4; the state says 10, and a loss of 12 is a dead end."""
    saved, _, _ = walk([5.0], [1.0], lr=0.1, gamma=10.0)
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    loaded = HillAdam([x], lr=0.7)
    loaded.load_state_dict(saved.state_dict())
    loaded.step(scripted(x, [12.0], [1.0]))
    assert int(loaded.dead_ends) == 1
    assert x.item() == pytest.approx(0.9, abs=1e-7)
    assert float(loaded.best_loss) == 5.0


# --- losses and gradients that are no numbers ---


def memory_of(optimizer):
    return [value for state in optimizer.state.values() for name, value in state.items() if name in MOMENTS]


MOMENTS = ("first", "second", "best")


@pytest.mark.parametrize("odd", ODD_LOSSES)
def test_a_nan_loss_is_a_dead_end_of_its_problem_only(odd):
    """Problem 1 breaks at steps 50 to 52; the others go on as if it had not, to the last bit."""

    def sick(step, losses):
        shift = torch.zeros_like(losses)
        if 50 <= step < 53:
            shift[1] = odd
        return losses + shift

    healthy, healthy_parameters, healthy_losses = run_batch(3, 120)
    optimizer, parameters, losses = run_batch(3, 120, sick)
    assert not torch.isfinite(losses[50:53, 1]).any()
    assert torch.isfinite(losses[53:, 1]).all()
    assert torch.equal(losses[:, [0, 2]], healthy_losses[:, [0, 2]])
    for mine, other in zip(parameters, healthy_parameters, strict=True):
        assert torch.equal(mine[[0, 2]], other[[0, 2]])
        assert torch.isfinite(mine).all()
    assert all(torch.isfinite(value).all() for value in memory_of(optimizer))
    assert torch.equal(losses[53, 1], losses[:50, 1].min())  # it went back to the best and was measured there
    assert torch.isfinite(optimizer.best_loss).all()
    healthy_at_50, _, _ = run_batch(3, 50)
    sick_at_53, _, _ = run_batch(3, 53, sick)
    assert int(sick_at_53.dead_ends[1]) == int(healthy_at_50.dead_ends[1]) + 1
    assert torch.equal(optimizer.turns[[0, 2]], healthy.turns[[0, 2]])


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_nan_gradient_is_a_dead_end_of_its_problem_only(odd):
    """The second parameter's gradient of problem 0 breaks; the first parameter goes back as well."""
    parameters = [start.requires_grad_() for start in starts(3)]
    optimizer = HillAdam(parameters, **WELLS, problems=3)
    plain = closure_of(optimizer, lambda: wells(*parameters))

    def broken():
        losses = plain()
        parameters[1].grad[0, 1, 0] = odd
        return losses - 1000.0  # lower than any, yet not to be believed

    for _ in range(30):
        optimizer.step(plain)
    best = optimizer.best_loss
    dead_ends = optimizer.dead_ends
    optimizer.step(broken)
    assert torch.equal(optimizer.dead_ends - dead_ends, torch.tensor([1, 0, 0]))
    assert torch.equal(optimizer.best_loss[0], best[0])
    assert (optimizer.best_loss[1:] < -900).all()
    assert all(torch.isfinite(value).all() for value in memory_of(optimizer))
    assert torch.equal(wells(*parameters)[0].detach(), best[0])


@pytest.mark.parametrize("odd", ODD_LOSSES)
def test_parameters_do_not_move_if_no_loss_is_finite(odd):
    optimizer, _, places = walk([odd] * 5, [1.0] * 5, lr=0.1)
    assert places == [1.0] * 6
    assert int(optimizer.dead_ends) == 1
    assert float(optimizer.best_loss) == math.inf


def test_a_nan_loss_inside_a_dead_end_restarts_from_the_best_without_moments():
    """The best, 5, is at 1.0; 12 is a dead end, inside which nan breaks: back to 1.0.

    The moments of the three steps inside, g = 50, would carry the next step down; without them it goes where
    the one gradient since then points, g = -1: up.
    """
    _, _, places = walk(
        [5.0, 12.0, 12.0, 12.0, math.nan, 5.0], [1.0, 50.0, 50.0, 50.0, 1.0, -1.0], lr=0.1, gamma=10.0
    )
    assert places[5] == 1.0
    assert places[6] > places[5]


def test_a_gradient_whose_square_overflows_leaves_the_moments_finite():
    """In float32 (1e25)^2 is infinite. Restarting the moments forgets it: the step after a turn is finite."""
    x = torch.ones(1, requires_grad=True)
    optimizer = HillAdam([x], lr=0.1, delta=0.5)
    for loss, gradient in [(5.0, 1e25), (5.0, 1.0), (4.0, 1.0)]:
        optimizer.step(scripted(x, [loss], [gradient]))
        assert torch.isfinite(x).all()
    assert int(optimizer.turns) == 1
    assert all(torch.isfinite(value).all() for value in memory_of(optimizer))


# --- wrong usage ---


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"lr": -0.25}, "lr must be a number of at least 0, got -0.25"),
        ({"lr": math.nan}, "lr must be a number of at least 0, got nan"),
        ({"eps": -1e-3}, "eps must be a number of at least 0, got -0.001"),
        ({"delta": -2.0}, "delta must be a number of at least 0, got -2.0"),
        ({"delta": math.nan}, "delta must be a number of at least 0, got nan"),
        ({"betas": (1.0, 0.9)}, r"betas must be two in \[0, 1\), got \(1.0, 0.9\)"),
        ({"betas": (0.9, -0.1)}, r"betas must be two in \[0, 1\), got \(0.9, -0.1\)"),
        ({"gamma": -1e5}, "got floor -10000.0 and gamma -100000.0"),
        ({"gamma": math.nan}, "got floor -10000.0 and gamma nan"),
        ({"problems": 0}, "problems must be at least 1, got 0"),
        ({"problems": 2}, r"problems=2, got shape \(3,\)"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_bad_setting_is_refused_with_its_value(setting, message):
    with pytest.raises(ValueError, match=message):
        HillAdam([torch.zeros(3, requires_grad=True)], **setting)


def test_a_step_without_a_closure_is_refused():
    with pytest.raises(TypeError, match="closure"):
        HillAdam([torch.zeros(3, requires_grad=True)]).step()


@pytest.mark.parametrize(("problems", "shape"), [(None, (2,)), (2, ()), (2, (3,)), (2, (2, 1))], ids=str)
def test_losses_of_a_wrong_shape_are_refused(problems, shape):
    x = torch.ones(2, 3, requires_grad=True)
    optimizer = HillAdam([x], problems=problems)
    before = x.detach().clone()

    def closure():
        x.grad = torch.ones_like(x)
        return torch.zeros(shape)

    with pytest.raises(ValueError, match="losses of shape"):
        optimizer.step(closure)
    assert torch.equal(x, before)


@pytest.mark.parametrize("threshold", ["delta", "gamma", "floor"])
def test_a_threshold_of_a_group_is_refused(threshold):
    """A problem's parameters may lie in several groups, and it turns as a whole."""
    first, second = (torch.zeros(1, requires_grad=True) for _ in range(2))
    with pytest.raises(ValueError, match="belong to a problem"):
        HillAdam([{"params": [first]}, {"params": [second], threshold: 0.5}])


def test_a_group_added_later_is_checked_like_the_first():
    first, second = (torch.zeros(2, requires_grad=True) for _ in range(2))
    optimizer = HillAdam([first], problems=2)
    with pytest.raises(ValueError, match="lr must be a number of at least 0, got -1"):
        optimizer.add_param_group({"params": [second], "lr": -1.0})


@pytest.mark.parametrize("figure", ["best_loss", "turns", "dead_ends", "climbing"])
def test_figures_before_the_first_loss_are_refused(figure):
    with pytest.raises(ValueError, match="call step first"):
        getattr(HillAdam([torch.zeros(3, requires_grad=True)]), figure)


def test_a_copy_continues_as_the_original() -> None:
    """Torch's own ``__getstate__`` keeps the groups and the defaults, so nothing may live elsewhere."""
    x = torch.tensor([[3.0], [-2.0]], requires_grad=True)
    optimizer = HillAdam([x], lr=0.1, problems=2)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = ((x - 1) ** 2).sum(1)
        losses.sum().backward()
        return losses

    optimizer.step(closure)
    twin = copy.deepcopy(optimizer)
    assert twin.best_loss.tolist() == optimizer.best_loss.tolist() == [4.0, 9.0]
