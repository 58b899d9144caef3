"""A penalty written in torch, where NumPy asks: the only file of this room that imports torch."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.colour import Floats
    from colorfix.optim.arrays import Array
    from colorfix.scene import Scene


class Bridge:
    """Lets a torch function of gains, shape [P, 3], be called with arrays of either kind.

    Torch tensors are handed through. NumPy arrays become tensors; for complex ones, with which NumPy takes
    derivatives (:mod:`colorfix.learning.slopes`), f(x + ih) = f(x) + i h·∇f(x), the slope from autograd.

    Args:
        function: takes gains, shape [P, 3], and a scene of tensors; returns penalties, shape [P].

    >>> from colorfix.scene import Scene
    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> gains, scene = np.array([[1.0, 3.0, 1.0]]), Scene(*[np.ones((1, 3))] * 7)
    >>> Bridge(keep_green)(gains, scene).tolist(), Bridge(keep_green)(gains, scene, wanted=2.0).tolist()
    ([4.0], [1.0])
    >>> Bridge(keep_green)(gains + 1e-9j, scene).imag.round(12).tolist()
    [4e-09]
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        update_wrapper(self, function)  # its parameters can still be read off its signature

    def __call__(self, gains: Array, scene: Scene, /, **parameters: float) -> Array:
        """Return the penalties, shape [..., P], of the kind that the gains are, shape [..., P, 3]."""
        if isinstance(gains, torch.Tensor):
            return self._function(gains, scene, **parameters)
        if not isinstance(gains, np.ndarray):
            raise TypeError("a penalty written in torch takes arrays only")
        tensors = scene.mapped(torch.as_tensor)
        batches = gains.reshape(-1, *gains.shape[-2:]) if gains.ndim > 1 else gains[None, None]
        penalties = [self._measured(batch, tensors, parameters) for batch in batches]
        return np.stack(penalties).reshape(gains.shape[:-1])

    def _measured(self, gains: Floats, scene: Scene, parameters: dict[str, float]) -> Array:
        x = torch.tensor(gains.real, dtype=torch.float64, requires_grad=True)
        penalties = self._function(x, scene, **parameters)
        values: Floats = penalties.detach().numpy()
        if not np.iscomplexobj(gains):
            return values
        (slopes,) = torch.autograd.grad(penalties.sum(), x)
        return values + 1j * (slopes.numpy() * gains.imag).sum(-1)
