"""Statistics against the pixels, curves against published values, tables against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from colorfix.color.statistics import Statistics, encoded_of, linear_of, tables_of, values_in

FIXED = settings(derandomize=True, deadline=None, max_examples=60)
PIXELS = arrays(np.uint8, st.tuples(st.just(3), st.integers(1, 60)))


def counts_of(pixels):
    return np.stack([np.bincount(channel, minlength=256) for channel in pixels])


def light(value):
    """IEC 61966-2-1, decoding, one value."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


@FIXED
@given(PIXELS)
def test_statistics_of_the_histogram_are_those_of_the_pixels(pixels):
    statistics, values = Statistics(counts_of(pixels)), pixels / 255.0
    np.testing.assert_allclose(statistics.means, values.mean(1), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(statistics.deviations, values.std(1), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(statistics.clipped, (pixels == 255).mean(1), rtol=1e-14)
    red, green, blue = values.mean(1)
    assert statistics.blue_excess == pytest.approx(max(0.0, blue - max(red, green)), abs=1e-14)
    assert statistics.luminance == pytest.approx(0.2126 * red + 0.7152 * green + 0.0722 * blue, abs=1e-14)


@FIXED
@given(PIXELS)
def test_statistics_in_linear_light_are_those_of_decoded_pixels(pixels):
    statistics = Statistics(counts_of(pixels), "linear")
    values = np.array([[light(v / 255) for v in channel] for channel in pixels.tolist()])
    np.testing.assert_allclose(statistics.means, values.mean(1), rtol=1e-12)
    np.testing.assert_allclose(statistics.deviations, values.std(1), rtol=1e-10, atol=1e-14)


@FIXED
@given(PIXELS, st.sampled_from(["srgb", "linear"]))
def test_shares_and_counts_give_the_same_statistics(pixels, space):
    counts = counts_of(pixels)
    shares = Statistics(counts / counts.sum(1, keepdims=True), space)
    whole = Statistics(counts, space)
    np.testing.assert_allclose(shares.means, whole.means, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(shares.deviations, whole.deviations, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("encoded", "linear"),
    [
        (0.0, 0.0),
        (0.5, 0.214041),
        (1.0, 1.0),
        (0.04045, 0.0031308),
        (0.461356, 0.18),
        (188 / 255, 0.502886),
        (128 / 255, 0.215861),
        (10 / 255, 0.00303527),
    ],
    ids=["black", "half", "white", "the knee", "18 % grey", "188", "128", "10"],
)
def test_the_curve_passes_through_published_values(encoded, linear):
    """IEC 61966-2-1 and the tables printed from it; an 18 % grey card is stored as 117.6 of 255."""
    assert linear_of(np.array([encoded]))[0] == pytest.approx(linear, rel=3e-6)
    assert encoded_of(np.array([linear]))[0] == pytest.approx(encoded, rel=3e-6)


@FIXED
@given(st.floats(0.0, 1.0))
@example(0.04045)
@example(math.nextafter(0.04045, 1))
@example(math.nextafter(0.0031308, 1))
def test_encoding_undoes_decoding(value):
    """The standard's two pieces miss each other by 3e-8 at the knee; elsewhere only rounding is left."""
    beside_the_knee = abs(value - 0.04045) < 1e-6 or abs(value - 0.0031308) < 1e-6
    tolerance = 1e-7 if beside_the_knee else 1e-14
    assert encoded_of(linear_of(np.array([value])))[0] == pytest.approx(value, abs=tolerance)
    assert linear_of(encoded_of(np.array([value])))[0] == pytest.approx(value, abs=tolerance)


def test_the_values_of_a_channel_are_the_256_codes_as_stored_or_decoded():
    assert values_in("srgb").tolist() == [v / 255 for v in range(256)]
    np.testing.assert_allclose(values_in("linear"), [light(v / 255) for v in range(256)], rtol=1e-14)
    assert (np.diff(values_in("linear")) > 0).all()


@FIXED
@given(st.lists(st.integers(0, 320), min_size=3, max_size=3))
@example([32, 64, 96])
@example([160, 48, 80])
def test_a_table_is_every_value_times_the_gain_rounded_and_clipped(sixty_fourths):
    """In fractions, gains of n / 64, so that halves are met and must go to even: 1.5 * 35 = 52.5 is 52."""
    exact = [[round(min(Fraction(n * v, 64), Fraction(255))) for v in range(256)] for n in sixty_fourths]
    assert tables_of(np.array(sixty_fourths) / 64).tolist() == exact


@FIXED
@given(arrays(np.float64, 3, elements=st.floats(0.0, 5.0)))
def test_no_entry_of_a_table_is_farther_than_half_a_code_from_the_product(gains):
    exact = np.minimum(gains[:, None] * np.arange(256), 255)
    table = tables_of(gains)
    assert table.dtype == np.uint8
    assert np.abs(table - exact).max() <= 0.5


@FIXED
@given(arrays(np.float64, 3, elements=st.floats(0.0, 5.0)))
def test_a_table_in_linear_light_is_every_decoded_value_times_the_gain_encoded_again(gains):
    def stored(linear):
        return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055

    exact = np.array(
        [[255 * stored(min(g * light(v / 255), 1.0)) for v in range(256)] for g in gains.tolist()]
    )
    table = tables_of(gains, "linear")
    assert table.dtype == np.uint8
    assert np.abs(table - exact).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_gains_of_one_change_no_value(space):
    assert (tables_of(np.ones(3), space) == np.arange(256)).all()


@FIXED
@given(st.floats(0.0, 5.0), st.sampled_from(["srgb", "linear"]))
def test_tables_are_monotonic(gain, space):
    assert (np.diff(tables_of(np.full(3, gain), space).astype(int)) >= 0).all()
