"""Gradients no longer than allowed, problem by problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from colorfix.optim.arrays import per_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def clip_gradients(parameters: Sequence[Tensor], longest: float) -> None:
    """Shorten each problem's gradient, over all its parameters together, to a norm of at most ``longest``.

    Args:
        parameters: each of shape [P, ...], with gradients.
        longest: the norm, in units of the gradients, above 0.

    >>> x = torch.tensor([[3.0, 4.0], [0.3, 0.4]], requires_grad=True)
    >>> (x**2 / 2).sum().backward()
    >>> clip_gradients([x], 1.0)
    >>> x.grad.tolist()
    [[0.6000000238418579, 0.800000011920929], [0.30000001192092896, 0.4000000059604645]]
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)
    share = (longest / norms).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(per_problem(share, gradient))
