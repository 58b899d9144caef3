"""Check a third party's torch function against the contract, and adapt it to NumPy arrays."""

from __future__ import annotations

from functools import partial, update_wrapper
from inspect import signature
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import BrokenRegularizer
from colorfix.regularizers import need_of, parameters_of
from colorfix.regularizers.contract import decorated
from colorfix.regularizers.plugins.loading import plugin_errors_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array
    from colorfix.regularizers import Need


class TorchAdapter:
    """Adapter for a torch function of gains, shape [P, 3], that takes NumPy arrays and torch tensors.

    NumPy arrays become tensors. Complex ones are for derivatives (:mod:`colorfix.learning.gradient`):
    f(x + ih) = f(x) + i h·∇f(x), with the gradient from autograd.

    Args:
        name: that the user gave it.
        function: takes gains, shape [P, 3], and a scene of tensors; returns penalties, shape [P].

    Raises:
        BrokenRegularizer: its need is no Need; or when called, it raises, returns another shape or dtype, or
            has no gradient there.

    >>> from colorfix.color.scene import Scene
    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> gains, scene = np.array([[1.0, 3.0, 1.0]]), Scene(*[np.ones((1, 3))] * 8)
    >>> adapter = TorchAdapter("keep-green", keep_green)
    >>> adapter(gains, scene).tolist(), adapter(gains, scene, wanted=2.0).tolist()
    ([4.0], [1.0])
    >>> adapter(gains + 1e-9j, scene).imag.round(12).tolist()
    [4e-09]
    """

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)  # with its signature and traits
        self.adopted = True
        self._name = name
        self._function = function
        need = need_of(function)
        if need is not None:
            decorated(self, need=need._replace(met=self._met(need)))

    def __call__(self, gains: Array, scene: Scene, /, **parameters: float) -> Array:
        """Return the penalties, shape [..., P], of the kind that the gains are, shape [..., P, 3]."""
        if isinstance(gains, torch.Tensor):
            return self._penalties(gains, scene, parameters)
        if not isinstance(gains, np.ndarray):
            raise TypeError("a penalty written in torch takes arrays only")
        tensors = scene.map_arrays(torch.as_tensor)
        rows = len(scene.source_means)
        batches = gains.reshape(1, -1, 3) if rows == 1 else gains.reshape(-1, rows, 3)  # one call a photo
        penalties = [self._measured(batch, tensors, parameters) for batch in batches]
        return np.stack(penalties).reshape(gains.shape[:-1])

    def _met(self, need: Need) -> Callable[[Scene], Array]:
        """Return the condition of a need for scenes of arrays too; its exceptions name the regularizer."""

        def met(scene: Scene) -> Array:
            with plugin_errors_as(self._broken("its need cannot be checked: ")):
                return need.met(scene.map_arrays(torch.as_tensor))

        return met

    def _measured(self, gains: Floats, scene: Scene, parameters: dict[str, float]) -> Array:
        x = torch.tensor(gains.real, dtype=torch.float64, requires_grad=True)
        penalties = self._penalties(x, scene, parameters)
        values: Floats = penalties.detach().numpy()
        if not np.iscomplexobj(gains):
            return values
        return values + 1j * (self.slopes(penalties, x).numpy() * gains.imag).sum(-1)

    def slopes(self, penalties: Tensor, gains: Tensor) -> Tensor:
        """Return the gradient, shape [P, 3], of penalties, shape [P], that were computed from gains."""
        with plugin_errors_as(self._broken("its penalty has no gradient: ")):
            (slopes,) = torch.autograd.grad(penalties.sum(), gains)
        return slopes

    def _broken(self, reason: str) -> Callable[[str], BrokenRegularizer]:
        return lambda raised: BrokenRegularizer(self._name, f"{reason}{raised}")

    def _penalties(self, gains: Tensor, scene: Scene, parameters: dict[str, float]) -> Tensor:
        """Call the function and check the shape and dtype of its result."""
        with plugin_errors_as(self._broken("it raised ")):
            penalties = self._function(gains, scene, **parameters)
        if not isinstance(penalties, torch.Tensor) or penalties.shape != gains.shape[:-1]:
            given, wanted = tuple(gains.shape), tuple(gains.shape[:-1])
            reason = (
                f"for gains of shape {given} it returned {_kind(penalties)}, not one penalty each, {wanted}"
            )
            raise BrokenRegularizer(self._name, reason)
        if penalties.dtype != gains.dtype:
            reason = f"for gains of {gains.dtype} it returned {penalties.dtype}, and must keep the dtype"
            raise BrokenRegularizer(self._name, reason)
        return penalties


def _kind(returned: object) -> str:
    """Return the shape of a tensor, or the type of anything else, as text."""
    if isinstance(returned, torch.Tensor):
        return f"shape {tuple(returned.shape)}"
    return type(returned).__name__


PROBLEMS = 4
"""Photos in the trial: not three, so that a mix-up with the channels shows."""

STEP = 1e-6
"""Step of the differences that check the gradient, in gains."""

CLOSE = 1e-4
"""Relative tolerance of gradient and differences; both are far more exact."""


def check(name: str, function: Callable[..., Any], parameters: dict[str, float]) -> None:
    """Try a regularizer on small scenes.

    Raises:
        BrokenRegularizer: it takes other arguments; raises; does not return one finite penalty a problem, of
            the gains' dtype; changes its arguments; lets one problem's gains change another's penalty; cannot
            be differentiated; or is not 0 where its need is not met.
    """
    adapter = TorchAdapter(name, function)
    trial = partial(adapter, **parameters)
    gains = torch.tensor(np.random.default_rng(1).uniform(0.5, 2.0, (PROBLEMS, 3)))
    faults = chain(
        _of_arguments(function, parameters),
        _of_values(trial, gains),
        _of_batches(trial, gains),
        _of_slopes(trial, gains, adapter.slopes),
        _of_need(trial, gains, need_of(adapter)),
    )
    first = next(faults, None)
    if first is not None:
        raise BrokenRegularizer(name, first)


def _of_arguments(function: Callable[..., Any], parameters: dict[str, float]) -> Iterator[str]:
    try:
        signature(function).bind(None, None, **parameters)
    except TypeError as error:
        yield f"it must take (gains, scene) and keyword-only numbers: {error}"
    if not all(isinstance(default, (int, float)) for default in parameters_of(function).values()):
        yield "it must take (gains, scene) and keyword-only numbers, each with a default"


def _of_values(trial: Callable[..., Tensor], gains: Tensor) -> Iterator[str]:
    scene, given = _scene(range(PROBLEMS)), gains.clone()
    before = scene.map_arrays(torch.clone)
    penalties = trial(given, scene)
    if not torch.equal(given, gains) or not _same(scene, before):
        yield "it changes the gains or the scene that it is given (make a copy first)"
    if not bool(torch.isfinite(penalties).all()):
        yield "it returned a penalty that is NaN or infinite for gains between 0.5 and 2"


def _of_batches(trial: Callable[..., Tensor], gains: Tensor) -> Iterator[str]:
    """Compare several photos, and several gains of one photo, with each alone."""
    for photos in (range(PROBLEMS), [0]):
        together = trial(gains, _scene(photos))
        for problem, one in enumerate(gains):
            alone = trial(one[None], _scene([photos[problem % len(photos)]]))
            if not torch.isclose(together[problem], alone[0], rtol=CLOSE, atol=CLOSE):
                yield "one problem's gains change another's penalty (reduce over the last axis only)"


def _of_slopes(
    trial: Callable[..., Tensor], gains: Tensor, slopes_of: Callable[[Tensor, Tensor], Tensor]
) -> Iterator[str]:
    scene, x = _scene(range(PROBLEMS)), gains.clone().requires_grad_()
    penalties = trial(x, scene)
    if not penalties.requires_grad:
        yield "its penalty does not follow from the gains by torch operations, so it has no gradient"
    slopes = slopes_of(penalties, x)
    moved = torch.eye(3, dtype=torch.float64) * STEP
    differences = torch.stack([trial(gains + d, scene) - trial(gains - d, scene) for d in moved], dim=1)
    if not bool(torch.isclose(slopes, differences / (2 * STEP), rtol=CLOSE, atol=CLOSE).all()):
        yield "its gradient is not the slope of its penalty (is something detached from it?)"


def _of_need(trial: Callable[..., Tensor], gains: Tensor, need: Need | None) -> Iterator[str]:
    if need is None:
        return
    poor = _poor_scene()
    met = need.met(poor)
    if tuple(getattr(met, "shape", ())) != (1,):
        yield f"its need must be a truth value a problem, shape (1,) for one, got {met}"
    if not met[0] and bool((trial(gains, poor) != 0).any()):
        yield "it must be 0 where its need is not met"


def _scene(photos: range | list[int]) -> Scene:
    """Return photos of noise with targets of noise, as tensors; a photo is the same in every scene."""
    sources, targets, samples = [], [], []
    for photo in photos:
        generator = np.random.default_rng(photo)
        sources.append(Statistics(generator.integers(1, 100, (3, 256))))
        targets.append(Statistics(generator.integers(1, 100, (3, 256))))
        grid = generator.integers(10, 240, (8, 8, 4), dtype=np.uint8)
        samples.append(Sample(grid))
    return Scene.of(sources, targets, samples).map_arrays(torch.as_tensor)


def _poor_scene() -> Scene:
    """Return a white photo with a blue target: no edges, no unclipped color, channels of zeros."""
    white, blue = np.zeros((2, 3, 256), np.int64)
    white[:, 255] = blue[2, 255] = blue[:2, 0] = 1
    return Scene.of([Statistics(white)], [Statistics(blue)]).map_arrays(torch.as_tensor)


def _same(one: Scene, other: Scene) -> bool:
    """Return whether two scenes have equal numbers."""
    pairs = zip(_tensors(one), _tensors(other), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def _tensors(scene: Scene) -> list[torch.Tensor]:
    return [value for value in vars(scene).values() if isinstance(value, torch.Tensor)]
