"""The least value of a polynomial over the cube, against a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

from colorfix.certificate.polynomial import PAIRS
from colorfix.certificate.search import least

AXIS = np.linspace(-1, 1, 41)
GRID = np.stack(np.meshgrid(AXIS, AXIS, AXIS, indexing="ij"), -1).reshape(-1, 3)


def values(slopes, bends, points):
    squares = np.stack([points[:, i] * points[:, j] for i, j in PAIRS], -1)
    return slopes @ points.T + bends @ squares.T


@pytest.mark.parametrize("kind", ["any", "hollow", "flat", "steep", "nothing"])
def test_nothing_in_the_cube_is_lower_and_something_is_as_low(kind):
    """Bowls, saddles, valleys of no curvature at all, planes; the grid's step bounds how near it comes."""
    random = np.random.default_rng(0)
    slopes, bends = random.normal(size=(60, 3)), random.normal(size=(60, 6))
    if kind == "hollow":
        bends[:, :3] = np.abs(bends[:, :3]) + 2
    if kind == "flat":  # (p · ξ)²: curved one way only
        lines = random.normal(size=(60, 3))
        bends = np.stack([lines[:, i] * lines[:, j] * (1 if i == j else 2) for i, j in PAIRS], -1)
    if kind == "steep":
        slopes *= 100
    if kind == "nothing":
        slopes, bends = slopes * 0, bends * 0
    bound, where = least(slopes, bends)
    lowest = values(slopes, bends, GRID).min(-1)
    assert (bound <= lowest).all()
    reached = np.diagonal(values(slopes, bends, where))
    np.testing.assert_allclose(reached, bound, rtol=1e-7, atol=1e-7)
    assert (np.abs(where) <= 1).all()
    assert (lowest - bound <= 0.05 * np.abs(slopes).sum(-1) + 0.1 * np.abs(bends).sum(-1)).all()
