"""Charts of a page: the loss curve of a run, and a plane of its landscape, on axes with ticks."""

from __future__ import annotations

import math
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.color.statistics import CHANNELS
from colorfix.photos import display
from colorfix.report.landscape import ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.learning import Optimizer, Trace
    from colorfix.report.landscape import Landscape

_STEPS = (1, 2, 5, 10)
_MAX_TICKS = 6  # ticks at most


@dataclass(frozen=True)
class Axis:
    """A scale from 0 to a length.

    Attributes:
        low, high: values at its ends, ``low < high``.
        length: units from one end to the other.
        log: whether it is logarithmic.
        ticks: position and label of each.
    """

    low: float
    high: float
    length: float
    log: bool
    ticks: tuple[tuple[float, str], ...] = ()

    @classmethod
    def linear(cls, low: float, high: float, length: float) -> Axis:
        """Return an axis of equal differences.

        >>> Axis.linear(0, 100, 50).ticks
        ((0.0, '0'), (10.0, '20'), (20.0, '40'), (30.0, '60'), (40.0, '80'), (50.0, '100'))
        """
        high = high if high > low else low + 1.0
        axis = cls(low, high, length, log=False)
        rough = (high - low) / (_MAX_TICKS - 1)
        unit = 10 ** math.floor(math.log10(rough))
        step = next(unit * s for s in _STEPS if unit * s >= rough * (1 - 1e-9))
        values = [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        return cls(
            low, high, length, log=False, ticks=tuple((axis.clipped_position(v), f"{v:.4g}") for v in values)
        )

    @classmethod
    def logarithmic(cls, low: float, high: float, length: float) -> Axis:
        """Return an axis of equal ratios; 0 < low.

        >>> Axis.logarithmic(1, 100, 50).ticks
        ((0.0, '1'), (25.0, '10'), (50.0, '100'))
        """
        high = high if high > low * 1.01 else low * 1.1
        axis = cls(low, high, length, log=True)
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        decades = [10.0**k for k in range(first, last + 1, max(1, math.ceil((last - first) / _MAX_TICKS)))]
        values = [v for v in decades if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
        if len(values) < 3:  # noqa: PLR2004 - fewer decades say too little
            values = [m * 10.0**k for k in range(first, last + 1) for m in _STEPS[:3]]
            values = [v for v in values if low <= v <= high]
        return cls(
            low,
            high,
            length,
            log=True,
            ticks=tuple((axis.clipped_position(v), f"{v:.3g}") for v in sorted(values)),
        )

    def clipped_position(self, value: float) -> float:
        """Return the position of a value, clipped to the axis."""
        return min(max(self.position(value), 0.0), self.length) if value > self.low else 0.0

    def position(self, value: float) -> float:
        """Return the position of a value, not clipped; the value must be above 0 on a logarithmic axis."""
        if self.log:
            return self.length * math.log(value / self.low) / math.log(self.high / self.low)
        return self.length * (value - self.low) / (self.high - self.low)


WIDTH, HEIGHT = 720.0, 240.0

_DECADES: Final = 1e-6  # lowest height shown, relative to the highest


@dataclass(frozen=True)
class LossCurve:
    """Layout of a run's loss curve.

    Attributes:
        path: SVG path of the losses above the lowest known loss; broken where a loss was not finite.
        climbs: horizontal positions of the start and end of each climbing phase.
        turns: positions of the steps at which the direction changed outside dead ends.
        dead_ends: positions of the steps at which a dead end was entered.
        best: position of the best step.
        best_step, steps: index of the best step, and number of steps.
        across, up: the axes.
    """

    path: str
    climbs: tuple[tuple[float, float], ...]
    turns: tuple[tuple[float, float], ...]
    dead_ends: tuple[tuple[float, float], ...]
    best: tuple[float, float]
    best_step: int
    steps: int
    across: Axis
    up: Axis

    @classmethod
    def of(cls, trace: Trace, optimizer: Optimizer, lowest: float) -> LossCurve:
        """Return the layout of a trace of one problem; ``lowest`` is the lowest polished loss."""
        losses, climbing = trace.losses[:, 0], trace.climbing[:, 0]
        heights = np.maximum(0.0, losses - lowest)
        across = Axis.linear(0, max(1, len(losses) - 1), WIDTH)
        up = _loss_axis(heights)
        dead = ~(losses <= optimizer.gamma) if optimizer.name == "hill-adam" else np.zeros(len(losses), bool)
        entered = np.flatnonzero(dead & ~np.concatenate([[False], dead[:-1]]))
        changed = np.flatnonzero((climbing != np.concatenate([[False], climbing[:-1]])) & ~dead)

        def at(step: int) -> tuple[float, float]:
            return across.clipped_position(step), HEIGHT - up.clipped_position(heights[step]) if np.isfinite(
                heights[step]
            ) else 0.0

        best = int(trace.best_steps[0])
        return cls(
            path=_path([at(step) if np.isfinite(losses[step]) else None for step in range(len(losses))]),
            climbs=tuple(
                (across.clipped_position(first), across.clipped_position(last))
                for first, last in _runs(climbing)
            ),
            turns=tuple(at(int(step)) for step in changed),
            dead_ends=tuple(at(int(step)) for step in entered),
            best=at(best),
            best_step=best,
            steps=len(losses),
            across=across,
            up=up,
        )


def _loss_axis(heights: Floats) -> Axis:
    """Logarithmic axis of the finite heights; linear if none is above 0."""
    finite = heights[np.isfinite(heights)]
    high = float(finite.max(initial=0.0))
    if high == 0.0:
        return Axis.linear(0.0, 1.0, HEIGHT)
    return Axis.logarithmic(max(float(finite.min()), high * _DECADES), high, HEIGHT)


def _runs(climbing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First step and the step after the last of each climbing phase, within the trace."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], climbing, [False]]).astype(int)))
    last = len(climbing) - 1
    return [(int(first), min(int(end), last)) for first, end in edges.reshape(-1, 2)]


def _path(places: list[tuple[float, float] | None]) -> str:
    pieces, pen = [], "M"
    for place in places:
        if place is not None:
            pieces.append(f"{pen}{place[0]:.1f},{place[1]:.1f}")
        pen = "M" if place is None else "L"
    return "".join(pieces)


SIDE: Final = 480.0
_PIXELS_PER_LOSS = 5  # pixels per measured loss
# perceptually ordered from dark to light, readable with any color vision
_COLOR_MAP = np.array(
    [(24, 28, 66), (44, 78, 126), (60, 128, 140), (120, 174, 140), (196, 212, 156), (246, 240, 214)]
)
_NOT_FINITE = np.array((236, 236, 236), np.uint8)  # no finite loss


@dataclass(frozen=True)
class LossPlane:
    """Layout of a landscape.

    Attributes:
        picture: bands of equal loss, PNG, as a data URI; low is dark.
        path: SVG path of the gains; it may leave the axes, which clip it.
        start: position of the path's first gains.
        minima: position and rank of each minimum, 1 the lowest.
        across, up: the axes.
        names: channels across, up and fixed.
        fixed_gain: gain of the fixed channel.
    """

    picture: str
    path: str
    start: tuple[float, float]
    minima: tuple[tuple[float, float, int], ...]
    across: Axis
    up: Axis
    names: tuple[str, str, str]
    fixed_gain: float

    @classmethod
    def of(cls, landscape: Landscape) -> LossPlane:
        """Return the layout of a landscape and its first path."""
        across, up = _axis(landscape.across), _axis(landscape.up)
        a, b = landscape.channels

        def at(gains: Floats | tuple[float, ...]) -> tuple[float, float]:
            return across.position(float(gains[a])), SIDE - up.position(float(gains[b]))

        path = next(iter(landscape.paths.values()))
        picture = display.small_png_of(_bands(landscape))
        return cls(
            picture=f"data:image/png;base64,{b64encode(picture).decode()}",
            path="M" + "L".join("{:.1f},{:.1f}".format(*at(gains)) for gains in path) if len(path) else "",
            start=at(path[0]) if len(path) else at((1.0, 1.0, 1.0)),
            minima=tuple((*at(m.gains), number) for number, m in enumerate(landscape.minima, 1)),
            across=across,
            up=up,
            names=(CHANNELS[a], CHANNELS[b], CHANNELS[landscape.fixed_channel]),
            fixed_gain=landscape.fixed_gain,
        )


def _axis(gains: Floats) -> Axis:
    """Logarithmic axis with ticks at round gains."""
    axis = Axis(float(gains[0]), float(gains[-1]), SIDE, log=True)
    named = tuple((axis.position(gain), f"{gain:g}") for gain in ticks(axis.low, axis.high))
    return replace(axis, ticks=named)


def _bands(landscape: Landscape) -> NDArray[np.uint8]:
    """Picture with a color for each band between levels, lowest gain at the bottom, shape (H, W, 3)."""
    losses = _interpolated(_interpolated(landscape.losses).T).T
    levels = landscape.levels()
    band = np.searchsorted(levels, losses)
    places = np.linspace(0, len(_COLOR_MAP) - 1, len(levels) + 1)
    known = np.arange(len(_COLOR_MAP))
    inks = np.stack([np.interp(places, known, _COLOR_MAP[:, c]) for c in range(3)], axis=-1)
    colors = np.rint(inks).astype(np.uint8)[np.minimum(band, len(levels))]
    return np.where(np.isfinite(losses)[..., None], colors, _NOT_FINITE)[::-1]


def _interpolated(losses: Floats) -> Floats:
    """Losses interpolated linearly between rows."""
    count = len(losses)
    places = np.linspace(0, count - 1, count * _PIXELS_PER_LOSS)
    below = np.minimum(places.astype(int), max(0, count - 2))
    share = (places - below)[:, None]
    above = np.minimum(below + 1, count - 1)
    interpolated: Floats = losses[below] * (1 - share) + losses[above] * share
    return interpolated
