"""A penalty written in torch, where NumPy asks, and held to its contract on every photo."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorfix.core.errors import BrokenRegularizer
from colorfix.plugins.guard import told
from colorfix.regularizers import need_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from colorfix.color.scene import Scene
    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array
    from colorfix.regularizers import Need


class Bridge:
    """Lets a torch function of gains, shape [P, 3], be called with arrays of either kind.

    Torch tensors are handed through. NumPy arrays become tensors; for complex ones, with which NumPy takes
    derivatives (:mod:`colorfix.learning.slopes`), f(x + ih) = f(x) + i h·∇f(x), the slope from autograd.

    Args:
        name: as the user named it.
        function: takes gains, shape [P, 3], and a scene of tensors; returns penalties, shape [P].

    Raises:
        BrokenRegularizer: what marks the function is no need; or when called, it raises, returns something of
            another shape or dtype, or has no gradient there.

    >>> from colorfix.color.scene import Scene
    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> gains, scene = np.array([[1.0, 3.0, 1.0]]), Scene(*[np.ones((1, 3))] * 8)
    >>> bridge = Bridge("keep-green", keep_green)
    >>> bridge(gains, scene).tolist(), bridge(gains, scene, wanted=2.0).tolist()
    ([4.0], [1.0])
    >>> bridge(gains + 1e-9j, scene).imag.round(12).tolist()
    [4e-09]
    """

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)  # its parameters and their ranges can still be read off it
        self.adopted = True
        self._name = name
        self._function = function
        need = need_of(function)
        if need is not None:
            self.need = need._replace(met=self._asked(need))

    def __call__(self, gains: Array, scene: Scene, /, **parameters: float) -> Array:
        """Return the penalties, shape [..., P], of the kind that the gains are, shape [..., P, 3]."""
        if isinstance(gains, torch.Tensor):
            return self._penalties(gains, scene, parameters)
        if not isinstance(gains, np.ndarray):
            raise TypeError("a penalty written in torch takes arrays only")
        tensors = scene.mapped(torch.as_tensor)
        rows = len(scene.source_means)
        batches = gains.reshape(1, -1, 3) if rows == 1 else gains.reshape(-1, rows, 3)  # one call a photo
        penalties = [self._measured(batch, tensors, parameters) for batch in batches]
        return np.stack(penalties).reshape(gains.shape[:-1])

    def _asked(self, need: Need) -> Callable[[Scene], Array]:
        """Return how to ask for a need: of tensors too, and told by name where it cannot be."""

        def met(scene: Scene) -> Array:
            with told(self._broken("what it needs cannot be asked: ")):
                return need.met(scene.mapped(torch.as_tensor))

        return met

    def _measured(self, gains: Floats, scene: Scene, parameters: dict[str, float]) -> Array:
        x = torch.tensor(gains.real, dtype=torch.float64, requires_grad=True)
        penalties = self._penalties(x, scene, parameters)
        values: Floats = penalties.detach().numpy()
        if not np.iscomplexobj(gains):
            return values
        return values + 1j * (self.slopes(penalties, x).numpy() * gains.imag).sum(-1)

    def slopes(self, penalties: Tensor, gains: Tensor) -> Tensor:
        """Return the slopes, shape [P, 3], of penalties, shape [P], that were computed from gains."""
        with told(self._broken("its penalty has no gradient: ")):
            (slopes,) = torch.autograd.grad(penalties.sum(), gains)
        return slopes

    def _broken(self, what: str) -> Callable[[str], BrokenRegularizer]:
        return lambda raised: BrokenRegularizer(self._name, f"{what}{raised}")

    def _penalties(self, gains: Tensor, scene: Scene, parameters: dict[str, float]) -> Tensor:
        """Call the function; whatever somebody else's code does, it is told by name."""
        with told(self._broken("it raised ")):
            penalties = self._function(gains, scene, **parameters)
        if not isinstance(penalties, torch.Tensor) or penalties.shape != gains.shape[:-1]:
            asked, wanted = tuple(gains.shape), tuple(gains.shape[:-1])
            raise BrokenRegularizer(
                self._name,
                f"for gains of shape {asked} it returned {_kind(penalties)}, not one penalty each, {wanted}",
            )
        if penalties.dtype != gains.dtype:
            what = f"for gains of {gains.dtype} it returned {penalties.dtype}, and must keep the dtype"
            raise BrokenRegularizer(self._name, what)
        return penalties


def _kind(returned: object) -> str:
    """Say what was returned: a tensor by its shape, all else by its type."""
    if isinstance(returned, torch.Tensor):
        return f"shape {tuple(returned.shape)}"
    return type(returned).__name__
