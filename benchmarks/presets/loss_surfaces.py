"""The landscapes of many pairs as tensors: weighted sums of terms, and the difference where those end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import Pool
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.ndimage import zoom

from benchmarks.presets import gain_plane
from benchmarks.presets.gain_plane import TERMS

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.common.color import Floats

PROCESSES = 2
FINER = 4
SHADES = "shades-of-gray"


@dataclass(frozen=True)
class Surfaces:
    """The landscapes of many pairs, stacked; tensors of shape [pairs, 24, 41] unless said otherwise."""

    difference: torch.Tensor
    terms: dict[str, torch.Tensor]
    shades: torch.Tensor
    """Shape [pairs, 3, 24, 41]."""

    @classmethod
    def of(cls, path: Path) -> Surfaces:
        """Compute the landscapes of all pairs of a list."""
        pairs = json.loads(path.read_text(encoding="utf-8"))
        photos = [(path.parent / pair["source"], path.parent / pair["truth"]) for pair in pairs]
        with Pool(PROCESSES) as pool:
            found = pool.starmap(gain_plane.of_pair, photos, chunksize=4)
        return cls(
            difference=stacked([landscape.difference for landscape in found]),
            terms={name: stacked([landscape.terms[name] for landscape in found]) for name in TERMS},
            shades=stacked([landscape.shades for landscape in found]),
        )

    def among(self, members: Floats, step: int = 1) -> Surfaces:
        """Return some of the pairs, on every so manyth point of the plane."""
        chosen = torch.as_tensor(members)

        def thinned(surface: torch.Tensor) -> torch.Tensor:
            return surface[chosen][..., ::step, ::step]

        terms = {name: thinned(term) for name, term in self.terms.items()}
        return Surfaces(thinned(self.difference), terms, thinned(self.shades))

    def loss(self, weights: dict[str, torch.Tensor], blue: torch.Tensor) -> torch.Tensor:
        """Return the weighted sum of terms over the plane."""
        powers = blue ** torch.arange(3)
        shades = (self.shades * powers[:, None, None]).sum(dim=1)
        terms = {**self.terms, SHADES: shades}
        return torch.stack([weight * terms[name] for name, weight in weights.items()]).sum(dim=0)

    @cached_property
    def differences(self) -> Floats:
        """Differences on a finer plane, flat."""
        return finer(self.difference).reshape(len(self.difference), -1)

    def at_minima(self, weights: dict[str, torch.Tensor], blue: torch.Tensor) -> Floats:
        """Return each pair's difference where its loss is lowest, on a finer plane."""
        with torch.no_grad():
            losses = finer(self.loss(weights, blue)).reshape(self.differences.shape)
        return np.take_along_axis(self.differences, losses.argmin(1)[:, None], axis=1)[:, 0]


def stacked(surfaces: list[Floats]) -> torch.Tensor:
    """Stack arrays as a tensor of single precision."""
    return torch.as_tensor(np.stack(surfaces), dtype=torch.float32)


def finer(surfaces: torch.Tensor) -> Floats:
    """Interpolate surfaces by cubic splines, :data:`FINER` times as many points each way."""
    return np.stack([zoom(surface, FINER, order=3) for surface in surfaces.numpy().astype(float)])
