"""Every built-in penalty's value and gradient against its formula in plain Python, in both spaces.

The formulas are written out pixel by pixel, with ``math`` alone; their gradients are central differences in
float64. The photo has few colors, each in a cell of the palette by itself, so that nothing is gathered.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.learning.gradient import value_and_gradient
from colorfix.regularizers import BUILT_IN

PHOTO = np.array(
    [
        [(200, 150, 90), (90, 60, 30), (40, 90, 110)],
        [(120, 200, 50), (250, 240, 249), (30, 20, 60)],
        [(10, 12, 9), (160, 40, 80), (70, 71, 72)],
    ]
)
GUIDE = (PHOTO * [0.8, 1.0, 1.02]).astype(int)
WEIGHTS = (0.2126, 0.7152, 0.0722)
LIGHTS = [
    (-0.4493, 0.7763), (-0.3652, 0.5748), (-0.3011, 0.4446),
    (-0.1924, 0.2517), (-0.0848, 0.1369), (0.0, 0.0),
]  # fmt: skip
CASES = [
    ("blue-hinge", {"limit": 0.2}),
    ("clipping", {}),
    ("double-wells", {}),
    ("gain-spread", {}),
    ("gray-edge", {}),
    ("gray-edge", {"reach": 0.3}),
    ("gray-world", {}),
    ("gray-world", {"reach": 0.3}),
    ("illuminants", {"sigma": 0.1}),
    ("luminance", {}),
    ("neutral-pixels", {"sigma": 0.3}),
    ("no-change", {"width": 0.4}),
    ("same-scene", {}),
    ("shades-of-gray", {"p": 4.0}),
    ("shades-of-gray", {"p": 4.0, "reach": 0.3}),
    ("temperature", {"mired": 250.0}),
    ("tint", {}),
]
POINTS = [(0.7, 1.1, 1.8), (1.3, 0.8, 0.9), (0.5, 1.6, 3.1)]


def light(stored, space):
    """IEC 61966-2-1, for one value in 0 to 1."""
    if space == "srgb":
        return stored
    return stored / 12.92 if stored <= 0.04045 else ((stored + 0.055) / 1.055) ** 2.4


def spread(logs):
    return sum((z - sum(logs) / 3) ** 2 for z in logs)


def literally(name, gains, space, likeness, *, reach=None, **parameters):
    """One penalty of one photo, from its pixels; s² bounds it, where s is the reach."""
    penalty = unbounded(name, gains, space, likeness, **parameters)
    if reach is None:
        return penalty
    bound = (reach * (1.0 if space == "srgb" else 2.2)) ** 2
    return penalty / (1 + penalty / bound)


def unbounded(  # noqa: PLR0913 - every penalty's parameters
    name, gains, space, likeness, *, limit=1 / 3, sigma=0.1, p=6.0, blue=0.1, mired=333.0, width=0.045
):
    """One penalty of one photo, from its pixels."""
    exponent = 1.0 if space == "srgb" else 2.2
    pixels = [[light(v / 255, space) for v in pixel] for row in PHOTO.tolist() for pixel in row]
    guide = [[light(v / 255, space) for v in pixel] for row in GUIDE.tolist() for pixel in row]
    channels, wanted = (list(zip(*colors, strict=True)) for colors in (pixels, guide))
    means = [sum(channel) / len(channel) for channel in channels]
    corrected = [g * mean for g, mean in zip(gains, means, strict=True)]
    a, b = (math.log(gains[i] / gains[1]) / exponent for i in (0, 2))
    stored = [sum(channel) / len(channel) / 255 for channel in PHOTO.reshape(-1, 3).T.tolist()]
    brightened = [g ** (1 / exponent) * mean for g, mean in zip(gains, stored, strict=True)]

    def norms():
        return [(sum(v**p for v in channel) / len(channel)) ** (1 / p) for channel in channels]

    def edges():
        found = []
        for channel in channels:
            at = [channel[3 * row : 3 * row + 3] for row in range(3)]
            steps = [
                math.hypot(at[i + 1][j] - at[i][j], at[i][j + 1] - at[i][j]) for i in (0, 1) for j in (0, 1)
            ]
            found.append(sum(steps) / len(steps))
        return found

    def neutral():
        counted = []
        for stored, pixel in zip(PHOTO.reshape(-1, 3) / 255, pixels, strict=True):
            if 0.08 < max(stored) < 0.98 and min(stored) > 0.015:
                logs = [math.log(g * x) / exponent for g, x in zip(gains, pixel, strict=True)]
                weight = sum(w * x for w, x in zip(WEIGHTS, stored, strict=True))
                counted.append((weight, spread(logs) / (spread(logs) + sigma**2)))
        return sum(w * x for w, x in counted) / sum(w for w, _ in counted)

    def wells():
        return -math.log(sum(math.exp(-((a - x) ** 2 + (b - y) ** 2) / (2 * sigma**2)) for x, y in LIGHTS))

    def ratio(ours, theirs):
        return math.log(
            sum(w * x for w, x in zip(WEIGHTS, ours, strict=True))
            / sum(w * x for w, x in zip(WEIGHTS, theirs, strict=True))
        )

    return {
        "blue-hinge": lambda: max(0.0, corrected[2] / sum(corrected) - limit) ** 2,
        "clipping": lambda: sum(
            sum(max(0.0, g * v - 1) ** 2 for v in channel) / len(channel)
            for g, channel in zip(gains, channels, strict=True)
        ),
        "double-wells": lambda: (
            ((gains[2] - 2.1) ** 2 - 1) ** 2 + 0.3 * gains[2] + 2 + ((gains[0] + 0.5) ** 2 - 1) ** 2
        ),
        "gain-spread": lambda: spread([math.log(g) for g in gains]),
        "gray-edge": lambda: spread([math.log(g * e) for g, e in zip(gains, edges(), strict=True)]),
        "gray-world": lambda: spread([math.log(mean) for mean in corrected]),
        "illuminants": wells,
        "luminance": lambda: ratio(brightened, GUIDE.reshape(-1, 3).mean(0) / 255) ** 2,
        "neutral-pixels": neutral,
        "no-change": lambda: 1 - 1 / (1 + spread([math.log(g) / exponent for g in gains]) / width**2),
        "same-scene": lambda: 0.02 * likeness / (1.02 - likeness) * sum(
            math.log(mean / (sum(channel) / len(channel))) ** 2
            for mean, channel in zip(corrected, wanted, strict=True)
        ),
        "shades-of-gray": lambda: spread(
            [math.log(g * e) - off for g, e, off in zip(gains, norms(), (0, 0, blue * exponent), strict=True)]
        ),
        "temperature": lambda: ((a - (0.2352 - 0.001712 * mired)) / 0.1) ** 2,
        "tint": lambda: ((b - (1.3167 * a * a - 1.2606 * a - 0.0506)) / 0.1) ** 2,
    }[name]()  # fmt: skip


def differences(function, gains, step=1e-5):
    """Central differences, along each gain."""
    found = []
    for channel in range(3):
        above, below = list(gains), list(gains)
        above[channel] += step
        below[channel] -= step
        found.append((function(above) - function(below)) / (2 * step))
    return found


def scene_in(space, problems=1):
    counts = [
        np.stack([np.bincount(v[..., c].ravel(), minlength=256) for c in range(3)]) for v in (PHOTO, GUIDE)
    ]
    opaque = np.concatenate([PHOTO, np.full((3, 3, 1), 255)], axis=-1).astype(np.uint8)
    source, target = (Statistics(taken, space) for taken in counts)
    return Scene.of([source] * problems, [target] * problems, [Sample(opaque, space)] * problems)


def test_every_built_in_penalty_has_a_gradient_test():
    assert list(dict.fromkeys(name for name, _ in CASES)) == list(BUILT_IN)


@pytest.mark.parametrize("space", ["srgb", "linear"])
@pytest.mark.parametrize(("name", "parameters"), CASES, ids=str)
def test_value_and_gradient_are_the_formulas(name, parameters, space):
    scene = scene_in(space, len(POINTS))
    trust = float(scene.likeness[0])
    assert trust > 0.5
    values, slopes = value_and_gradient(lambda g: BUILT_IN[name](g, scene, **parameters), np.array(POINTS))
    for gains, value, slope in zip(POINTS, values, slopes, strict=True):
        expected = literally(name, gains, space, trust, **parameters)
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-14)
        by_steps = differences(lambda g: literally(name, g, space, trust, **parameters), gains)
        assert slope == pytest.approx(by_steps, rel=1e-6, abs=1e-6)
    assert values.max() > 1e-3
    tensor = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    judged = BUILT_IN[name](tensor, scene.map_arrays(torch.as_tensor), **parameters)
    (autograd,) = torch.autograd.grad(judged.sum(), tensor)
    np.testing.assert_allclose(slopes, autograd, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", BUILT_IN)
def test_many_gains_of_one_photo_equal_as_many_photos(name):
    """Several starts share one row of the scene; a batch of photos has a row each."""
    penalty, gains = BUILT_IN[name], np.array(POINTS)
    shared, own = penalty(gains, scene_in("linear")), penalty(gains, scene_in("linear", len(POINTS)))
    np.testing.assert_allclose(shared, own, rtol=1e-13, atol=1e-15)
    alone = [penalty(gains[i : i + 1], scene_in("linear"))[0] for i in range(len(POINTS))]
    np.testing.assert_allclose(shared, alone, rtol=1e-13, atol=1e-15)
