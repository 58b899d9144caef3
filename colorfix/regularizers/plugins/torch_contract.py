"""A third party's function held to the contract before it is used, and told what it broke.

A penalty written in torch, where NumPy asks, and held to its contract on every photo.
"""

from __future__ import annotations

from functools import partial, update_wrapper
from inspect import signature
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorfix.color.sample import Sample
from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import BrokenRegularizer
from colorfix.regularizers import need_of, parameters_of
from colorfix.regularizers.plugins.loading import plugin_errors_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from colorfix.color.statistics import Floats
    from colorfix.optim.arrays import Array
    from colorfix.regularizers import Need


class TorchAdapter:
    """Lets a torch function of gains, shape [P, 3], be called with arrays of either kind.

    Torch tensors are handed through. NumPy arrays become tensors; for complex ones, with which NumPy takes
    derivatives (:mod:`colorfix.learning.gradient`), f(x + ih) = f(x) + i h·∇f(x), the slope from autograd.

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
    >>> bridge = TorchAdapter("keep-green", keep_green)
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
        tensors = scene.map_arrays(torch.as_tensor)
        rows = len(scene.source_means)
        batches = gains.reshape(1, -1, 3) if rows == 1 else gains.reshape(-1, rows, 3)  # one call a photo
        penalties = [self._measured(batch, tensors, parameters) for batch in batches]
        return np.stack(penalties).reshape(gains.shape[:-1])

    def _asked(self, need: Need) -> Callable[[Scene], Array]:
        """Return how to ask for a need: of tensors too, and told by name where it cannot be."""

        def met(scene: Scene) -> Array:
            with plugin_errors_as(self._broken("what it needs cannot be asked: ")):
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
        """Return the slopes, shape [P, 3], of penalties, shape [P], that were computed from gains."""
        with plugin_errors_as(self._broken("its penalty has no gradient: ")):
            (slopes,) = torch.autograd.grad(penalties.sum(), gains)
        return slopes

    def _broken(self, what: str) -> Callable[[str], BrokenRegularizer]:
        return lambda raised: BrokenRegularizer(self._name, f"{what}{raised}")

    def _penalties(self, gains: Tensor, scene: Scene, parameters: dict[str, float]) -> Tensor:
        """Call the function; whatever somebody else's code does, it is told by name."""
        with plugin_errors_as(self._broken("it raised ")):
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


PROBLEMS = 4
"""Photos in the trial: another number than that of the channels, so that a mix-up of the two shows."""

STEP = 1e-6
"""Distance of the differences that judge the gradient, in gains."""

CLOSE = 1e-4
"""Share by which gradient and differences may disagree; both are exact to far less."""


def check(name: str, function: Callable[..., Any], parameters: dict[str, float]) -> None:
    """Try a regularizer on small scenes.

    Raises:
        BrokenRegularizer: it takes other arguments; raises; returns something else than one finite penalty a
            problem, of the gains' dtype; changes what it was given; lets one problem's gains change
            another's penalty; cannot be differentiated; or is not 0 where the need that it names is not met.
    """
    bridge = TorchAdapter(name, function)
    trial = partial(bridge, **parameters)
    gains = torch.tensor(np.random.default_rng(1).uniform(0.5, 2.0, (PROBLEMS, 3)))
    faults = chain(
        _of_arguments(function, parameters),
        _of_values(trial, gains),
        _of_batches(trial, gains),
        _of_slopes(trial, gains, bridge.slopes),
        _of_need(trial, gains, need_of(bridge)),
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
    """Several photos, and several gains of one photo, must be judged as each alone."""
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
        yield f"what it needs must be a truth value a problem, shape (1,) for one, got {met}"
    if not met[0] and bool((trial(gains, poor) != 0).any()):
        yield "it must be 0 where what it needs is not there"


def _scene(photos: range | list[int]) -> Scene:
    """Photos of noise, each with a target of noise, as tensors; a photo is the same in every scene."""
    sources, targets, samples = [], [], []
    for photo in photos:
        generator = np.random.default_rng(photo)
        sources.append(Statistics(generator.integers(1, 100, (3, 256))))
        targets.append(Statistics(generator.integers(1, 100, (3, 256))))
        grid = generator.integers(10, 240, (8, 8, 4), dtype=np.uint8)
        samples.append(Sample(grid))
    return Scene.of(sources, targets, samples).map_arrays(torch.as_tensor)


def _poor_scene() -> Scene:
    """A white photo and a target of one pure colour: no edge, no colour that counts, channels of zeros."""
    white, blue = np.zeros((2, 3, 256), np.int64)
    white[:, 255] = blue[2, 255] = blue[:2, 0] = 1
    return Scene.of([Statistics(white)], [Statistics(blue)]).map_arrays(torch.as_tensor)


def _same(one: Scene, other: Scene) -> bool:
    """Whether two scenes hold the same numbers."""
    pairs = zip(_tensors(one), _tensors(other), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def _tensors(scene: Scene) -> list[torch.Tensor]:
    return [value for value in vars(scene).values() if isinstance(value, torch.Tensor)]
