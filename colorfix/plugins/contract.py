"""A third party's function held to the contract before it is used, and told what it broke."""

from __future__ import annotations

from functools import partial
from inspect import signature
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorfix.color.sample import Sample
from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import BrokenRegularizer
from colorfix.plugins.bridge import Bridge
from colorfix.regularizers import need_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from colorfix.regularizers import Need

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
    bridge = Bridge(name, function)
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
    before = scene.mapped(torch.clone)
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
    return Scene.of(sources, targets, samples).mapped(torch.as_tensor)


def _poor_scene() -> Scene:
    """A white photo and a target of one pure colour: no edge, no colour that counts, channels of zeros."""
    white, blue = np.zeros((2, 3, 256), np.int64)
    white[:, 255] = blue[2, 255] = blue[:2, 0] = 1
    return Scene.of([Statistics(white)], [Statistics(blue)]).mapped(torch.as_tensor)


def _same(one: Scene, other: Scene) -> bool:
    """Whether two scenes hold the same numbers."""
    pairs = zip(_tensors(one), _tensors(other), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def _tensors(scene: Scene) -> list[torch.Tensor]:
    return [value for value in vars(scene).values() if isinstance(value, torch.Tensor)]
