"""Losses with many minima, batched: standard ones, moved and rotated by seed, and the paper's polynomials.

Every lowest value is 0. Gradients are by the complex step, so that no formula is written twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from colorfix.experiments.polynomial_losses import POLYNOMIALS
from colorfix.learning.gradient import value_and_gradient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Function = Callable[[Floats], Floats]

VALLEY = -2.903534027771177
"""Where a coordinate of Styblinski and Tang's function is lowest."""


def rastrigin(z: Floats) -> Floats:
    """Σ z² - 10 cos 2πz + 10: a bowl with an egg box in it; lowest at 0."""
    return (z * z - 10 * np.cos(2 * np.pi * z) + 10).sum(-1)


def ackley(z: Floats) -> Floats:
    """A funnel in a plain of ripples; lowest, and not smooth, at 0."""
    distance = np.sqrt((z * z).mean(-1))
    return -20 * np.exp(-0.2 * distance) - np.exp(np.cos(2 * np.pi * z).mean(-1)) + 20 + np.e


def levy(z: Floats) -> Floats:
    """Ripples along a valley; lowest at 1."""
    w = 1 + (z - 1) / 4
    inner, last = w[..., :-1], w[..., -1]
    ripples = (inner - 1) ** 2 * (1 + 10 * np.sin(np.pi * inner + 1) ** 2)
    end = (last - 1) ** 2 * (1 + np.sin(2 * np.pi * last) ** 2)
    return np.sin(np.pi * w[..., 0]) ** 2 + ripples.sum(-1) + end


def styblinski_tang(z: Floats) -> Floats:
    """Two wells a coordinate, one of them lower."""
    return (z**4 - 16 * z * z + 5 * z - (VALLEY**4 - 16 * VALLEY**2 + 5 * VALLEY)).sum(-1) / 2


def six_hump_camel(z: Floats) -> Floats:
    """Six minima, two of them lowest."""
    x, y = z[..., 0], z[..., 1]
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2 + 1.031628453489877


def himmelblau(z: Floats) -> Floats:
    """Four minima, all lowest."""
    x, y = z[..., 0], z[..., 1]
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def double_well(z: Floats) -> Floats:
    """Two tilted wells a coordinate: four minima in two dimensions."""
    return ((z * z - 1) ** 2 + 0.1 * z).sum(-1)


@dataclass(frozen=True)
class Family:
    """A function and where it is looked at.

    Attributes:
        function: of points [..., D].
        box: half the width of the box in which runs start.
        movable: whether each seed moves its lowest point, by up to 30 % of the box, so that it is not at the
            centre of the box.
        dimensions: in which it exists.
    """

    function: Function
    box: float
    movable: bool = True
    dimensions: tuple[int, ...] = (1, 2, 3, 5, 10)


FAMILIES = {
    "Rastrigin": Family(rastrigin, 5.12),
    "Ackley": Family(ackley, 32.768),
    "Levy": Family(levy, 10.0),
    "Styblinski-Tang": Family(styblinski_tang, 5.0, movable=False),
    "six-hump camel": Family(six_hump_camel, 3.0, movable=False, dimensions=(2,)),
}

SEVERAL = {
    "Himmelblau": (himmelblau, 5.0, 4),
    "six-hump camel": (six_hump_camel, 3.0, 6),
    "double well": (double_well, 2.0, 4),
}
"""Two-dimensional functions, half the width of their box, and how many minima they have."""


@dataclass(frozen=True)
class Landscape:
    """P problems of one function.

    Attributes:
        name: of the function.
        function: of points [..., D]; its lowest value is 0.
        turns: rotation of each problem, shape [P, D, D].
        shifts: of each problem's points, shape [P, D].
        starts: one a problem, within the box, shape [P, D].
        low, high: the box, the same for all coordinates.
    """

    name: str
    function: Function
    turns: Floats
    shifts: Floats
    starts: Floats
    low: float
    high: float

    @property
    def width(self) -> float:
        """Of the box."""
        return self.high - self.low

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return values, shape [P], and gradients, [P, D], of points [P, D], one a problem."""
        return value_and_gradient(
            lambda x: self.function(((x - self.shifts)[..., None, :] @ self.turns)[..., 0, :]), points
        )

    def of(self, problem: int) -> Landscape:
        """Return one problem, as a batch of one."""
        one = slice(problem, problem + 1)
        return Landscape(
            self.name, self.function, self.turns[one], self.shifts[one], self.starts[one], self.low, self.high
        )


def standard(name: str, dimensions: int, seeds: Sequence[int], *, rotated: bool) -> Landscape:
    """Return a standard function, with the lowest point, the rotation and the start of each seed."""
    family = FAMILIES[name]
    shape = (dimensions,)
    generators = [np.random.default_rng([seed, dimensions, *name.encode()]) for seed in seeds]
    reach = 0.3 * family.box * family.movable
    shifts = np.stack([generator.uniform(-reach, reach, shape) for generator in generators])
    starts = np.stack([generator.uniform(-family.box, family.box, shape) for generator in generators])
    turns = [rotation(generator, dimensions) if rotated else np.eye(dimensions) for generator in generators]
    return Landscape(name, family.function, np.stack(turns), shifts, starts, -family.box, family.box)


def polynomial(name: str, seeds: Sequence[int]) -> Landscape:
    """Return one of the paper's polynomials of x itself, from 20 wide starts."""
    found = next(polynomial for polynomial in POLYNOMIALS if polynomial.name == name)
    low, high = -9.3, 10.7  # no grid point of this box is the minimum of any of them
    starts = np.array([np.random.default_rng([seed, *name.encode()]).uniform(low, high, 1) for seed in seeds])
    return Landscape(
        name, lambda z: found(z[..., 0]) - found.lowest.loss, np.ones((len(seeds), 1, 1)),
        np.zeros((len(seeds), 1)), starts, low, high,
    )  # fmt: skip


def rotation(generator: np.random.Generator, dimensions: int) -> Floats:
    """Return a rotation (or reflection), all alike likely."""
    q, r = np.linalg.qr(generator.standard_normal((dimensions, dimensions)))
    return q * np.sign(np.diag(r))
