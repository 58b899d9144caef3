"""What every gain would do: colour difference and penalties over a grid of gains that keep the luminance.

The plane is that of a = ln(g_R/g_G) and b = ln(g_B/g_G), as on stored values; the third number follows from
the mean stored luminance, which stays. Over it stand, for one pair, the mean CIEDE2000 to the truth of a
sample of pixels (clipped, not rounded), and the default's terms as ``colorfix`` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab, rgb2xyz, xyz2lab

from colorfix import photos
from colorfix.color.scene import EXPONENTS, Sample, Scene
from colorfix.color.statistics import LUMA, Statistics, linear_of
from colorfix.correction.measured import counts_of
from colorfix.regularizers.gray import gray_edge, gray_world, shades_of_gray
from colorfix.regularizers.illuminant import neutral_pixels, temperature, tint

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.common.color import Floats

PLANE = np.stack(np.meshgrid(np.arange(-19, 5), np.arange(-6, 35), indexing="ij"), axis=-1) * 0.04
"""(a, b) on a grid, shape [24, 41, 2]: from lights warmer than 2000 K to somewhat cooler than daylight."""

PIXELS = 300

TERMS = {
    "gray-edge": gray_edge,
    "gray-world": gray_world,
    "neutral-pixels": neutral_pixels,
    "temperature": temperature,
    "tint": tint,
}
"""Terms without a free parameter. Shades of gray has one, and is kept as a polynomial of it."""


@dataclass(frozen=True)
class Landscape:
    """One pair over the plane; every array of shape [24, 41] but the last.

    Attributes:
        difference: mean CIEDE2000 to the truth.
        terms: penalties by name.
        shades: shades of gray, as the coefficients of ``blue`` to the power of 0, 1 and 2, shape [3, 24, 41].
    """

    difference: Floats
    terms: dict[str, Floats]
    shades: Floats


def of_pair(source: Path, truth: Path) -> Landscape:
    """Compute the landscape of a pair."""
    photo = photos.read(source)
    scene = scene_of(photo)
    gains = gains_of(scene)
    warmer, grey, bluer = (shades_of_gray(gains, scene, blue=blue) for blue in (-1.0, 0.0, 1.0))
    polynomial = grey, (bluer - warmer) / 2, (bluer + warmer) / 2 - grey
    shape = PLANE.shape[:2]
    return Landscape(
        difference=differences(photo, np.asarray(Image.open(truth).convert("RGB")), gains).reshape(shape),
        terms={name: term(gains, scene).reshape(shape) for name, term in TERMS.items()},
        shades=np.stack(polynomial).reshape(3, *shape),
    )


def scene_of(photo: photos.Photo) -> Scene:
    """Return what the terms look at; the guide plays no part in them."""
    statistics = Statistics(counts_of(photo), "linear")
    return Scene.of([statistics], [statistics], [Sample(photos.grid(photo), "linear")])


def gains_of(scene: Scene) -> Floats:
    """Return gains in linear light for every point of the plane, flat, that keep the stored luminance."""
    a, b = PLANE.reshape(-1, 2).T
    stored = np.exp(np.stack([a, np.zeros_like(a), b], axis=-1))
    means = scene.stored_means[0] * LUMA
    stored *= means.sum() / (stored @ means)[:, None]
    gains: Floats = stored ** EXPONENTS["linear"]
    return gains


def differences(photo: photos.Photo, truth: Floats, gains: Floats) -> Floats:
    """Return the mean CIEDE2000 of a sample of pixels under each of the gains."""
    source = np.asarray(photo.image.convert("RGB")).reshape(-1, 3)
    chosen = np.random.default_rng(0).choice(len(source), min(PIXELS, len(source)), replace=False)
    light, wanted = linear_of(source[chosen] / 255), rgb2lab(truth.reshape(-1, 3)[chosen])
    to_xyz = rgb2xyz(np.eye(3)[None])[0]
    rows = gains.reshape(len(PLANE), -1, 1, 3)
    labs = (xyz2lab(np.minimum(light * row, 1) @ to_xyz) for row in rows)
    return np.concatenate([deltaE_ciede2000(lab, wanted[None]).mean(axis=-1) for lab in labs])
