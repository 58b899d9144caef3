"""Color temperature and Duv of the light that gains undo, judged by colour-science."""

from __future__ import annotations

import colour
import numpy as np
import pytest

from colorfix.color.temperature import light_of

TO_SRGB = colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB


def gains_against(kelvin: float, duv: float) -> np.ndarray:
    """Gains in linear light that turn a light of this temperature gray, by Ohno's method of 2013."""
    xy = colour.UCS_uv_to_xy(colour.temperature.CCT_to_uv([kelvin, duv], "Ohno 2013"))
    return 1 / (TO_SRGB @ colour.xy_to_XYZ(xy))


@pytest.mark.parametrize("duv", [-0.02, -0.005, 0.0, 0.002])
@pytest.mark.parametrize("kelvin", [2100.0, 2500.0, 2856.0, 3500.0, 5000.0, 6504.0, 10_000.0, 20_000.0])
def test_temperature_and_distance_are_those_of_ohnos_method(kelvin, duv):
    gains = gains_against(kelvin, duv)
    found = light_of(gains, "linear")
    assert found.kelvin is not None
    assert 1e6 / found.kelvin == pytest.approx(1e6 / kelvin, abs=0.15)  # mired
    assert found.duv == pytest.approx(duv, abs=2e-5)


def test_no_change_is_daylight_of_6504_kelvins():
    xy = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    kelvin, duv = colour.temperature.uv_to_CCT(colour.xy_to_UCS_uv(xy), "Ohno 2013")
    found = light_of(np.ones(3), "linear")
    assert found.kelvin == pytest.approx(kelvin, abs=4)
    assert found.duv == pytest.approx(duv, abs=1e-4)


def test_brighter_gains_undo_the_same_light():
    gains = np.array([0.6, 1.0, 2.5])
    assert light_of(gains, "linear") == pytest.approx(light_of(3 * gains, "linear"))


def test_gains_on_stored_values_count_as_their_power_in_linear_light():
    gains = np.array([0.8, 1.0, 1.6])
    assert light_of(gains, "srgb") == pytest.approx(light_of(gains**2.2, "linear"))


@pytest.mark.parametrize("gains", [(1.0, 6.0, 1.0), (1.0, 0.2, 1.0), (0.2, 5.0, 50.0), (5.0, 1.0, 0.2)])
def test_a_light_far_from_every_black_body_has_no_temperature(gains):
    """Purple, green, redder than 1429 K, bluer than a body of infinite temperature."""
    found = light_of(np.array(gains), "linear")
    assert found.kelvin is None
    assert "no color temperature" in str(found)
