"""Losses with many minima, and small photos to have them on."""

from __future__ import annotations

import numpy as np

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.objective import Objective
from colorfix.regularizers import BUILT_IN, PRESETS, Weighted


def colors_of(seed, count=60):
    """Surfaces of a few colors in warm light, shape [count, 3], 0 to 1."""
    random = np.random.default_rng(seed)
    surfaces = random.uniform(0.2, 1.0, (4, 3)) ** random.uniform(0.2, 1.5)
    light = np.array([1.0, 0.75, 0.4]) ** random.uniform(0.5, 1.2)
    shown = surfaces[random.integers(0, 4, count)] * light * random.uniform(0.4, 1.0, (count, 1))
    return np.clip(shown * random.normal(1.0, 0.03, shown.shape), 0.02, 0.98)


def statistics_of(colors):
    codes = np.rint(colors * 255).astype(int)
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in codes.T]))


def scene_of(seed):
    colors = colors_of(seed)
    pixels = np.full((6, 10, 4), 255, np.uint8)
    pixels[..., :3] = np.rint(colors * 255).reshape(6, 10, 3)
    guide = colors_of(seed + 100)[:, ::-1]
    return Scene.of([statistics_of(colors)], [statistics_of(guide)], [Sample(pixels)])


def of(**weights):
    """Weighted built-in penalties: name with _ for -, weight."""
    named = {name.replace("_", "-"): weight for name, weight in weights.items()}
    return tuple(Weighted(name, BUILT_IN[name], weight) for name, weight in named.items())


def narrow(name, weight, **parameters):
    return (Weighted(name, BUILT_IN[name], weight, parameters),)


def landscapes_of(seed):
    """Every loss by name, for one photo and guide."""
    sets = {
        "match alone": (),
        **PRESETS,
        "default and blue-hinge": (*PRESETS["default"], *narrow("blue-hinge", 20.0, limit=0.3)),
        "default and clipping": (*PRESETS["default"], *of(clipping=10.0)),
        "neutral": of(luminance=10.0, neutral_pixels=10.0),
        "neutral, narrow": (*of(luminance=10.0), *narrow("neutral-pixels", 10.0, sigma=0.05)),
        "neutral and locus": of(luminance=10.0, neutral_pixels=10.0, tint=0.3, temperature=0.3),
        "gray and illuminants": of(luminance=10.0, shades_of_gray=10.0, illuminants=0.3),
        "edges": of(luminance=10.0, gray_edge=5.0, gray_world=1.0, gain_spread=1.0),
    }
    return {name: Objective(scene_of(seed), "mean", regularizers) for name, regularizers in sets.items()}


NAMES = tuple(landscapes_of(0))
