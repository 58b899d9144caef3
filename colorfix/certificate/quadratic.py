"""The least value of second-order polynomials over the cube [-1, 1]³."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from colorfix.certificate.parts import PAIRS

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats

FLAT = 1e-9
"""Curvature, as a share of the polynomial's second-order coefficients, that is treated as none."""


def least(slopes: Floats, bends: Floats) -> tuple[Floats, Floats]:
    """Minimise Σ_i s_i ξ_i + Σ_ij b_ij ξ_i ξ_j over the cube.

    A minimum lies where the slope along some face vanishes (the inside, 6 sides, 12 edges and 8 corners are
    faces): all 27 are solved, brought into the cube, and compared. What a nearly flat direction may hide is
    less than :data:`FLAT` times Σ|b| and taken off.

    Args:
        slopes: shape [B, 3].
        bends: shape [B, 6], in the order of :data:`~colorfix.certificate.parts.PAIRS`.

    Returns:
        A lower bound of the values, shape [B], and where it is reached but for rounding, shape [B, 3].

    >>> bound, where = least(np.array([[-1.0, 3.0, 0.0]]), np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]))
    >>> bound.round(6).tolist(), where[0, :2].tolist()
    ([-3.25], [0.5, -1.0])
    """
    curvature = np.empty((len(slopes), 3, 3))
    for bend, (i, j) in zip(bends.T, PAIRS, strict=True):
        curvature[:, i, j] = curvature[:, j, i] = bend * (2 if i == j else 1)
    best = np.full(len(slopes), np.inf)
    where = np.zeros_like(slopes)
    for face in product((0, -1, 1), repeat=3):
        point = _stationary(slopes, curvature, np.array(face, dtype=float))
        along = np.einsum("bij,bj->bi", curvature, point)
        value = ((slopes + along / 2) * point).sum(-1)
        better = value < best
        best = np.where(better, value, best)
        where = np.where(better[:, None], point, where)
    return best - FLAT * np.abs(bends).sum(-1), where


def _stationary(slopes: Floats, curvature: Floats, face: Floats) -> Floats:
    """Where the slope along a face is 0, brought into the cube; 0 in the face stands for a free unknown."""
    point = np.broadcast_to(face, slopes.shape).copy()
    free = np.flatnonzero(face == 0)
    if not len(free):
        return point
    pull = -(slopes + curvature @ face)[:, free]
    matrix = curvature[:, free[:, None], free]
    adjugate, determinant = _inverse(matrix)
    with np.errstate(all="ignore"):
        solved = np.einsum("bij,bj->bi", adjugate, pull) / determinant[:, None]
    point[:, free] = np.clip(np.where(np.isfinite(solved), solved, 0.0), -1.0, 1.0)
    return point


def _inverse(matrix: Floats) -> tuple[Floats, Floats]:
    """Adjugate and determinant of symmetric matrices, shape [B, n, n], n up to 3."""
    adjugate = np.ones_like(matrix)
    match matrix.shape[-1]:
        case 2:
            adjugate[:, 0, 0], adjugate[:, 1, 1] = matrix[:, 1, 1], matrix[:, 0, 0]
            adjugate[:, 0, 1] = adjugate[:, 1, 0] = -matrix[:, 0, 1]
        case 3:
            for i, j in product(range(3), repeat=2):
                a, b, c, d = (i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3
                adjugate[:, j, i] = matrix[:, a, c] * matrix[:, b, d] - matrix[:, a, d] * matrix[:, b, c]
    determinant: Floats = np.einsum("bi,bi->b", matrix[:, 0], adjugate[:, :, 0])
    return adjugate, determinant
