"""Photos learned in one batch get the results that they get alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorfix import Settings, photos
from colorfix.core.errors import UncorrectablePhoto
from colorfix.correction.correct import Correction, correct_all
from colorfix.correction.measured import measure
from colorfix.correction.targets import target_of
from colorfix.learning import fine_grid_starts, solve, starts_of
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.options import Device, Optimizer
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted

PAIRS = sorted(path for path in Path("sample_images").iterdir() if path.is_dir())
DEFAULT, ILLUMINANTS = Settings(), Settings(regularizers=PRESETS["illuminants"])


@pytest.fixture(scope="module")
def described():
    pairs = [(photos.read(pair / "amber.jpg"), target_of(pair / "guide.jpg")) for pair in PAIRS]
    return [measure(photo, target, DEFAULT) for photo, target in pairs]


@pytest.mark.parametrize("settings", [DEFAULT, ILLUMINANTS], ids=["default", "illuminants"])
def test_gains_do_not_depend_on_other_photos_of_the_batch(described, settings):
    together = correct_all(described, settings)
    reversed_ = correct_all(described[::-1], settings)[::-1]
    for photo, one, other in zip(described, together, reversed_, strict=True):
        alone = correct_all([photo], settings)[0]
        assert one.gains.tolist() == alone.gains.tolist() == other.gains.tolist()
        assert one.minima == alone.minima
        mine, own = one.solution.trace, alone.solution.trace
        np.testing.assert_array_equal(mine.losses, own.losses)
        assert (mine.turns, mine.dead_ends) == (own.turns, own.dead_ends)


def test_a_coarse_grid_and_short_patience_find_the_minima_of_fine_grids_and_all_steps(described):
    """The lowest minimum of every sample pair under the default penalties, to nine digits."""
    limits, numpy = limits_in(2.2), Device("numpy")
    for correction in correct_all(described, DEFAULT):
        starts = FreeGains(fine_grid_starts(correction.objective, limits), limits)
        slow = solve(correction.objective, starts, Optimizer(), 1000, device=numpy)
        np.testing.assert_allclose(correction.minima[0].gains, slow.minima[0].gains, rtol=1e-9)
        assert correction.minimum.loss == pytest.approx(slow.minima[0].loss, rel=1e-9)


def test_torch_finds_the_gains_that_numpy_finds(described):
    """With all default penalties; each back end computes its own gradients."""
    for correction in correct_all(described[:4], DEFAULT):
        (starts,) = starts_of(correction.objective, limits_in(2.2))
        learning = (correction.objective, FreeGains(starts, limits_in(2.2)), Optimizer(), 100)
        ours, theirs = (solve(*learning, device=Device(kind), patience=25) for kind in ("numpy", "torch"))
        np.testing.assert_allclose(theirs.trace.best_points, ours.trace.best_points, rtol=1e-9)
        np.testing.assert_allclose(theirs.gains, ours.gains, rtol=1e-9)
        assert correction.gains.tolist() in ours.gains.tolist()


def test_learning_ends_without_a_new_best(described):
    patient = correct_all(described[:1], replace(DEFAULT, patience=0))[0]
    hasty = correct_all(described[:1], DEFAULT)[0]
    assert len(patient.solution.trace.losses) == 1000
    assert len(hasty.solution.trace.losses) < 200
    np.testing.assert_allclose(hasty.gains, patient.gains, rtol=1e-9)


def test_narrow_basins_get_a_fine_grid(described):
    objective = correct_all(described[:1], ILLUMINANTS)[0].objective
    (starts,) = starts_of(objective, limits_in(2.2))
    np.testing.assert_array_equal(starts, fine_grid_starts(objective, limits_in(2.2)))
    assert len(starts) > 5


def test_a_penalty_that_breaks_on_one_photo_fails_only_that_photo(described):
    """Its gradient is NaN for the first photo only: the error names it, and the others are corrected."""
    first = described[0].before.means[0]

    def moody(gains, scene, /):
        return np.where(scene.source_means[..., 0] == first, np.nan, 0.0) + 0.0 * gains.sum(-1)

    settings = Settings(
        regularizers=(Weighted("gain-spread", BUILT_IN["gain-spread"], 1.0), Weighted("moody", moody, 1.0))
    )
    broken, *fine = correct_all(described[:3], settings)
    assert isinstance(broken, UncorrectablePhoto)
    assert "moody" in str(broken)
    assert all(isinstance(outcome, Correction) for outcome in fine)
