"""Stacking, mapping, and the target brought to its source's luminance."""

from __future__ import annotations

import numpy as np
import torch

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics

RANDOM = np.random.default_rng(4)
PHOTOS = [RANDOM.integers(0, 256, (3, 50)) for _ in range(6)]
FIELDS = (
    "source_means",
    "source_deviations",
    "target_means",
    "target_deviations",
    "weights",
    "values",
    "luma",
)


def statistics_of(photo):
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in photo]))


def scene():
    taken = [statistics_of(photo) for photo in PHOTOS]
    return Scene.of(taken[:3], taken[3:])


def test_every_problem_has_the_statistics_of_its_own_pair():
    pixels = np.stack(PHOTOS) / 255.0
    np.testing.assert_allclose(scene().source_means, pixels[:3].mean(-1), rtol=1e-13)
    np.testing.assert_allclose(scene().target_means, pixels[3:].mean(-1), rtol=1e-13)
    np.testing.assert_allclose(scene().source_deviations, pixels[:3].std(-1), rtol=1e-12)
    np.testing.assert_allclose(scene().target_deviations, pixels[3:].std(-1), rtol=1e-12)


def test_luminance_is_rec_709_of_the_means():
    expected = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (np.stack(PHOTOS[:3]) / 255.0).mean(-1)]
    np.testing.assert_allclose(scene().source_luminance, expected, rtol=1e-13)


def test_source_luminance_scales_the_target_uniformly():
    """Worked by hand: source (0.2, 0.4, 0.6) has 0.37192; target (0.8, 0.4, 0.2) has 0.4706; factor 0.790310.

    0.2126 * 0.2 + 0.7152 * 0.4 + 0.0722 * 0.6 = 0.04252 + 0.28608 + 0.04332;
    0.2126 * 0.8 + 0.7152 * 0.4 + 0.0722 * 0.2 = 0.17008 + 0.28608 + 0.01444.
    """
    counts = np.zeros((2, 3, 256), np.int64)
    for channel, (of_source, of_target) in enumerate(zip([51, 102, 153], [204, 102, 51], strict=True)):
        counts[0, channel, of_source] = counts[1, channel, of_target] = 1
    kept = Scene.of([Statistics(counts[0])], [Statistics(counts[1])]).with_source_luminance()
    factor = 0.37192 / 0.4706
    np.testing.assert_allclose(kept.target_means, [[0.8 * factor, 0.4 * factor, 0.2 * factor]], rtol=1e-12)


def test_source_luminance_changes_neither_the_source_nor_the_targets_color():
    before, after = scene(), scene().with_source_luminance()
    np.testing.assert_allclose((after.target_means * after.luma).sum(-1), before.source_luminance, rtol=1e-13)
    ratio = after.target_means / before.target_means
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :1], (3, 3)), rtol=1e-13)
    np.testing.assert_allclose(after.target_deviations / before.target_deviations, ratio, rtol=1e-13)
    for field in ("source_means", "source_deviations", "weights", "values", "luma"):
        np.testing.assert_array_equal(getattr(after, field), getattr(before, field))


def test_a_mapped_scene_gives_the_same_figures_on_torch():
    ours, theirs = scene(), scene().map_arrays(torch.as_tensor)
    assert all(isinstance(getattr(theirs, field), torch.Tensor) for field in FIELDS)
    np.testing.assert_allclose(theirs.source_luminance, ours.source_luminance, rtol=1e-14)
    np.testing.assert_allclose(theirs.norms(6.0), ours.norms(6.0), rtol=1e-13)
    np.testing.assert_allclose(
        theirs.with_source_luminance().target_means, ours.with_source_luminance().target_means, rtol=1e-13
    )
