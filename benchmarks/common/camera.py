"""A small camera model: what a photo of the same scene in another light would look like.

The rendering is one curve x (1 + k) / (1 + k x) on linear light and a saturation around the luminance, both
invertible; a light multiplies the channels of the camera, whose primaries are not sRGB's. Nothing here comes
from ``colorfix``, which is judged by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from skimage.color.colorconv import xyz_from_rgb

from benchmarks.common.color import LUMA, encoded, to_uint8

if TYPE_CHECKING:
    from benchmarks.common.color import Floats, Pixels

PRIMARIES: tuple[Floats, ...] = tuple(
    rows / rows.sum(axis=1, keepdims=True)
    for rows in np.array(
        [
            [[1.00, 0.00, 0.00], [0.00, 1.00, 0.00], [0.00, 0.00, 1.00]],
            [[1.22, -0.22, 0.00], [-0.04, 1.04, 0.00], [-0.02, -0.08, 1.10]],
            [[1.30, -0.25, -0.05], [-0.10, 1.25, -0.15], [0.00, -0.25, 1.25]],
            [[1.62, -0.55, -0.07], [-0.18, 1.50, -0.32], [0.02, -0.42, 1.40]],
            [[1.85, -0.72, -0.13], [-0.22, 1.62, -0.40], [0.03, -0.60, 1.57]],
        ]
    )
)
"""Linear sRGB of a camera's channels: sRGB itself, Display P3, and three like those of real sensors. Rows sum
to 1, so that white stays white."""


@dataclass(frozen=True)
class Camera:
    """How a scene becomes a photo.

    Attributes:
        primaries: which of :data:`PRIMARIES`.
        lift: k of the tone curve, at least 0; the larger, the brighter the mid-tones.
        saturation: factor around the luminance.
        noise: standard deviation, of the stored range.
    """

    primaries: int = 0
    lift: float = 0.0
    saturation: float = 1.0
    noise: float = 0.0

    def scene(self, light: Floats) -> Floats:
        """Return what the camera saw, its own channels, of a photograph in linear light."""
        within, beyond = np.minimum(light, 1), np.maximum(light - 1, 0)
        flat = within / (1 + self.lift - self.lift * within) + beyond * (1 + self.lift)
        return saturated(flat, 1 / self.saturation) @ np.linalg.inv(PRIMARIES[self.primaries]).T

    def photo(self, scene: Floats, white: Floats, exposure: float, rng: np.random.Generator) -> Pixels:
        """Return the photo of a scene lit by a light whose linear sRGB is ``white``."""
        cast = np.linalg.solve(PRIMARIES[self.primaries], white)
        light = (scene * cast / cast[1] * exposure) @ PRIMARIES[self.primaries].T
        light = np.clip(saturated(light, self.saturation), 0, None)
        values = encoded(np.minimum(light * (1 + self.lift) / (1 + self.lift * light), 1))
        return to_uint8(values + rng.normal(0, self.noise, values.shape) if self.noise else values)


def saturated(light: Floats, factor: float) -> Floats:
    """Move colours away from their luminance by a factor."""
    luminance = (light @ LUMA)[..., None]
    return luminance + factor * (light - luminance)


def planckian_uv(kelvin: float) -> Floats:
    """Chromaticity of a black body, CIE 1960 (Krystek 1985)."""
    powers = kelvin ** np.arange(3)
    u = powers @ [0.860117757, 1.54118254e-4, 1.28641212e-7] / (powers @ [1, 8.42420235e-4, 7.08145163e-7])
    v = powers @ [0.317398726, 4.22806245e-5, 4.20481691e-8] / (powers @ [1, -2.89741816e-5, 1.61456053e-7])
    return np.array([u, v])


def white_of(kelvin: float, duv: float) -> Floats:
    """Linear sRGB, luminance 1, of a light ``duv`` off the locus, positive towards green."""
    along = planckian_uv(1.01 * kelvin) - planckian_uv(0.99 * kelvin)
    across = np.array([along[1], -along[0]]) / np.linalg.norm(along)
    u, v = planckian_uv(kelvin) + duv * across * np.sign(across[1])
    x, y = np.array([3 * u, 2 * v]) / (2 * u - 8 * v + 4)
    return np.linalg.solve(xyz_from_rgb, np.array([x / y, 1, (1 - x - y) / y]))
