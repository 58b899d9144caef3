"""Color temperature and Duv of the light that gains undo, judged by colour-science."""

from __future__ import annotations

import colour
import numpy as np
import pytest

from colorfix.color.sensor import gain_matrix
from colorfix.color.temperature import light_of, warmed, warmth_of
from colorfix.core.errors import SettingError

np.set_printoptions(legacy=False)  # importing colour-science makes NumPy print as version 1.13 did

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


@pytest.mark.parametrize("space", ["linear", "srgb", "sensor"])
@pytest.mark.parametrize("kelvin", [2500.0, 3200.0, 5500.0, 9000.0, 25_000.0])
def test_warmed_gains_give_gray_the_color_of_that_light(kelvin, space):
    """The light that the gains turn gray gets the white's color, judged by Ohno's method."""
    gains = np.array([0.6, 1.1, 2.5])
    after = warmed(gains, warmth_of(kelvin), space)
    light = (1 / gains) ** (2.2 if space == "srgb" else 1.0)
    white = {
        "linear": after * light,
        "srgb": (after / gains) ** 2.2,
        "sensor": gain_matrix(after) @ light,
    }[space]
    uv = colour.xy_to_UCS_uv(colour.XYZ_to_xy(np.linalg.inv(TO_SRGB) @ white))
    found, duv = colour.temperature.uv_to_CCT(uv, "Ohno 2013")
    assert 1e6 / found == pytest.approx(1e6 / kelvin, abs=0.3)
    assert duv == pytest.approx(0.0032, abs=1e-4)
    assert white @ [0.2126, 0.7152, 0.0722] == pytest.approx(1.0, abs=1e-3)


def test_no_warmth_changes_nothing():
    gains = np.array([0.6, 1.1, 2.5])
    assert warmed(gains, 0.0, "sensor") is gains
    assert warmed(gains, warmth_of(6503.3), "linear") == pytest.approx(gains, rel=1e-3)


@pytest.mark.parametrize("warmth", [-120.0, 260.0, -1000.0])
def test_a_white_beyond_the_range_is_refused(warmth):
    with pytest.raises(SettingError, match=r"at most 246 warmer \(2500 K\) or 114 cooler \(25000 K\)"):
        warmed(np.ones(3), warmth, "linear")
