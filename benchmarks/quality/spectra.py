"""Lamps and sensors from measured spectra: what a camera's three channels see of a color under a light.

Reflectances are mixtures of three smooth ones (Mallett & Yuksel, *Spectral Primary Decomposition for
Rendering with sRGB Reflectance*, 2019), so that a camera under a light is one matrix from linear sRGB to raw
values. Spectra of lamps, color charts and a camera come with the package ``colour-science`` (BSD-3-Clause).
Further sensors are the measured one, its channels moved by some nanometres and made narrower or wider.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # colour-science names its optional parts that are not installed
    import colour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WAVELENGTHS = np.arange(400.0, 701.0, 5.0)
"""Nanometres."""

OBSERVER = "CIE 1931 2 Degree Standard Observer"

LAMPS: dict[str, tuple[str, ...]] = {
    "incandescent": ("2400 K", "2650 K", "A", "60 A/W (Soft White)", "3100 K", "3300 K"),
    "fluorescent": ("FL4", "FL12", "F32T8/TL830 (Triphosphor)", "F34T12WW/RS/EW (Warm White FL)"),
    "led": ("LED-B1", "LED-B2", "LED-BH1", "LED-V1", "Luxeon WW 2880"),
    "sodium": ("HP1", "HP2", "SDW-T 100W/LV (Super HPS)"),
}
"""Warm lamps by kind, names as in ``colour-science``; ``K`` is a black body. Low-pressure sodium is left out:
in light of one wavelength there are no colors to bring back."""

DAYLIGHT = ("D55", "D65", "D75")

MEASURED = "Nikon 5100 (NPL)"
"""The camera whose sensitivities are taken; the other one in ``colour-science`` has stacked layers."""


@dataclass(frozen=True)
class Sensor:
    """A camera's three channels: the measured ones, moved and made narrower.

    Attributes:
        shift: nanometres by which each channel is moved, red, green, blue.
        narrowing: power to which sensitivities are raised, 1 for as measured.
    """

    shift: tuple[int, int, int] = (0, 0, 0)
    narrowing: float = 1.0


SENSORS = (
    Sensor(),
    Sensor((-6, 0, 4)),
    Sensor((6, 3, -4)),
    Sensor((8, -4, 0), 0.85),
    Sensor((-4, 4, 6), 0.85),
    Sensor((0, -4, -6), 1.2),
    Sensor((-8, 2, 2), 1.2),
)


@cache
def light(name: str) -> Floats:
    """Return a light's spectrum at :data:`WAVELENGTHS`, its luminance 1."""
    if name.endswith(" K"):
        metres = WAVELENGTHS * 1e-9
        power = metres**-5 / np.expm1(1.4388e-2 / (metres * float(name[:-2])))
    else:
        known = colour.SDS_ILLUMINANTS if name in colour.SDS_ILLUMINANTS else colour.SDS_LIGHT_SOURCES
        power = _sampled(known[name])
    scaled: Floats = power / (power @ _observer()[:, 1])
    return scaled


@cache
def response(sensor: Sensor, name: str) -> Floats:
    """Return the matrix from linear sRGB reflectance to raw values under a light, shape [3, 3].

    A white under daylight (D55) of the same luminance has a green of 1.
    """
    basis = _sampled_all(colour.recovery.MSDS_BASIS_FUNCTIONS_sRGB_MALLETT2019)
    scale = _sensitivities(sensor)[:, 1] @ light("D55")
    matrix: Floats = _sensitivities(sensor).T @ (light(name)[:, None] * basis) / scale
    return matrix


def raw_white(sensor: Sensor, name: str) -> Floats:
    """Return raw values of a white under a light, shape [3]."""
    white: Floats = response(sensor, name).sum(axis=1)
    return white


@cache
def to_srgb(sensor: Sensor, name: str) -> Floats:
    """Return the matrix from balanced raw values to linear sRGB, least squares over a color chart.

    Raw values are balanced for the light ``name``; sRGB is what the chart has under D65. Rows sum to 1, so
    that white stays white.
    """
    chart = np.stack([_sampled(patch) for patch in colour.SDS_COLOURCHECKERS["ISO 17321-1"].values()])
    raw = (chart * light(name)) @ _sensitivities(sensor)
    raw = raw / (light(name) @ _sensitivities(sensor))
    xyz = (chart * light("D65")) @ _observer()
    wanted = xyz @ np.array(colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB).T
    wanted = wanted / wanted[np.argmax(raw.sum(axis=1))].mean() * raw.max(axis=0).mean()
    # rows sum to 1: fit the first two columns against the third
    free, *_ = np.linalg.lstsq(raw[:, :2] - raw[:, 2:], wanted - raw[:, 2:], rcond=None)
    matrix: Floats = np.concatenate([free, 1 - free.sum(axis=0, keepdims=True)]).T
    return matrix


@cache
def _sensitivities(sensor: Sensor) -> Floats:
    """Sensitivity of each channel at :data:`WAVELENGTHS`, shape [W, 3]."""
    measured = colour.MSDS_CAMERA_SENSITIVITIES[MEASURED]
    known, values = measured.wavelengths, np.nan_to_num(np.asarray(measured.values))
    columns = [
        np.interp(WAVELENGTHS - moved, known, values[:, channel], left=0, right=0) ** sensor.narrowing
        for channel, moved in enumerate(sensor.shift)
    ]
    return np.stack(columns, axis=1)


@cache
def _observer() -> Floats:
    return _sampled_all(colour.MSDS_CMFS[OBSERVER])


def _sampled(spectrum: Any) -> Floats:  # noqa: ANN401 - colour-science's own classes
    values: Floats = np.interp(WAVELENGTHS, spectrum.wavelengths, np.nan_to_num(spectrum.values))
    return values


def _sampled_all(spectra: Any) -> Floats:  # noqa: ANN401 - colour-science's own classes
    columns = np.nan_to_num(spectra.values).T
    return np.stack([np.interp(WAVELENGTHS, spectra.wavelengths, column) for column in columns], axis=1)
