"""A third party's function held to the contract before it is used, and told what it broke."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorfix.colour import Statistics
from colorfix.errors import SettingError
from colorfix.sample import Sample
from colorfix.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

PROBLEMS = 3
STEP = 1e-6
"""Distance of the differences that judge the gradient, in gains."""

CLOSE = 1e-4
"""Share by which gradient and differences may disagree; both are exact to far less."""


def check(name: str, function: Callable[..., Any], parameters: dict[str, float]) -> None:
    """Try a regularizer on a small scene.

    Raises:
        SettingError: it takes other arguments; raises; returns something else than one finite penalty a
            problem; lets one problem's gains change another's penalty; cannot be differentiated; or changes
            what it was given.
    """
    scene, gains = _scene(), torch.tensor(np.random.default_rng(1).uniform(0.5, 2.0, (PROBLEMS, 3)))

    def broke(what: str) -> SettingError:
        return SettingError(f"the regularizer {name!r} breaks the contract: {what}")

    def measured(x: torch.Tensor) -> torch.Tensor:
        try:
            penalties = function(x, scene, **parameters)
        except Exception as error:  # whatever somebody else's code raises, it is told and nothing goes on
            raise broke(f"it raised {type(error).__name__}: {error}") from error
        if not isinstance(penalties, torch.Tensor) or penalties.shape != (PROBLEMS,):
            got = tuple(getattr(penalties, "shape", ())) or type(penalties).__name__
            raise broke(
                f"for gains of shape ({PROBLEMS}, 3) it returned {got}, not one penalty each, ({PROBLEMS},)"
            )
        if not bool(torch.isfinite(penalties).all()):
            raise broke("it returned a penalty that is NaN or infinite for gains between 0.5 and 2")
        return penalties

    _check_arguments(function, parameters, broke)
    before = scene.mapped(torch.clone)
    x = gains.clone().requires_grad_()
    penalties = measured(x)
    if not penalties.requires_grad:
        raise broke("its penalty does not follow from the gains by torch operations, so it has no gradient")
    (slopes,) = torch.autograd.grad(penalties.sum(), x, retain_graph=True)
    (first,) = torch.autograd.grad(penalties[0], x)
    if not torch.equal(x.detach(), gains) or not _same(scene, before):
        raise broke("it changes the gains or the scene that it is given; make a copy first")
    if bool((first[1:] != 0).any()):
        raise broke("one problem's gains change another's penalty; reduce over the last axis only")
    moved = torch.eye(3, dtype=torch.float64) * STEP
    differences = torch.stack(
        [(measured(gains + d) - measured(gains - d)) / (2 * STEP) for d in moved], dim=1
    )
    if not bool(torch.isclose(slopes, differences, rtol=CLOSE, atol=CLOSE).all()):
        raise broke("its gradient is not the slope of its penalty; is something detached from it?")


def _check_arguments(
    function: Callable[..., Any], parameters: dict[str, float], broke: Callable[[str], SettingError]
) -> None:
    try:
        signature(function).bind(None, None, **parameters)
    except TypeError as error:
        raise broke(f"it must take (gains, scene) and keyword-only numbers: {error}") from error


def _scene() -> Scene:
    """Three photos of noise with three targets of noise, as tensors."""
    generator = np.random.default_rng(0)
    photos = [Statistics(generator.integers(1, 100, (3, 256))) for _ in range(2 * PROBLEMS)]
    grids = generator.integers(10, 240, (PROBLEMS, 8, 8, 4), dtype=np.uint8)
    scene = Scene.of(photos[:PROBLEMS], photos[PROBLEMS:], [Sample(grid) for grid in grids])
    return scene.mapped(torch.as_tensor)


def _same(one: Scene, other: Scene) -> bool:
    """Whether two scenes hold the same numbers."""
    pairs = zip(_tensors(one), _tensors(other), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def _tensors(scene: Scene) -> list[torch.Tensor]:
    return [value for value in vars(scene).values() if isinstance(value, torch.Tensor)]
