"""``colorfix.correct`` from Python."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

import colorfix
from colorfix.core.defaults import OptimizerName
from colorfix.core.errors import GrayPhoto, SettingError, UncorrectablePhoto
from colorfix.learning import OPTIMIZERS, Optimizer
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted

PLAIN = colorfix.Settings(regularizers=(), exposure="match", space="srgb")


def difference(image: Image.Image, truth: Image.Image) -> float:
    """Mean CIEDE2000, on every third pixel of both."""
    one, other = (rgb2lab(np.asarray(picture)[::3, ::3]) for picture in (image, truth))
    return float(deltaE_ciede2000(one, other).mean())


def test_the_default_is_the_best_of_three_and_beats_no_change_on_nearly_every_sample(pairs):
    truths = [Image.open(pair.truth) for pair in pairs]
    errors = np.array(
        [
            [
                difference(Image.open(pair.source), truth),
                difference(colorfix.correct(pair.source, pair.target, settings=PLAIN).image, truth),
                difference(colorfix.correct(pair.source, pair.target).image, truth),
            ]
            for pair, truth in zip(pairs, truths, strict=True)
        ]
    )
    nothing, plain, default = errors.mean(axis=0)
    assert default < 0.5 * min(nothing, plain)
    assert (errors[:, 2] < errors[:, 0]).sum() >= len(pairs) - 1


def test_paths_images_and_arrays_give_the_same_gains(cat):
    from_path = colorfix.correct(cat.source, cat.target)
    from_image = colorfix.correct(Image.open(cat.source), Image.open(cat.target))
    from_array = colorfix.correct(np.asarray(Image.open(cat.source)), np.asarray(Image.open(cat.target)))
    assert from_path.gains.tolist() == from_image.gains.tolist() == from_array.gains.tolist()


def test_the_corrected_pixels_are_gain_times_value_rounded_and_clipped(cat):
    correction = colorfix.correct(
        cat.source, cat.target, settings=colorfix.Settings(space="srgb", highlights="clip")
    )
    pixels = np.asarray(Image.open(cat.source), np.float64)
    expected = np.rint(np.clip(pixels * correction.gains, 0, 255))
    assert (
        np.abs(np.asarray(correction.image) - expected).max() <= 1
    )  # v/255·g·255 rounds as v·g but for ties
    assert (np.asarray(correction.image) != expected).mean() < 1e-3


def test_linear_space_scales_pixels_in_linear_light(cat):
    """Decode, scale, clip, encode, each pixel in float64, by the formulas of IEC 61966-2-1."""
    settings = colorfix.Settings(space="linear", highlights="clip")
    correction = colorfix.correct(cat.source, cat.target, settings=settings)
    stored = np.asarray(Image.open(cat.source), np.float64) / 255
    light = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    light = np.clip(light * correction.gains, 0, 1)
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(np.asarray(correction.image) - expected * 255).max() <= 0.5 + 1e-6


def test_the_input_image_is_not_modified(cat):
    image = Image.open(cat.source)
    image.load()
    before = image.tobytes()
    colorfix.correct(image, cat.target)
    assert image.tobytes() == before


def test_alpha_is_copied_and_transparent_pixels_do_not_count():
    visible, hidden = (200, 150, 90, 255), (0, 0, 255, 0)
    pixels = np.array([[visible, visible], [hidden, visible]], np.uint8)
    correction = colorfix.correct(pixels, "neutral")
    opaque = colorfix.correct(pixels[:1, :, :3], "neutral")
    assert correction.gains == pytest.approx(opaque.gains, rel=1e-12)  # sums of one and of two pixels
    assert np.asarray(correction.image)[..., 3].tolist() == [[255, 255], [0, 255]]


def test_a_neutral_photo_with_a_neutral_target_is_unchanged():
    """A gray ramp, and as much of a red as of its complement; without them it would be black and white."""
    neutral = np.repeat(np.tile(np.arange(0, 250, dtype=np.uint8)[:, None, None], (1, 40, 1)), 3, axis=2)
    neutral[:, 10], neutral[:, 30] = (200, 100, 100), (100, 200, 200)
    corrected = np.asarray(colorfix.correct(neutral, "neutral").image, int)
    assert np.abs(corrected - neutral).max() <= 1
    with pytest.raises(GrayPhoto, match="is a gray photo"):
        colorfix.correct(neutral[:, :10], "neutral")


def test_an_image_of_one_pixel_is_corrected():
    """With gray-world alone it becomes gray of the same luminance."""
    settings = colorfix.Settings(
        regularizers=(Weighted("gray-world", BUILT_IN["gray-world"], 1.0),), space="srgb"
    )
    pixel = np.full((1, 1, 3), (200, 150, 90), np.uint8)
    red, green, blue = colorfix.correct(pixel, "neutral", settings=settings).image.getpixel((0, 0))
    luma = 0.2126 * 200 + 0.7152 * 150 + 0.0722 * 90
    assert red == green == blue == round(luma)


def test_every_optimizer_ends_at_the_same_point_after_polishing(cat):
    """The default loss has one basin here, so polishing ends in the same minimum."""
    hill = colorfix.correct(cat.source, cat.target).gains
    name: OptimizerName
    for name in OPTIMIZERS:
        settings = colorfix.Settings(optimizer=Optimizer(name))
        assert colorfix.correct(cat.source, cat.target, settings=settings).gains == pytest.approx(
            hill, abs=1e-7
        )


def test_a_repeated_run_gives_the_same_bits(cat):
    first, second = (colorfix.correct(cat.source, cat.target) for _ in range(2))
    assert first.gains.tobytes() == second.gains.tobytes()
    assert first.solution.trace.losses.tobytes() == second.solution.trace.losses.tobytes()


def test_deviations_are_matched_in_the_least_squares_sense(cat):
    """One gain a channel against two targets: g = (μτ + σσ') / (μ² + σ²), by the normal equation."""
    settings = colorfix.Settings(regularizers=(), exposure="match", match="mean-std", space="srgb")
    pixels, target = (
        np.asarray(Image.open(p), np.float64).reshape(-1, 3) / 255 for p in (cat.source, cat.target)
    )
    mean, deviation = pixels.mean(0), pixels.std(0)
    expected = (mean * target.mean(0) + deviation * target.std(0)) / (mean**2 + deviation**2)
    assert colorfix.correct(cat.source, cat.target, settings=settings).gains == pytest.approx(
        expected, abs=1e-7
    )


def test_exposure_keep_matches_only_the_targets_color(cat):
    """Without regularizers the gains are τ'/μ with τ' the target's means at the source's luminance."""
    settings = colorfix.Settings(regularizers=(), space="srgb")
    source, target = (
        np.asarray(Image.open(p), np.float64).reshape(-1, 3).mean(0) / 255 for p in (cat.source, cat.target)
    )
    luma = np.array([0.2126, 0.7152, 0.0722])
    expected = target * (source @ luma) / (target @ luma) / source
    expected = np.minimum(expected, 4.0)  # the allowed gains end there
    correction = colorfix.correct(cat.source, cat.target, settings=settings)
    assert correction.gains == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strength": 1.5}, "strength must lie between 0 and 1, got 1.5"),
        ({"strength": float("nan")}, "strength must lie between 0 and 1, got nan"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"match": "median"}, "no match is called 'median'"),
        ({"space": "lab"}, "no space is called 'lab'"),
    ],
)
def test_invalid_settings_name_the_value(changes, message):
    with pytest.raises(SettingError, match=message):
        colorfix.Settings(**changes)


def test_a_regularizer_that_is_never_finite_is_a_clear_error(cat):
    broken = Weighted("broken", lambda gains, scene, /: gains[..., 0] * float("nan"), 1.0)
    with pytest.raises(UncorrectablePhoto, match="no gains gave a finite loss"):
        colorfix.correct(cat.source, cat.target, settings=colorfix.Settings(regularizers=(broken,)))


def test_a_partly_finite_regularizer_is_explored_where_it_is_finite(cat):
    """NaN above g_B = 1.5, where the better gains lie: the run meets the wall and keeps its best."""

    def wall(gains, scene, /):
        return 0 * gains[..., 0] + np.where(gains[..., 2].real > 1.5, np.nan, 0.0)

    settings = colorfix.Settings(regularizers=(Weighted("wall", wall, 1.0),))
    correction = colorfix.correct(cat.source, cat.target, settings=settings)
    assert np.isfinite(correction.solution.losses).all()
    assert correction.gains[2] <= 1.5
    assert correction.solution.trace.dead_ends[0] >= 1


BOUNDED = "gray-world=4", "shades-of-gray=4", "gray-edge=2.5"
"""Penalties of the default that level off, as -R has them."""


@pytest.mark.parametrize("seed", [2, 100, 2534, 3956])
def test_the_papers_network_learns_from_a_seed(pairs, seed):
    """On a photo whose loss is undefined for gains below 0, and has no basin at no change or level ground."""
    lake = next(pair for pair in pairs if pair.name == "lake")
    bowl = colorfix.choose_regularizers("no-change=0", *(f"{name},reach=1000" for name in BOUNDED))
    settings = colorfix.Settings(model="network", seed=seed, steps=150, regularizers=bowl)
    trace = colorfix.correct(lake.source, lake.target, settings=settings).solution.trace
    assert trace.best_steps[0] > 0
    assert trace.best_losses[0] < 0.5 * trace.losses[0, 0]
    assert np.isfinite(trace.losses).all()


@pytest.mark.parametrize(
    "changes",
    [{"optimizer": "adam"}, {"steps": 2.5}, {"regularizers": "none"}, {"strength": "x"}, {"seed": -1}],
)
def test_settings_of_the_wrong_type_are_refused(changes):
    with pytest.raises(SettingError, match=next(iter(changes))):
        colorfix.Settings(**changes)


def test_alternative_selects_the_second_minimum(cat):
    """Wells at six lights: the output has the second minimum, and the first is certified."""
    settings = colorfix.Settings(regularizers=PRESETS["illuminants"], certify=True)
    best = colorfix.correct(cat.source, cat.target, settings=settings)
    second = colorfix.correct(cat.source, cat.target, settings=replace(settings, alternative=2))
    assert best.certificate.certified
    assert len(best.minima) >= 3
    assert second.gains.tolist() == list(best.minima[1].gains)
    assert second.minima[1].loss > best.minima[0].loss + 0.01
    with pytest.raises(UncorrectablePhoto, match="minima were found"):
        colorfix.correct(cat.source, cat.target, settings=replace(settings, alternative=99))


def test_the_report_describes_the_minimum_used(cat):
    """Gains, loss and terms of the second minimum, and the trace of a start that ended there."""
    settings = colorfix.Settings(regularizers=PRESETS["illuminants"], alternative=2)
    second = colorfix.correct(cat.source, cat.target, settings=settings)
    assert second.minimum == second.minima[1]
    np.testing.assert_allclose(second.solution.gains[0], second.gains, rtol=1e-6)
    assert float(second.objective(np.array([second.gains]))[0]) == pytest.approx(second.minimum.loss)


def test_one_start_can_miss_the_minimum_that_several_find(cat):
    """No change lies in another basin of the wells than the lowest."""
    settings = colorfix.Settings(regularizers=PRESETS["illuminants"], starts="one")
    alone = colorfix.correct(cat.source, cat.target, settings=settings)
    several = colorfix.correct(cat.source, cat.target, settings=replace(settings, starts="several"))
    assert several.minima[0].loss < alone.minima[0].loss - 1


def test_a_certificate_finds_proves_and_reports_a_minimum_that_learning_missed(cat):
    settings = colorfix.Settings(regularizers=PRESETS["illuminants"])
    several = colorfix.correct(cat.source, cat.target, settings=settings)
    rescued = colorfix.correct(cat.source, cat.target, settings=replace(settings, starts="one", certify=True))
    assert rescued.certificate.certified
    assert rescued.minimum.loss == pytest.approx(several.minimum.loss, abs=1e-6)
    np.testing.assert_allclose(rescued.gains, several.gains, rtol=1e-4)
    assert any("learning missed" in warning for warning in rescued.warnings)
    assert not any("learning missed" in warning for warning in several.warnings)


def test_a_certificate_moves_a_white_photo_to_the_lowest_minimum():
    """Nothing in it is neutral and unclipped, and its means of 1 hide the wells from the grids of starts."""
    white = np.full((8, 8, 3), 255, np.uint8)
    settings = colorfix.Settings(regularizers=PRESETS["illuminants"], certify=True)
    correction = colorfix.correct(white, "neutral", settings=settings)
    assert correction.certificate.certified
    assert correction.minimum.loss <= correction.certificate.lower_bound + 1e-6


def test_the_truth_as_target_is_matched(pairs):
    """Within 1.0 of exact matching on every pair, as the guide shows the same scene."""
    exact = colorfix.Settings(regularizers=(), exposure="match")
    for pair in pairs[::3]:
        truth = Image.open(pair.truth)
        followed = difference(colorfix.correct(pair.source, pair.truth).image, truth)
        matched = difference(colorfix.correct(pair.source, pair.truth, settings=exact).image, truth)
        assert followed < matched + 1.0, pair.name
