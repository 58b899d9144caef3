"""The certificate against brute force; that it can say no; and when it falls back on a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from landscapes import NAMES, landscapes_of, scene_of
from scipy.optimize import minimize

from colorfix.certificate import certify
from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.objective import Objective
from colorfix.regularizers import BUILT_IN, DEFAULT, Weighted
from colorfix.regularizers.plugins import choose_regularizers

LOW, HIGH = np.log(0.2), np.log(4.0)
SEEDS = (0, 1, 2)
ANYWHERE = np.ones(3)


def brute_force(objective, side=81, tries=8):
    """Measure a dense grid, then let SciPy descend from the lowest points, no two of them neighbours."""
    axis = np.linspace(LOW, HIGH, side)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 1, 3)
    losses = np.concatenate([objective(np.exp(part))[:, 0] for part in np.array_split(points, 400)])
    starts, lowest = [], points[np.argsort(losses)[:20000], 0]
    while len(lowest) and len(starts) < tries:
        starts.append(lowest[0])
        lowest = lowest[np.abs(lowest - lowest[0]).max(-1) > 0.1]
    found = [
        minimize(
            lambda logs: float(objective(np.exp(logs)[None])[0]),
            start,
            method="L-BFGS-B",
            bounds=[(LOW, HIGH)] * 3,
            options={"ftol": 1e-15, "gtol": 1e-9},
        ).fun
        for start in starts
    ]
    return min(*found, losses.min())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_global_minimum_is_what_brute_force_finds(name, seed):
    """Ten losses, seven of them with several minima, over three photos.

    Brute force may miss the minimum, not beat it: never below the proven bound, and not by more than its own
    accuracy below the best that the certificate knows.
    """
    objective = landscapes_of(seed)[name]
    found = certify(objective, ANYWHERE).minima[0]
    certificate = certify(objective, np.array(found.gains))
    assert (certificate.certified, certificate.kind) == (True, "proof")
    lowest = brute_force(objective, side=41 if seed else 81)
    assert certificate.loss - 1e-6 <= certificate.lower_bound <= lowest
    assert certificate.loss - 1e-9 <= lowest <= certificate.loss + 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_every_listed_minimum_is_a_minimum(name):
    """Sorted, apart from each other, and nothing near is lower by more than rounding."""
    objective = landscapes_of(1)[name]
    minima = certify(objective, ANYWHERE).minima
    losses = [minimum.loss for minimum in minima]
    assert losses == sorted(losses)
    around = np.random.default_rng(0).normal(size=(200, 3))
    for minimum in minima:
        near = np.clip(np.array(minimum.gains) * np.exp(1e-4 * around), 0.2, 4.0)
        assert objective(near[:, None, :]).min() >= minimum.loss - 1e-9
        assert objective(np.array([minimum.gains]))[0] == pytest.approx(minimum.loss)
    logs = np.log([minimum.gains for minimum in minima])
    apart = np.abs(logs[:, None] - logs[None]).max(-1) + np.eye(len(logs))
    assert apart.min() > 1e-3


def test_the_wrong_well_is_not_certified_and_the_better_one_is_listed():
    """The paper's loss has a realistic well in blue, near 1.1, and a blue one, near 3.1."""
    objective = Objective(scene_of(0), "mean", (Weighted("double-wells", BUILT_IN["double-wells"], 1.0),))
    minima = certify(objective, ANYWHERE).minima
    assert [round(minimum.gains[2], 1) for minimum in minima] == [1.1, 3.0]
    wrong = certify(objective, np.array(minima[1].gains))
    assert not wrong.certified
    assert wrong.kind == "proof"
    assert wrong.minima[0].loss == pytest.approx(minima[0].loss)
    assert wrong.lower_bound == pytest.approx(minima[0].loss, abs=1e-6)


@pytest.mark.parametrize("name", ["illuminants", "gray and illuminants"])
def test_no_local_minimum_but_the_best_is_certified(name):
    objective = landscapes_of(2)[name]
    best, *others = certify(objective, ANYWHERE).minima
    assert others
    assert certify(objective, np.array(best.gains)).certified
    assert not any(certify(objective, np.array(other.gains)).certified for other in others)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("name", ["default", "illuminants"])
def test_the_tolerance_is_respected(name, tolerance):
    """Gains whose loss lies half a tolerance above the minimum pass, at one and a half they fail."""
    objective = landscapes_of(1)[name]
    best = certify(objective, ANYWHERE).minima[0]

    def above(excess):
        """Walk along red until the loss has risen by the excess."""
        near, far = 0.0, 0.5
        for _ in range(80):
            middle = (near + far) / 2
            gains = np.array(best.gains) * np.exp([middle, 0.0, 0.0])
            near, far = (middle, far) if objective(gains[None])[0] < best.loss + excess else (near, middle)
        return gains

    assert certify(objective, above(0.45 * tolerance), tolerance=tolerance).certified
    assert not certify(objective, above(1.5 * tolerance), tolerance=tolerance).certified


UNBOUNDED = choose_regularizers(
    "luminance=10", "shades-of-gray=10", "temperature=0.2", "tint=0.02", preset="plain"
)


def flat_photo(*codes):
    counts = np.zeros((3, 256), np.int64)
    counts[range(3), codes] = 1
    return Statistics(counts)


@pytest.mark.parametrize(
    ("source", "target", "regularizers", "at_limits"),
    [
        ((200, 150, 20), (100, 100, 200), (), [False, False, True]),
        ((200, 20, 20), (10, 200, 200), (), [True, True, True]),
        ((200, 150, 20), (100, 100, 200), UNBOUNDED, [False, False, True]),
    ],
    ids=["side", "corner", "side with penalties"],
)
def test_minima_at_the_limits_are_certified(source, target, regularizers, at_limits):
    """A gain of 4 is not enough here: the loss still falls where the gains end."""
    objective = Objective(Scene.of([flat_photo(*source)], [flat_photo(*target)]), "mean", regularizers)
    best = certify(objective, ANYWHERE).minima[0]
    assert [any(np.isclose(gain, (0.2, 4.0))) for gain in best.gains] == at_limits
    certificate = certify(objective, np.array(best.gains))
    assert certificate.certified
    assert certificate.boxes < 2000


def test_no_certificate_without_enough_boxes():
    objective = landscapes_of(0)["illuminants"]
    best = certify(objective, ANYWHERE).minima[0]
    certificate = certify(objective, np.array(best.gains), max_boxes=50)
    assert not certificate.certified
    assert certificate.boxes < 200
    assert certificate.lower_bound is None or certificate.lower_bound < certificate.loss - 1e-6


def in_torch(gains, _scene, /):
    """A plug-in that only knows torch."""
    logs = torch.log(torch.as_tensor(gains))
    return (0.2 * torch.cos(9 * logs[..., 0]) + (logs**2).sum(-1)).numpy()


def of_an_unknown_kind(gains, _scene, /):
    """A plug-in that calls what has no bounds."""
    return 0.1 * np.sin(6 * np.log(gains)).sum(-1)


def with_a_crease(gains, _scene, /):
    """A plug-in whose slope jumps where its minimum is."""
    return 3.0 * np.abs(np.log(gains[..., 0] / 0.7))


def with_branches(gains, _scene, /):
    """A plug-in that asks one gain at a time."""
    flat = np.reshape(gains, (-1, 3)) if isinstance(gains, np.ndarray) else [gains]
    penalties = [0.5 if row[0] > 1.5 else float((row**2).sum(-1)) for row in flat]
    return np.reshape(penalties, gains.shape[:-1])


@pytest.mark.parametrize("function", [in_torch, of_an_unknown_kind], ids=["torch", "numpy"])
def test_a_penalty_without_bounds_is_judged_on_a_grid(function):
    regularizers = (Weighted("plug-in", function, 1.0), *DEFAULT)
    objective = Objective(scene_of(0), "mean", regularizers)
    best = certify(objective, ANYWHERE).minima[0]
    certificate = certify(objective, np.array(best.gains))
    assert (certificate.certified, certificate.kind, certificate.lower_bound) == (True, "grid", None)
    assert best.loss <= brute_force(objective, side=41) + 1e-6
    assert not certify(objective, np.array(best.gains) * 1.1).certified


def test_a_minimum_in_a_crease_is_not_lost():
    objective = Objective(scene_of(0), "mean", (Weighted("plug-in", with_a_crease, 1.0), *DEFAULT))
    certificate = certify(objective, ANYWHERE)
    assert not certificate.certified
    assert certificate.minima[0].gains[0] == pytest.approx(0.7, rel=1e-3)
    assert certificate.minima[0].loss < certificate.loss


def test_a_penalty_with_branches_is_judged_on_a_grid_without_bounds():
    objective = Objective(scene_of(0), "mean", (Weighted("plug-in", with_branches, 1.0),))
    assert certify(objective, ANYWHERE).kind == "grid"


def test_a_photo_among_others_is_certified_as_it_is_alone():
    """One problem at a time; the scene's arrays keep their first axis."""
    scene = scene_of(0)
    assert scene.source_means.shape == (1, 3)
    objective = Objective(scene, "mean-std", DEFAULT)
    best = certify(objective, ANYWHERE).minima[0]
    certificate = certify(replace(objective, regularizers=tuple(reversed(DEFAULT))), np.array([best.gains]))
    assert certificate.certified


def test_huge_weights_end_without_a_proof(recwarn):
    """Where rounding alone exceeds the tolerance no box can be dismissed: the budget ends it."""
    heavy = lambda gains: 1e150 * ((gains[..., 0] * gains[..., 1] - 1.0) ** 2) + gains[..., 2]  # noqa: E731
    certificate = certify(heavy, np.ones(3), max_boxes=500)
    assert (certificate.certified, certificate.kind) == (False, "proof")
    assert not recwarn.list
