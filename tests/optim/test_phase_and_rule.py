"""The two halves of Hill-ADAM against Algorithm 1, written out for one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from colorfix.optim import phase as phases
from colorfix.optim import rule

FIXED = settings(derandomize=True, deadline=None, max_examples=60)
THRESHOLDS = phases.Thresholds(delta=0.125, gamma=8.0, floor=-8.0)
ADAM = rule.Adam(lr=0.25, beta1=0.8, beta2=0.95, eps=1e-3)

# sixteenths are exact in binary: a difference of delta is exactly delta
LOSSES = st.one_of(
    st.integers(-40, 40).map(lambda n: n / 16),
    st.sampled_from([7.9375, 8.0, 8.0625, 9.0, -8.0, -8.0625, -9.0, math.nan, math.inf, -math.inf]),
)
GRADIENTS = st.one_of(st.floats(-1e3, 1e3, allow_subnormal=False), st.just(0.0))


def scripts(problems):
    """Lists of steps; a step is one (loss, gradient) a problem."""
    step = st.lists(st.tuples(LOSSES, GRADIENTS), min_size=problems, max_size=problems)
    return st.lists(step, min_size=1, max_size=25)


def algorithm_1(x, script, thresholds, adam):
    """Walk one number through Algorithm 1 with the decisions of the notes, line after line.

    Yields after each step (x, best x, best loss, direction, turns, dead ends).
    """
    direction, previous, in_dead_end, t = 1, None, False, 0
    m = v = 0.0
    best_x, best = x, math.inf
    turns = dead_ends = 0
    for loss, g in script:
        usable = math.isfinite(loss)
        if usable and loss < best:
            best, best_x = loss, x
        critical = usable and previous is not None and abs(loss - previous) < thresholds.delta
        previous = loss
        if critical:
            direction, previous, turns = -direction, None, turns + 1
            m, v, t = 0.0, 0.0, 0
        too_high = not usable or loss > thresholds.gamma
        too_low = usable and loss < thresholds.floor
        if too_high or too_low:
            direction, previous = (1 if too_high else -1), None
            if not in_dead_end:
                dead_ends += 1
                m, v, t = 0.0, 0.0, 0
        in_dead_end = too_high or too_low
        if usable:
            t += 1
            m = adam.beta1 * m + (1 - adam.beta1) * g
            v = adam.beta2 * v + (1 - adam.beta2) * g * g
            corrected = m / (1 - adam.beta1**t), v / (1 - adam.beta2**t)
            x = x - direction * adam.lr * corrected[0] / (math.sqrt(corrected[1]) + adam.eps)
        else:
            m, v, t = 0.0, 0.0, 0  # the next step is the first again
            x = best_x
        yield x, best_x, best, direction, turns, dead_ends


def walk(script, array):
    """Walk all problems of a script together; ``array`` makes arrays of one kind."""
    x = array([[1.0 + problem] for problem in range(len(script[0]))])
    memory = rule.start_state(x)
    phase = phases.start(array([0.0] * len(script[0])))
    trail = []
    for step in script:
        losses = array([loss for loss, _ in step])
        gradients = array([[g] for _, g in step])
        phase, verdict = phases.advance(phase, losses, THRESHOLDS)
        x, memory = rule.move(x, gradients, memory, phase, verdict, ADAM)
        figures = (x[:, 0], memory.best[:, 0], phase.lowest, phase.direction, phase.turns, phase.dead_ends)
        trail.append([np.asarray(figure) for figure in figures])
    return np.array(trail)


def as_numpy(values):
    return np.array(values)


def as_torch(values):
    return torch.tensor(values, dtype=torch.float64)


@FIXED
@given(scripts(problems=3))
def test_any_walk_follows_algorithm_1(script):
    """Three problems at once in NumPy; each must go where the listing sends it alone."""
    trail = walk(script, as_numpy)
    for problem in range(3):
        alone = [step[problem] for step in script]
        expected = np.array(list(algorithm_1(1.0 + problem, alone, THRESHOLDS, ADAM)))
        np.testing.assert_array_equal(trail[:, 2:, problem], expected[:, 2:])
        np.testing.assert_allclose(trail[:, :2, problem], expected[:, :2], rtol=1e-11, atol=1e-11)


@FIXED
@given(scripts(problems=2))
def test_numpy_and_torch_take_the_same_steps(script):
    ours, theirs = walk(script, as_numpy), walk(script, as_torch)
    np.testing.assert_array_equal(ours[:, 2:], theirs[:, 2:])
    np.testing.assert_allclose(ours[:, :2], theirs[:, :2], rtol=1e-13, atol=1e-13)


def test_the_transcribed_algorithm_turns_and_meets_dead_ends():
    """The judge above must know all that it judges: 2, 2.0625 turns; 9, 9 is one dead end; -9 another."""
    script = [(2.0, 1.0), (2.0625, 1.0), (9.0, 1.0), (9.0, 1.0), (1.0, 1.0), (-9.0, 1.0), (math.nan, 1.0)]
    *_, last = algorithm_1(0.0, script, THRESHOLDS, ADAM)
    assert last[2:] == (-9.0, 1, 1, 2)


@pytest.mark.parametrize("array", [as_numpy, as_torch], ids=["numpy", "torch"])
def test_arguments_are_not_changed(array):
    """Both halves are functions: a caller may keep every phase and every point of a run."""
    x, gradients, losses = array([[1.0], [2.0]]), array([[0.5], [math.nan]]), array([9.0, math.nan])
    phase, memory = phases.start(losses), rule.start_state(x)
    given = [x, gradients, losses, *phase, *memory]
    before = [np.asarray(each).copy() for each in given]
    advanced, verdict = phases.advance(phase, losses, THRESHOLDS)
    rule.move(x, gradients, memory, advanced, verdict, ADAM)
    rule.stay(x, memory, verdict)
    for now, then in zip(given, before, strict=True):
        np.testing.assert_array_equal(np.asarray(now), then)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numpy_keeps_the_dtype_of_its_losses_and_parameters(dtype):
    x, losses = np.ones((2, 3), dtype), np.ones(2, dtype)
    phase, verdict = phases.advance(phases.start(losses), losses, THRESHOLDS)
    moved, memory = rule.move(x, x, rule.start_state(x), phase, verdict, ADAM)
    assert {array.dtype for array in (moved, *memory, *phase)} == {np.dtype(dtype)}


def test_the_memory_of_the_start_is_a_copy():
    """Optimizers write parameters in place; the best point must not move with them."""
    x = torch.ones(1, 2)
    memory = rule.start_state(x)
    x.add_(1)
    assert memory.best.tolist() == [[1.0, 1.0]]
