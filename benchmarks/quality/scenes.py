"""What a lens looks at: reflectances, and the lights that fall on them or shine into the lens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.quality.photographs import Photograph, read, reflectance_of, restored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """Reflectances and lights.

    Attributes:
        reflectance: linear sRGB, 0 to 1 and beyond where it shines, shape [H, W, 3].
        lights: by the light's name, how much of it falls on each point, and how much of it shines from there
            into the lens, shape [H, W] each.
    """

    reflectance: Floats
    lights: dict[str, tuple[Floats, Floats]]

    def thinned(self, step: int) -> Scene:
        """Return every ``step``-th point of the scene."""
        lights = {name: (f[::step, ::step], s[::step, ::step]) for name, (f, s) in self.lights.items()}
        return Scene(self.reflectance[::step, ::step], lights)

    def with_light(self, name: str, light: str) -> Scene:
        """Return the scene with one of its lights of another kind, added to what there is of that."""
        lights = dict(self.lights)
        falling, shining = lights.pop(name)
        before = lights.get(light, (0.0, 0.0))
        lights[light] = falling + before[0], shining + before[1]
        return Scene(self.reflectance, lights)

    def cropped(self, rng: np.random.Generator) -> Scene:
        """Return the scene as a second photo of it would frame it: nine tenths, a little moved."""
        height, width = self.reflectance.shape[:2]
        top, left = (int(rng.integers(0, size // 10 + 1)) for size in (height, width))
        rows, columns = slice(top, top + 9 * height // 10), slice(left, left + 9 * width // 10)
        lights = {name: (f[rows, columns], s[rows, columns]) for name, (f, s) in self.lights.items()}
        return Scene(self.reflectance[rows, columns], lights)


def points(height: int, width: int) -> tuple[Floats, Floats]:
    """Return x and y of every point, in units of the height, shape [H, W] each."""
    y, x = np.mgrid[:height, :width] / height
    return x, y


def falloff(height: int, width: int, x: float, y: float, reach: float) -> Floats:
    """Return how bright a lamp at a point makes each other: 1 near it, less beyond ``reach`` heights."""
    across, down = points(height, width)
    return 1 / (1 + ((across - x) ** 2 + (down - y) ** 2) / reach**2)


def disk(height: int, width: int, x: float, y: float, size: tuple[float, float]) -> Floats:
    """Return an ellipse with a soft rim: 1 inside, 0 outside, shape [H, W]."""
    across, down = points(height, width)
    distance = np.hypot((across - x) / size[0], (down - y) / size[1])
    return np.clip((1 - distance) * 8 + 0.5, 0, 1)


def of_photograph(photograph: Photograph, lamp: str, rng: np.random.Generator) -> Scene:
    """Return a photograph's scene in lamplight: brighter on one side, with a lamp in view in two of three.

    Args:
        photograph: taken in daylight, as far as is known.
        lamp: a light's name.
        rng: draws tone, highlights, and where the lamp is.
    """
    lift, contrast = float(rng.choice([0, 0.5, 1.0])), float(rng.choice([0, 0.25]))
    stored = read(photograph.path)
    reflectance = restored(reflectance_of(stored, lift, contrast), float(rng.choice([1, 1.5, 3])))
    height, width = stored.shape[:2]
    x, y = float(rng.uniform(0, width / height)), float(rng.uniform(0, 0.5))
    illuminance = 0.4 + falloff(height, width, x, y, float(rng.uniform(0.4, 1.5)))
    emission = np.zeros((height, width))
    if rng.random() < 2 / 3:
        radius = float(rng.uniform(0.02, 0.1))
        emission = lamp_in_view(height, width, (x, y), radius, float(np.exp(rng.uniform(1, 4))))
    return Scene(reflectance, {lamp: (illuminance, emission)})


def lamp_in_view(height: int, width: int, at: tuple[float, float], radius: float, power: float) -> Floats:
    """Return what a lamp sends into the lens: itself, and a faint halo."""
    halo = falloff(height, width, *at, 1.5 * radius) ** 2
    return power * (disk(height, width, *at, (radius, radius * 1.2)) + 0.01 * halo)
