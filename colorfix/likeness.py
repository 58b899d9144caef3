"""Whether a guide shows the same scene as the photo that it is to guide, in a light worth having."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import CODES

if TYPE_CHECKING:
    from colorfix.colour import Floats, Statistics

LEVELS = (np.arange(50) + 0.5) / 50
"""Shares of the pixels at which two photos are compared."""

TOLERANCE = 0.025
"""Distance of two photos at which they are hardly alike (1/e), as a share of their mean."""

SIXTH_POWERS = CODES**6
"""Of the 256 stored values, for Minkowski means."""

BLUEST = 0.25
"""How far the bright blue of a guide may lie above its red and green, in logarithms, before it is hardly
trusted (1/e)."""


def likeness(source: Statistics, target: Statistics) -> float:
    """Return how far a guide deserves to be followed, 1 for the same scene in a neutral light, down to 0.

    exp(-(d / 0.025)⁴ - (e / 0.25)⁴). d is how differently green is distributed in the two photos once their
    means agree: the mean distance between the stored values that the same share of the pixels stays below,
    divided by the mean. Green is what a change of light moves least. The same scene in another light lies
    within 0.03, another scene beyond 0.04. e is how blue the guide's own bright colours are, 0 if they are
    not: ln(e_B / max(e_R, e_G)), Minkowski means with p = 6 as in shades of gray. A photo with next to no
    green is like no other, and a guide with a channel of zeros deserves nothing.

    >>> from colorfix.colour import Statistics
    >>> amber, truth = np.zeros((3, 256), np.int64), np.zeros((3, 256), np.int64)
    >>> amber[:, [50, 100]] = truth[:, [55, 110]] = 1
    >>> round(likeness(Statistics(amber), Statistics(truth)), 3)
    1.0
    >>> truth[:, 200] = 1
    >>> round(likeness(Statistics(amber), Statistics(truth)), 3)
    0.0
    """
    ours, theirs = (_greens(photo) for photo in (source, target))
    comparable = ours.any() and theirs.any() and target.means.all()
    distance = np.abs(ours / ours.mean() - theirs / theirs.mean()).mean() if comparable else np.inf
    return float(np.exp(-((distance / TOLERANCE) ** 4) - (_blueness(target) / BLUEST) ** 4))


def _greens(photo: Statistics) -> Floats:
    """The stored value of green that each share of the pixels stays below, shape [50]."""
    green = np.cumsum(photo.weights[1])
    return CODES[np.searchsorted(green, LEVELS - 1e-9)]


def _blueness(photo: Statistics) -> float:
    """How far blue lies above the other channels in the photo's bright colours, in logarithms; at least 0."""
    red, green, blue = (photo.weights @ SIXTH_POWERS) ** (1 / 6)
    return float(max(0.0, np.log(blue / max(red, green)))) if max(red, green) > 0 < blue else 0.0
