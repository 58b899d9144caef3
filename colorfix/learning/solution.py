"""Solve: choose a device, learn, keep the best, polish it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorfix.learning.gradient import record
from colorfix.learning.loop import EarlyStopping, learn, torch_needed
from colorfix.learning.minima import APART, Minimum, distinct, polish
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.options import choose_device
from colorfix.photos.gpu_pixels import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.color.statistics import Floats
    from colorfix.core.defaults import DeviceName
    from colorfix.learning.network import Network
    from colorfix.learning.objective import Objective
    from colorfix.learning.options import Device, Optimizer
    from colorfix.learning.trace import Trace


class Solution(NamedTuple):
    """The gains that learning found for P problems.

    Attributes:
        gains: the polished best, shape [P, 3].
        losses: at those gains, shape [P].
        trace: record of the run.
        first: index of the first of these problems in the trace.
    """

    gains: Floats
    losses: Floats
    trace: Trace
    first: int = 0

    def best_in(self, minimum: Minimum) -> int:
        """Return the problem with the lowest loss of those that ended in a minimum, or of all if none did."""
        apart = np.abs(np.log(self.gains / np.array(minimum.gains))).max(-1)
        losses = np.where(np.isfinite(self.losses), self.losses, np.inf)
        return int(np.lexsort((losses, apart >= APART))[0])

    @property
    def minima(self) -> tuple[Minimum, ...]:
        """The distinct minima in which these problems, the starts of one photo, ended; lowest first."""
        found = zip(self.gains.tolist(), self.losses.tolist(), strict=True)
        return distinct([Minimum(tuple(gains), loss) for gains, loss in found if np.isfinite(loss)])

    def among(self, rows: slice) -> Solution:
        """Return the solution of some problems, such as the starts of one photo, with the whole trace."""
        return Solution(self.gains[rows], self.losses[rows], self.trace, rows.start)

    def of(self, problem: int) -> Solution:
        """Return the solution of one problem, as a batch of one."""
        one = slice(problem, problem + 1)
        return Solution(self.gains[one], self.losses[one], self.trace.of(self.first + problem))


def solve(
    objective: Objective,
    model: FreeGains | Network,
    optimizer: Optimizer,
    steps: int,
    *,
    device: Device,
    patience: int | None = None,
) -> Solution:
    """Learn, then polish the best gains to the bottom of their basin, within the gains' limits.

    All runs that end in one basin end at the same point of it, whichever step δ stopped them at.

    Args:
        objective: losses of P problems; its scene's arrays are NumPy's.
        model: produces the gains.
        optimizer: its name and settings.
        steps: how often the losses are measured.
        device: where to learn; polishing runs on NumPy.
        patience: steps without a new best, lower by δ, after which a problem ends; None for never.
    """
    stopping = None if patience is None else EarlyStopping(patience, optimizer.delta)
    gradient = record(objective, model, model.parameters()) if isinstance(model, FreeGains) else None
    trace = learn(objective, model, optimizer, steps, device=device, stopping=stopping, gradient=gradient)
    limits = limits_in(float(objective.scene.exponent[0]))
    free = model if isinstance(model, FreeGains) else FreeGains(np.ones((len(trace.turns), 3)), limits)
    measured = np.isfinite(trace.best_losses)[:, None]
    angles = free.angles(np.where(measured, trace.best_points, 1.0))
    gradient = gradient or record(objective, free, angles)
    angles = polish(lambda points, rows: gradient.take(rows)(points), angles)
    gains = free.gains(angles)
    return Solution(gains, objective(gains), trace)


def solve_with_fallback(
    objective: Objective,
    make_model: Callable[[], FreeGains | Network],
    optimizer: Optimizer,
    steps: int,
    *,
    device: DeviceName,
    patience: int | None = None,
) -> tuple[Solution, Device, tuple[str, ...]]:
    """Choose a device and :func:`solve` on it; if a GPU runs out of memory, solve on the CPU.

    Args:
        objective: as for :func:`solve`.
        make_model: returns an untrained model; called once for each device that is tried.
        optimizer: as for :func:`solve`.
        steps: as for :func:`solve`.
        device: as the user named it.
        patience: as for :func:`solve`.

    Returns:
        The solution, the device that it was learned on, and warnings, a sentence each.

    Raises:
        SettingError: the device is not there.
    """
    model = make_model()
    choose = partial(
        choose_device,
        problems=len(objective.scene.source_means),
        torch_needed=torch_needed(model, optimizer),
    )
    chosen = choose(device)
    try:
        return solve(objective, model, optimizer, steps, device=chosen, patience=patience), chosen, ()
    except RuntimeError as error:
        if chosen.name == "cpu" or not is_out_of_memory(error):
            raise
    cpu = choose("cpu")
    solution = solve(objective, make_model(), optimizer, steps, device=cpu, patience=patience)
    return solution, cpu, ("learned on the CPU, as the GPU is out of memory",)
