"""sRGB, 8-bit rounding and CIEDE2000, from scikit-image and NumPy: ``colorfix`` is measured against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

LUMA = np.array([0.2126, 0.7152, 0.0722])


def to_uint8(values: Floats) -> Pixels:
    """Round values of 0 to 1 to 8 bits."""
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)


def decoded(values: Floats) -> Floats:
    """Decode sRGB to linear light (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light: Floats) -> Floats:
    """Encode linear light of 0 or more."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def difference(pixels: Pixels, truth: Pixels) -> float:
    """Return the mean CIEDE2000 between two photos."""
    return float(deltaE_ciede2000(rgb2lab(pixels), rgb2lab(truth)).mean())


def blue_excess(pixels: Pixels) -> float:
    """Return the mean of max(0, B - max(R, G)) over the pixels, 0 to 255."""
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    return float(np.maximum(0, blue - np.maximum(red, green)).mean())
