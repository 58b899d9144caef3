"""Losses with many minima, and small photos to have them on."""

from __future__ import annotations

import numpy as np

from colorfix.colour import Statistics
from colorfix.losses import Objective
from colorfix.optim.arrays import log_sum_exp, namespace
from colorfix.regularizers import BUILT_IN, DEFAULT, Weighted
from colorfix.scene import Scene

LIGHTS = np.array(
    [
        (-0.4493, 0.7763),
        (-0.3652, 0.5748),
        (-0.3011, 0.4446),
        (-0.1924, 0.2517),
        (-0.0848, 0.1369),
        (0.0, 0.0),
    ]
)


def ratios(gains):
    logs = namespace(gains).log(gains)
    return logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]


def presets(gains, _scene, /, *, sigma=0.03):
    """A well at each of six lights."""
    a, b = ratios(gains)
    off_a, off_b = a[..., None] - LIGHTS[:, 0], b[..., None] - LIGHTS[:, 1]
    return -log_sum_exp(-(off_a * off_a + off_b * off_b) / (2 * sigma**2))


def tint(gains, _scene, /):
    a, b = ratios(gains)
    off = (b - (1.3167 * a * a - 1.2606 * a - 0.0506)) / 0.1
    return off * off


def temperature(gains, _scene, /, *, mired=350.0):
    a, _ = ratios(gains)
    off = (a - (0.2352 - 0.001712 * mired)) / 0.1
    return off * off


def clipping(gains, scene, /):
    xp = namespace(gains)
    beyond = gains[..., None] * scene.values - 1
    beyond = xp.where(beyond.real > 0, beyond, xp.zeros_like(beyond))
    return (beyond * beyond * scene.weights).sum(-1).sum(-1)


def neutral_of(colours):
    """Return a penalty that looks for grey among colours, shape [K, 3]: Geman and McClure's, per colour."""
    logs = np.log(colours)
    red, blue = logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]
    shares = colours.sum(-1) / colours.sum()

    def neutral(gains, _scene, /, *, sigma=0.1):
        a, b = ratios(gains)
        u, v = a[..., None] + red, b[..., None] + blue
        apart = u - v
        squares = (u * u + v * v + apart * apart) / 3
        return (shares * (1 - sigma**2 / (squares + sigma**2))).sum(-1)

    return neutral


def colours_of(seed, count=60):
    """Surfaces of a few colours in warm light, shape [count, 3], 0 to 1."""
    random = np.random.default_rng(seed)
    surfaces = random.uniform(0.2, 1.0, (4, 3)) ** random.uniform(0.2, 1.5)
    light = np.array([1.0, 0.75, 0.4]) ** random.uniform(0.5, 1.2)
    shown = surfaces[random.integers(0, 4, count)] * light * random.uniform(0.4, 1.0, (count, 1))
    return np.clip(shown * random.normal(1.0, 0.03, shown.shape), 0.02, 0.98)


def statistics_of(colours):
    codes = np.rint(colours * 255).astype(int)
    return Statistics(np.stack([np.bincount(channel, minlength=256) for channel in codes.T]))


def scene_of(seed):
    guide = colours_of(seed + 100)[:, ::-1]
    return Scene.of([statistics_of(colours_of(seed))], [statistics_of(guide)])


def landscapes_of(seed):
    """Every loss by name, for one photo and guide."""

    def weighted(weight, function, **parameters):
        return Weighted(function.__name__, function, weight, parameters)

    neutral = weighted(10.0, neutral_of(colours_of(seed)))
    luminance = weighted(10.0, BUILT_IN["luminance"])
    sets = {
        "match alone": (),
        "default": DEFAULT,
        "default, linear in blue": (*DEFAULT, weighted(20.0, BUILT_IN["blue-hinge"], limit=0.3)),
        "default and clipping": (*DEFAULT, weighted(10.0, clipping)),
        "double wells": (weighted(1.0, BUILT_IN["double-wells"]),),
        "neutral": (luminance, neutral),
        "neutral, narrow": (luminance, weighted(10.0, neutral_of(colours_of(seed)), sigma=0.05)),
        "neutral and locus": (luminance, neutral, weighted(0.3, tint), weighted(0.3, temperature)),
        "neutral and presets": (luminance, neutral, weighted(0.3, presets), weighted(0.3, temperature)),
        "presets": (luminance, weighted(10.0, BUILT_IN["shades-of-gray"]), weighted(0.3, presets)),
    }
    return {name: Objective(scene_of(seed), "mean", regularizers) for name, regularizers in sets.items()}


NAMES = tuple(landscapes_of(0))
