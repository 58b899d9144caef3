"""Section 5 of the paper, Eq. 4-12: Adam's step along a trace of equal distances.

A trace is x_n = x_0 + nΔx, n = 0 … N, and g_n = f'(x_n) the slope at its points. Eq. 3 averages them from
g_0 on, so that (Eq. 8-11) E[g] = Σ_n w_n g_n and E[g²] = Σ_n w_n g_n² with the weights of Eq. 9, and Adam's
step at the end of the trace is (Eq. 12) S = λ E[g] / (√E[g²] + ε). Adam moves by -S; the trace moves by Δx
all the same. That is the approximation: with Δx_n = -S_n the trace would be Adam, started as Eq. 3 does.

What the paper leaves open, and what is done here:

- *One β or two.* Eq. 10 and 11 have the same β, Algorithm 1 has β₁ and β₂. Each average has its own; the
  paper's equations are the case β₁ = β₂.
- *ε.* Inside the root in Eq. 12, outside in Eq. 1, from which Eq. 12 is said to follow: outside.
- *The start.* Algorithm 1 starts both averages at 0 and corrects the bias; the analysis starts them at g_0
  (Eq. 3). Here as the analysis.

Where the step is about 0 (Eq. 13) is what :mod:`colorfix.optim.stopping` finds out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from colorfix.optim.rule import Adam

Floats: TypeAlias = "NDArray[np.float64]"
Slope: TypeAlias = Callable[[Floats], Floats]
"""f', the gradient of the loss: from points of any shape to slopes of the same shape."""


class Averages(NamedTuple):
    """What Adam remembers at one point of a trace; each field has the shape of the starts.

    Attributes:
        first: E[g], Eq. 10.
        second: E[g²], Eq. 11.
    """

    first: Floats
    second: Floats


def weights(count: int, beta: float) -> Floats:
    """Return the weight of every gradient in a running average, Eq. 9.

    w_0 = βᴺ and w_n = βᴺ⁻ⁿ (1 - β) for 0 < n ≤ N; they sum to 1.

    Args:
        count: N (Eq. 9 writes G), the gradients after the first, at least 0.
        beta: β, 0 to 1.

    Returns:
        w, shape [N + 1].

    >>> weights(3, 0.5).tolist()
    [0.125, 0.125, 0.25, 0.5]
    """
    n = np.arange(count + 1)
    return np.where(n == 0, 1.0, 1.0 - beta) * np.power(beta, count - n)


def begin(slopes: Floats) -> Averages:
    """Return the averages of the first slopes alone: Eq. 3 at t = 0."""
    return Averages(slopes, slopes * slopes)


def include(averages: Averages, slopes: Floats, adam: Adam) -> Averages:
    """Return the averages with one slope more: Eq. 2, which unrolled is Eq. 10 and 11.

    >>> from colorfix.optim.rule import Adam
    >>> averages = begin(np.array(8.0))
    >>> for slope in (4.0, 2.0, 1.0):
    ...     averages = include(averages, np.array(slope), Adam(lr=1.0, beta1=0.5, beta2=0.5))
    >>> float(averages.first), float(weights(3, 0.5) @ [8.0, 4.0, 2.0, 1.0])
    (2.5, 2.5)
    """
    return Averages(
        adam.beta1 * averages.first + (1 - adam.beta1) * slopes,
        adam.beta2 * averages.second + (1 - adam.beta2) * slopes * slopes,
    )


def step(averages: Averages, adam: Adam) -> Floats:
    """Return Adam's step S = λ E[g] / (√E[g²] + ε), Eq. 1, and 0 where both averages are 0."""
    root = np.sqrt(averages.second) + adam.eps
    return adam.lr * averages.first / np.where(root > 0, root, 1.0)


def steps(slope: Slope, starts: ArrayLike, spacing: ArrayLike, count: int, adam: Adam) -> Floats:
    """Return Adam's step at every point of traces, Eq. 12.

    Args:
        slope: f'.
        starts: x_0, any shape.
        spacing: Δx, in units of x, negative for a trace to the left; broadcasts with ``starts``.
        count: N, the points after the first.
        adam: λ, β₁ (of Eq. 10), β₂ (of Eq. 11) and ε.

    Returns:
        S at x_0 + nΔx for n = 0 … N, shape [N + 1, ...].

    The slopes of x² at -1, -½, 0, ½ average to -2, -1.5, -0.75 and 0.125:
    at the minimum Adam goes on.

    >>> from colorfix.optim.rule import Adam
    >>> steps(lambda x: 2 * x, -1.0, 0.5, 3, Adam(lr=1.0, beta1=0.5, beta2=0.5)).round(3).tolist()
    [-1.0, -0.949, -0.671, 0.118]
    """
    start, gap = np.broadcast_arrays(np.asarray(starts, np.float64), np.asarray(spacing, np.float64))
    averages = begin(slope(start))
    found = [step(averages, adam)]
    for n in range(1, count + 1):
        averages = include(averages, slope(start + n * gap), adam)
        found.append(step(averages, adam))
    return np.stack(found)
