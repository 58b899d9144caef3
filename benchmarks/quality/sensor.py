"""From the light of a scene to a photo: exposure, noise, clipping, white balance, color, tone, 8 bits.

Raw values are clipped *before* white balance, as a sensor does it: so lamps, windows and paper that are blown
come out white under any white balance, and what has lost one channel alone changes its hue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.quality.photographs import contrasted, encoded
from benchmarks.quality.spectra import Sensor, raw_white, response, to_srgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.quality.scenes import Scene

    Floats = NDArray[np.float64]
    Pixels = NDArray[np.uint8]

LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Camera:
    """How raw values become a photo.

    Attributes:
        sensor: its channels.
        lift: k of the tone curve x (1 + k) / (1 + k x) on linear light.
        contrast: of an S curve on stored values, 0 to 0.5.
        saturation: factor around the luminance.
        noise: standard deviation of a raw value of 0, of the sensor's range; that of a value v is
            sqrt(noise² + noise v / 4).
    """

    sensor: Sensor
    lift: float = 0.0
    contrast: float = 0.0
    saturation: float = 1.0
    noise: float = 0.0


@dataclass(frozen=True)
class Balance:
    """What a camera takes the light for.

    Attributes:
        light: a light's name.
        share: 1 for that light, 0 for the scene's lamp, between them in logarithms.
    """

    light: str
    share: float = 1.0


def raw_values(scene: Scene, camera: Camera, exposure: float, rng: np.random.Generator) -> Floats:
    """Return what the sensor records, 0 to 1, clipped, shape [H, W, 3]."""
    light = sum(
        (illuminance[..., None] * scene.reflectance + emission[..., None]) @ response(camera.sensor, name).T
        for name, (illuminance, emission) in scene.lights.items()
    )
    raw = exposure * np.asarray(light)
    deviation = np.sqrt(camera.noise**2 + camera.noise / 4 * np.maximum(raw, 0))
    return np.clip(raw + deviation * rng.normal(size=raw.shape), 0, 1)


def developed(raw: Floats, camera: Camera, lamp: str, balance: Balance) -> Pixels:
    """Return the photo of raw values.

    Args:
        raw: as :func:`raw_values` returns them.
        camera: the camera.
        lamp: the scene's main light.
        balance: what the camera takes it for.
    """
    seen, taken = (raw_white(camera.sensor, name) for name in (lamp, balance.light))
    multipliers = (taken / taken[1]) ** -balance.share * (seen / seen[1]) ** (balance.share - 1)
    least = multipliers.min()  # what is clipped in every channel is white
    white = np.minimum(raw * multipliers, least)
    nearest = balance.light if balance.share > 0.5 else lamp
    light = np.maximum(white @ to_srgb(camera.sensor, nearest).T, 0) / least
    luminance = (light @ LUMA)[..., None]
    light = np.clip(luminance + camera.saturation * (light - luminance), 0, 1)
    toned = light * (1 + camera.lift) / (1 + camera.lift * light)
    stored = contrasted(encoded(toned), camera.contrast)
    return np.rint(255 * np.clip(stored, 0, 1)).astype(np.uint8)


def exposure_for(scene: Scene, camera: Camera, lamp: str, brightness: float) -> float:
    """Return the exposure at which the rightly balanced photo has a mean stored luminance, by iteration."""
    quiet, small = replace(camera, noise=0.0), scene.thinned(4)
    exposure, rng = 1.0, np.random.default_rng(0)
    for _ in range(25):
        photo = developed(raw_values(small, quiet, exposure, rng), quiet, lamp, Balance(lamp)) / 255
        exposure *= float(np.clip((brightness / (photo.mean((0, 1)) @ LUMA)) ** 1.5, 0.5, 2))
    return exposure
