"""Gains in the sensor's space, on pixels of each kind, against float64 NumPy written here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from colorfix import photos
from colorfix.color.statistics import Curve, encoded_of, linear_of
from colorfix.core.errors import UnsupportedPhoto
from colorfix.photos.photo import Strip

MIXED = 0.5 * np.eye(3) + 0.5 * np.array([[0.70, 0.25, 0.05], [0.15, 0.72, 0.13], [0.05, 0.25, 0.70]])
AMBER = np.array([0.55, 1.1, 3.4])
LIMITS = 0.2**2.2, 4**2.2


def product(light, gains):
    """M⁻¹ (s (M x)) with s = 1 / (M (1 / g)), clipped to 0 to 1."""
    scaled = light @ MIXED.T / (MIXED @ (1 / gains))
    return np.clip(np.linalg.solve(MIXED, scaled[..., None])[..., 0], 0, 1)


def changed(raster, gains, **options):
    change = photos.GainChange(np.asarray(gains), "sensor", highlights="clip", **options)
    return np.asarray(change(Strip(raster)))


def codes_off(image, gains):
    """Return the largest distance in codes to the rounded exact result."""
    exact = np.rint(255 * encoded_of(product(linear_of(np.asarray(image)[..., :3] / 255), gains)))
    return np.abs(changed(image, gains)[..., :3] - exact).max()


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    arrays(np.uint8, (8, 8, 3)),
    arrays(np.float64, 3, elements=st.floats(*LIMITS)),
)
def test_eight_bits_are_at_most_one_code_from_float64_under_any_allowed_gains(pixels, gains):
    assert codes_off(Image.fromarray(pixels), gains) <= 1


@pytest.mark.parametrize("gains", [AMBER, [1.7, 0.9, 0.6], [0.5, 0.5, 0.5], [0.4, 1.0, 20.0]])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_photo_is_at_most_one_code_from_float64_and_keeps_its_mode_and_alpha(astronaut, mode, gains):
    image = astronaut.quantize(200) if mode == "P" else astronaut.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    result = photos.GainChange(np.asarray(gains), "sensor", highlights="clip")(Strip(image))
    assert result.mode == mode
    assert codes_off(image.convert("RGB"), np.asarray(gains)) <= 1
    if mode == "P":
        assert (np.asarray(result.convert("RGB")) == changed(image.convert("RGB"), gains)).all()
    if mode == "RGBA":
        assert result.getchannel("A").tobytes() == image.getchannel("A").tobytes()


def test_few_codes_of_a_photo_are_off_at_all(astronaut):
    exact = np.rint(255 * encoded_of(product(linear_of(np.asarray(astronaut) / 255), AMBER)))
    assert (changed(astronaut, AMBER) != exact).mean() < 0.02


def test_eight_bits_under_a_profiles_gamma_are_at_most_one_code_off(astronaut):
    curve = Curve(np.tile(np.linspace(0, 1, 4097) ** 2.2, (3, 1)))
    codes = np.asarray(astronaut)
    exact = np.rint(255 * curve.encoded(product(curve.decoded(codes / 255), AMBER)))
    assert np.abs(changed(astronaut, AMBER, curve=curve) - exact).max() <= 1


@pytest.mark.parametrize("gains", [AMBER, [1.7, 0.9, 0.6]])
def test_the_light_that_the_gains_remove_becomes_gray_at_every_level(gains):
    levels = np.linspace(0, 1, 50)[:, None] * (0.9 / np.asarray(gains)).min() / np.asarray(gains)
    cast = np.rint(65535 * encoded_of(levels)).astype(np.uint16)[None]
    assert np.ptp(changed(cast, gains).astype(int), axis=-1).max() <= 12


def test_equal_gains_are_those_of_linear_light(noise):
    image = Image.fromarray(noise[..., :3])
    plain = photos.GainChange(np.full(3, 1.4), "linear", highlights="clip")(Strip(image))
    assert np.abs(changed(image, np.full(3, 1.4)).astype(int) - np.asarray(plain)).max() <= 1


def test_an_empty_blue_is_filled_from_green_and_its_noise_multiplied_less():
    shadows = np.full((1, 2, 3), (60, 40, 0), np.uint8)
    shadows[0, 1, 2] = 6
    gains = np.array([0.6, 1.0, 14.7])
    empty, noisy = changed(Image.fromarray(shadows), gains)[0, :, 2].astype(int)
    linear = photos.GainChange(gains, "linear", highlights="clip")(Strip(Image.fromarray(shadows)))
    assert empty > 20
    assert noisy - empty < np.ptp(np.asarray(linear)[0, :, 2].astype(int)) / 1.5


def test_dither_keeps_the_mean_and_adds_less_than_two_codes(astronaut):
    plain, noisy = (changed(astronaut, AMBER, dither=dither).astype(float) for dither in (False, True))
    inside = (plain > 3) & (plain < 252)
    assert abs((noisy - plain)[inside].mean()) < 0.05
    assert np.abs(noisy - plain)[inside].max() <= 6
    assert len(np.unique(noisy)) >= len(np.unique(plain))


def test_outside_the_region_no_pixel_changes_and_inside_all_do(astronaut):
    region = photos.Region(box=(50, 40, 100, 80))
    result, everywhere = changed(astronaut, AMBER, within=region), changed(astronaut, AMBER)
    inner = (slice(45, 115), slice(55, 145))
    assert np.array_equal(result[inner], everywhere[inner])
    outside = np.ones(result.shape[:2], bool)
    outside[40:120, 50:150] = False
    assert np.array_equal(result[outside], np.asarray(astronaut)[outside])


def test_a_large_photo_of_several_memory_blocks_is_its_parts(noise):
    image = Image.fromarray(np.tile(noise[..., :3], (45, 33, 1)))
    assert image.width * image.height * 4 > 1 << 24
    once = changed(Image.fromarray(noise[..., :3]), AMBER)
    assert (changed(image, AMBER) == np.tile(once, (45, 33, 1))).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_do_not_depend_on_the_number_of_threads(noise, mode, monkeypatch):
    image = Image.fromarray(np.tile(noise, (8, 8, 1))[..., : len(mode)])
    results = []
    for limit in (1, 2, 7):
        monkeypatch.setattr("colorfix.core.threads._limit", limit)
        monkeypatch.setattr("colorfix.core.threads.usable_cores", lambda: 7)
        results.append(changed(image, AMBER).tobytes())
    assert len(set(results)) == 1


@pytest.mark.parametrize("raster", [Image.new("L", (2, 2), 7), np.full((2, 2, 1), 7, np.uint16)])
def test_gray_pixels_are_refused(raster):
    with pytest.raises(UnsupportedPhoto, match="is a gray photo"):
        photos.GainChange(AMBER, "sensor")(Strip(raster))
