"""The loss: how far the corrected photo is from the target, plus weighted penalties."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from colorfix.regularizers import need_of, width_of
from colorfix.regularizers.contract import traits_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.scene import Scene
    from colorfix.core.defaults import Match
    from colorfix.optim.arrays import Array
    from colorfix.regularizers import Weighted


def match_means(gains: Array, scene: Scene) -> Array:
    """Return how far the corrected means are from the target's: f Σ_c (g_c μ_c - τ_c)², shape [P].

    Means lie in 0 to 1; a channel at the wrong end adds 1. Section 7.2 of the paper. f is 1, or how far the
    target counts if that is given. For g μ in the sensor's space see :meth:`Scene.corrected_means`.
    """
    distance = scene.corrected_means(gains) - scene.target_means
    return scene.matching * (distance * distance).sum(-1)


def match_deviations(gains: Array, scene: Scene) -> Array:
    """Add to :func:`match_means` how far the deviations are: f Σ_c (g_c σ_c - σ'_c)², shape [P].

    Reinhard's statistics (Reinhard et al. 2001) in the least-squares sense: one gain cannot match both.
    """
    distance = gains * scene.source_deviations - scene.target_deviations
    return match_means(gains, scene) + scene.matching * (distance * distance).sum(-1)


MATCHES: dict[Match, Callable[[Array, Scene], Array]] = {"mean": match_means, "mean-std": match_deviations}


@dataclass(frozen=True)
class Objective:
    """The loss of P problems as a function of their gains.

    L(g) = match(g) + Σ_k w_k R_k(g), without unit. A mean that is off by 1 of 255 adds 1.5e-5 to the match
    term, one at the wrong end adds 1; δ = 1e-4 is 2.5 of 255 in one mean.

    Attributes:
        scene: statistics of sources and targets.
        match: which statistics are matched.
        regularizers: weighted penalties.
    """

    scene: Scene
    match: Match = "mean"
    regularizers: tuple[Weighted, ...] = ()

    def __call__(self, gains: Array) -> Array:
        """Return the losses, shape [P], of gains of shape [P, 3]."""
        with np.errstate(all="ignore"):  # learning handles losses that are not finite
            losses = MATCHES[self.match](gains, self.scene)
            for regularizer in self.regularizers:
                losses = losses + regularizer(gains, self.scene)
            return losses

    def terms(self, gains: Array) -> dict[str, Array]:
        """Return each term of the losses by name, shape [P] each; they sum to the losses."""
        with np.errstate(all="ignore"):
            match = {"match": MATCHES[self.match](gains, self.scene)}
            return match | {r.name: r(gains, self.scene) for r in self.regularizers}

    def left_out(self, problem: int = 0) -> tuple[str, ...]:
        """Return a sentence for each term that is undefined for a problem, and so left out."""
        needs = [(regularizer.name, need_of(regularizer.function)) for regularizer in self.regularizers]
        return tuple(
            f"{name} is left out: {need.lack}"
            for name, need in needs
            if need is not None and not need.met(self.scene)[problem]
        )

    @property
    def width(self) -> float:
        """Width of the narrowest basin that a penalty may make, natural logarithms of encoded gains."""
        return min(map(width_of, self.regularizers), default=math.inf)

    @property
    def no_change_basin(self) -> bool:
        """Whether a penalty has a narrow basin at no change."""
        return any(traits_of(r.function).no_change for r in self.regularizers if r.weight)

    def take(self, rows: Array) -> Objective:
        """Return the objective of some of its problems."""
        return replace(self, scene=self.scene.take(rows))

    def with_colors(self, count: int) -> Objective:
        """Return the objective with only the most frequent colors of each photo's palette."""
        chromas, shares = self.scene.chromas[:, :count], self.scene.shares[:, :count]
        return replace(self, scene=replace(self.scene, chromas=chromas, shares=shares))

    def mapped(self, function: Callable[[Array], Array]) -> Objective:
        """Return the objective with the scene's arrays passed through a function."""
        return replace(self, scene=self.scene.map_arrays(function))
