"""The paper's networks, batched over problems."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from colorfix.learning.models import FreeGains, FreePoints

Model: TypeAlias = "FreeGains | FreePoints | Network"
"""A model: the source of the points."""

WIDTHS = (1, 64, 128, 256, 128, 64, 3)
"""Units a layer, from the constant input to the gains (section 7.2, the authors' script)."""

Activation: TypeAlias = Literal["identity", "tanh", "relu", "sigmoid"]
"""Activation after every layer but the last."""

Initialization: TypeAlias = Literal["torch", "glorot"]
"""Initial weights: as in ``nn.Linear``, uniform with deviation 1/√(3 · units before), biases too; or uniform
with deviation √(2 / (units before + units after)), biases 0: wider (Glorot & Bengio 2010)."""

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "identity": lambda signal: signal,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
}


class Network(nn.Module):
    """The output of a fully connected network with a constant input of ones.

    Each problem has its own weights, initialized from its seed as torch initializes a single network, so that
    a batch of problems equals as many single networks. All weights of a problem lie in one row of one array.

    Args:
        seeds: one a problem, P in all.
        within: free gains, to whose parameters, shape [P, 3] or [1, 3], the output is added, so that gains
            are positive, within limits and begin near theirs; None is the paper's network, whose output is
            the gains.
        widths: units a layer.
        activation: after every layer but the last.
        initialisations: one a problem, or one for all.
        dtype: of the weights.

    >>> Network([5343, 100])().shape
    torch.Size([2, 3])
    >>> Network([1, 2], widths=(6, 4, 3, 1), activation="tanh", initialisations=["torch", "glorot"])().shape
    torch.Size([2, 1])
    """

    def __init__(
        self,
        seeds: Sequence[int],
        *,
        within: FreeGains | None = None,
        widths: Sequence[int] = WIDTHS,
        activation: Activation = "sigmoid",
        initialisations: Sequence[Initialization] = ("torch",),
        dtype: torch.dtype = torch.float64,
    ) -> None:
        super().__init__()
        each = initialisations if len(initialisations) > 1 else [*initialisations] * len(seeds)
        rows = [_initialized(seed, widths, how) for seed, how in zip(seeds, each, strict=True)]
        self.weights = nn.Parameter(torch.stack(rows))
        self._shapes = list(pairwise(widths))
        self._activation = ACTIVATIONS[activation]
        self._within = within
        self.to(dtype)

    def layers(self) -> list[tuple[Tensor, Tensor]]:
        """Return the weights, shape [P, before, after], and biases, shape [P, 1, after], of every layer."""
        sizes = [size for before, after in self._shapes for size in (before * after, after)]
        parts = iter(torch.split(self.weights, sizes, dim=1))
        return [(next(parts).reshape(-1, *shape), next(parts).unsqueeze(1)) for shape in self._shapes]

    def forward(self) -> Tensor:
        """Return the output, shape [P, D]; without free gains it may be negative."""
        signal = self.weights.new_ones((len(self.weights), 1, self._shapes[0][0]))
        for depth, (weight, bias) in enumerate(self.layers()):
            signal = torch.baddbmm(bias, signal if depth == 0 else self._activation(signal), weight)
        output = signal[:, 0]
        if self._within is None:
            return output
        gains: Tensor = self._within.gains(torch.as_tensor(self._within.parameters()).to(output) + output)
        return gains


def _initialized(seed: int, widths: Sequence[int], how: Initialization) -> Tensor:
    """Initialize one network's layers in order; torch's global generator is not changed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed GPUs too
        layers = [_layer(before, after, how) for before, after in pairwise(widths)]
    return torch.cat([part.detach().flatten() for layer in layers for part in (layer.weight.T, layer.bias)])


def _layer(before: int, after: int, how: Initialization) -> nn.Linear:
    layer = nn.Linear(before, after)
    if how == "glorot":
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    return layer
