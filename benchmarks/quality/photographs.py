r"""Free photographs, and the light of the scenes that they show: what the tungsten set is made of.

``photographs.toml`` names each with its package and license. Gather them in one folder, on Debian 12:

    mkdir photographs && cd photographs
    pip download --no-deps scikit-image==0.26.0 scikit-learn==1.9.1
    for wheel in *.whl; do unzip -q "$wheel"; done
    apt-get download gnome-taquin palapeli-data mate-backgrounds lomiri-wallpapers-16.04 \
        lomiri-wallpapers-20.04 opencv-doc libjxl-testdata
    for package in *.deb; do dpkg-deb --extract "$package" .; done
"""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LIST = Path(__file__).with_suffix(".toml")

SIDE = 288
"""Longest side, pixels."""

Half = Literal["tuning", "test"]
"""Weights and terms are chosen on the first; the second is looked at once, at the end."""


@dataclass(frozen=True)
class Photograph:
    """A photograph on disk.

    Attributes:
        path: of its file.
        license: that its package states.
    """

    path: Path
    license: str

    @property
    def name(self) -> str:
        """Its file's name, which alone says to which half it belongs and how it is rendered."""
        return self.path.stem


def half_of(name: str) -> Half:
    """Return the half to which a photograph or room belongs, by its name alone."""
    return "tuning" if seed_of(name) % 2 == 0 else "test"


def seed_of(name: str) -> int:
    """Return a number that follows from a name."""
    return zlib.crc32(name.encode())


def photographs(folder: Path, half: Half) -> list[Photograph]:
    """Return the photographs of a half.

    Args:
        folder: where all packages are unpacked.
        half: which.
    """
    packages = tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]
    every = [
        Photograph(folder / package["folder"] / entry["file"], entry["license"])
        for package in packages
        for entry in package["photographs"]
    ]
    return [photograph for photograph in every if half_of(photograph.name) == half]


def read(path: Path, side: int = SIDE) -> Floats:
    """Return a photograph as stored, 0 to 1, shape [H, W, 3], its longest side ``side`` pixels."""
    with Image.open(path) as image:
        image.draft("RGB", (2 * side, 2 * side))
        small = image.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(small) / 255


def reflectance_of(stored: Floats, lift: float, contrast: float) -> Floats:
    """Return the light of a photograph's scene, undoing an assumed rendering; 1 where the photo is white.

    Args:
        stored: as :func:`read` returns it.
        lift: k of the tone curve x (1 + k) / (1 + k x).
        contrast: of the S curve that was added to stored values, 0 for none to 0.5.
    """
    flat = stored - contrast * (_smooth(stored) - stored) * 0.8  # about the inverse, for small contrasts
    light = decoded(np.clip(flat, 0, 1))
    return light / (1 + lift - lift * light)


def restored(light: Floats, beyond: float) -> Floats:
    """Return light whose highlights, cut off by the photo, are brighter again.

    Args:
        light: 0 to 1.
        beyond: how bright white becomes, at least 1.
    """
    brightest = light.max(axis=-1, keepdims=True)
    brighter: Floats = light * (1 + (beyond - 1) * brightest**6)
    return brighter


def decoded(values: Floats) -> Floats:
    """Decode sRGB to linear light (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light: Floats) -> Floats:
    """Encode linear light of 0 or more."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def contrasted(stored: Floats, contrast: float) -> Floats:
    """Return stored values with an S curve added: darker shadows, brighter lights."""
    return stored + contrast * (_smooth(stored) - stored)


def _smooth(stored: Floats) -> Floats:
    return stored * stored * (3 - 2 * stored)
