"""The paper's network for colour correction, batched over problems."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from colorfix.models.free_gains import FreeGains

WIDTHS = (1, 64, 128, 256, 128, 64, 3)
"""Units a layer, from the constant input to the gains (section 7.2, the authors' script)."""


class Network(nn.Module):
    """Gains as the output of a fully connected network with a constant input of 1.

    Sigmoid after every layer but the last. Each problem has weights of its own, initialised from its seed as
    torch initialises ``nn.Linear``, so that a batch of problems equals as many single networks.

    Args:
        seeds: one a problem, P in all.
        within: takes the output as a move of these free gains' parameters, shape [P, 3] or [1, 3], so that
            gains are positive, keep the limits and begin near theirs; None is the paper's network, whose
            output is the gains themselves.
        widths: units a layer.
        dtype: of the weights.

    >>> Network([5343, 100])().shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        seeds: Sequence[int],
        *,
        within: FreeGains | None = None,
        widths: Sequence[int] = WIDTHS,
        dtype: torch.dtype = torch.float64,
    ) -> None:
        super().__init__()
        networks = [_layers(seed, widths) for seed in seeds]
        layers = list(zip(*networks, strict=True))
        self.weights = nn.ParameterList(
            [torch.stack([x.weight.detach().T for x in layer]) for layer in layers]
        )
        self.biases = nn.ParameterList(
            [torch.stack([x.bias.detach()[None] for x in layer]) for layer in layers]
        )
        self._within = within
        self.to(dtype)

    def forward(self) -> Tensor:
        """Return the gains, shape [P, 3]; without free gains nothing keeps them positive."""
        first = self.weights[0]
        signal = torch.ones((first.shape[0], 1, first.shape[1]), dtype=first.dtype, device=first.device)
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            signal = torch.baddbmm(bias, signal if depth == 0 else torch.sigmoid(signal), weight)
        output = signal[:, 0]
        if self._within is None:
            return output
        gains: Tensor = self._within.gains(torch.as_tensor(self._within.parameters()).to(output) + output)
        return gains


def _layers(seed: int, widths: Sequence[int]) -> list[nn.Linear]:
    """Initialise one network's layers in order, leaving torch's global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed GPUs too, for good
        return [nn.Linear(before, after) for before, after in pairwise(widths)]
