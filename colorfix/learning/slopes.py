"""Exact gradients on NumPy without torch: the complex step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.colour import Floats
    from colorfix.optim.arrays import Array

NUDGE = 1e-100
"""Length of the step into the imaginary: its square vanishes, so that only rounding is left as error."""


def value_and_gradient(function: Callable[[Array], Array], points: Floats) -> tuple[Floats, Floats]:
    """Evaluate a function and its gradient together.

    f(x + ihe_k) = f(x) + ih ∂f/∂x_k + O(h²) for an analytic f, so that the imaginary part divided by h is the
    derivative with no difference taken and no digits lost (Squire & Trapp 1998).

    Args:
        function: takes points of shape [..., D], real or complex, and returns shape [...].
        points: shape [..., D].

    Returns:
        Values, shape [...], and gradients, shape [..., D].

    >>> value_and_gradient(lambda x: (x**3).sum(-1), np.array([[1.0, 2.0]]))
    (array([9.]), array([[ 3., 12.]]))
    """
    size = points.shape[-1]
    nudges = (1j * NUDGE) * np.eye(size).reshape(size, *(1,) * (points.ndim - 1), size)
    with np.errstate(all="ignore"):  # a value that is not finite is the caller's to judge
        nudged = function(points + nudges)
        return nudged[0].real, np.moveaxis(nudged.imag, 0, -1) / NUDGE
