"""What a user would pick to find a global minimum, each within a budget of evaluations.

An evaluation is a value with or without its gradient, as automatic differentiation gives both at once. Each
peer runs until it has come within 1e-3 of the lowest value, or has no evaluations left, or gives up.
"""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

import cmaes
import numpy as np
from scipy import optimize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.learning.optimization_problems import Landscape

    Floats = NDArray[np.float64]

NEAR = 1e-3
"""How near to the lowest value counts as solved."""


class Finished(Exception):
    """Ends a peer's run from within."""


class Counted:
    """One problem's function, counting.

    Args:
        landscape: of one problem.
        budget: most evaluations.
    """

    def __init__(self, landscape: Landscape, budget: int) -> None:
        self._landscape, self._budget = landscape, budget
        self._seen: tuple[bytes, float, Floats] | None = None
        self.taken = 0
        self.hit = math.inf

    def both(self, x: Floats) -> tuple[float, Floats]:
        """Return value and gradient; asked twice in a row at one point, it counts once."""
        point = np.asarray(x, float)
        if self._seen is None or self._seen[0] != point.tobytes():
            if self.taken >= self._budget:
                raise Finished
            self.taken += 1
            value, gradient = self._landscape(point[None])
            self._seen = point.tobytes(), float(value[0]), gradient[0]
            if value[0] <= NEAR:
                self.hit = self.taken
                raise Finished
        return self._seen[1], self._seen[2].copy()

    def value(self, x: Floats) -> float:
        """Return the value alone."""
        return self.both(x)[0]

    def gradient(self, x: Floats) -> Floats:
        """Return the gradient alone."""
        return self.both(x)[1]


def adam_restarts(counted: Counted, landscape: Landscape, generator: np.random.Generator) -> None:
    """Restart Adam every 150 steps; its lr falls from 3 % of the box to 0 as a cosine."""
    start = landscape.starts[0]
    while True:
        x, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
        for step in range(1, 151):
            _, gradient = counted.both(x)
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            lr = 0.03 * landscape.width * (1 + math.cos(math.pi * step / 150)) / 2
            x -= lr * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        start = generator.uniform(landscape.low, landscape.high, start.shape)


def basinhopping(counted: Counted, landscape: Landscape, generator: np.random.Generator) -> None:
    """scipy's, with jumps of up to 10 % of the box and L-BFGS-B."""
    optimize.basinhopping(
        counted.both, landscape.starts[0], niter=10**6, stepsize=0.1 * landscape.width, rng=generator,
        minimizer_kwargs={"method": "L-BFGS-B", "jac": True},
    )  # fmt: skip


def dual_annealing(counted: Counted, landscape: Landscape, generator: np.random.Generator) -> None:
    """scipy's, as it comes, its local search with gradients."""
    optimize.dual_annealing(
        counted.value, _bounds(landscape), x0=landscape.starts[0], maxiter=10**6, maxfun=10**9, rng=generator,
        minimizer_kwargs={"method": "L-BFGS-B", "jac": counted.gradient, "bounds": _bounds(landscape)},
    )  # fmt: skip


def shgo(counted: Counted, landscape: Landscape, _generator: np.random.Generator) -> None:
    """scipy's, on 64 Sobol points, then twice as many, and so on."""
    points = 64
    while True:
        optimize.shgo(
            counted.value, _bounds(landscape), n=points, sampling_method="sobol",
            minimizer_kwargs={"method": "L-BFGS-B", "jac": counted.gradient},
        )  # fmt: skip
        points *= 2


def direct(counted: Counted, landscape: Landscape, _generator: np.random.Generator) -> None:
    """scipy's, to the last evaluation."""
    optimize.direct(
        counted.value, _bounds(landscape), maxfun=10**6, maxiter=10**6, vol_tol=0, len_tol=0, eps=1e-4,
    )  # fmt: skip


def cma_es(counted: Counted, landscape: Landscape, generator: np.random.Generator) -> None:
    """The package cmaes, restarted with twice the population (IPOP), from 30 % of the box; at least 2-D."""
    dimensions = landscape.starts.shape[1]
    size = max(dimensions, 2)
    bounds = np.tile([landscape.low, landscape.high], (size, 1))
    start, population = np.resize(landscape.starts[0], size), 4 + int(3 * math.log(size))
    while True:
        strategy = cmaes.CMA(
            start, 0.3 * landscape.width, bounds=bounds, population_size=population,
            seed=int(generator.integers(2**31)),
        )  # fmt: skip
        while not strategy.should_stop():
            asked = [strategy.ask() for _ in range(population)]
            strategy.tell([(x, counted.value(x[:dimensions])) for x in asked])
        start = generator.uniform(landscape.low, landscape.high, size)
        population *= 2


PEERS: dict[str, Callable[[Counted, Landscape, np.random.Generator], Any]] = {
    "Adam, restarted": adam_restarts,
    "basinhopping": basinhopping,
    "dual_annealing": dual_annealing,
    "shgo": shgo,
    "direct": direct,
    "CMA-ES": cma_es,
}


def hits(peer: str, landscape: Landscape, budget: int) -> list[float]:
    """Return, for each problem, the evaluations it took to solve it; infinite where it was not solved."""
    found = []
    for problem in range(len(landscape.starts)):
        one = landscape.of(problem)
        counted = Counted(one, budget)
        with contextlib.suppress(Finished):
            PEERS[peer](counted, one, np.random.default_rng(problem))
        found.append(counted.hit)
    return found


def _bounds(landscape: Landscape) -> list[tuple[float, float]]:
    return [(landscape.low, landscape.high)] * landscape.starts.shape[1]
