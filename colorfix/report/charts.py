"""The loss, step by step: phases, turns, dead ends and the best.

A slice of the loss landscape, with minima and the path over it.

An axis: where a value lies, and which values are written beside it.
"""

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
_FEW = 6  # labels at the most


@dataclass(frozen=True)
class Axis:
    """A scale from 0 to a length.

    Attributes:
        low, high: the values at its ends, ``low < high``.
        length: units from one end to the other.
        log: whether it is logarithmic.
        ticks: place and text of each label.
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
        rough = (high - low) / (_FEW - 1)
        unit = 10 ** math.floor(math.log10(rough))
        step = next(unit * s for s in _STEPS if unit * s >= rough * (1 - 1e-9))
        values = [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        return cls(low, high, length, log=False, ticks=tuple((axis.at(v), f"{v:.4g}") for v in values))

    @classmethod
    def logarithmic(cls, low: float, high: float, length: float) -> Axis:
        """Return an axis of equal ratios; 0 < low.

        >>> Axis.logarithmic(1, 100, 50).ticks
        ((0.0, '1'), (25.0, '10'), (50.0, '100'))
        """
        high = high if high > low * 1.01 else low * 1.1
        axis = cls(low, high, length, log=True)
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        decades = [10.0**k for k in range(first, last + 1, max(1, math.ceil((last - first) / _FEW)))]
        values = [v for v in decades if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
        if len(values) < 3:  # noqa: PLR2004 - fewer decades say too little
            values = [m * 10.0**k for k in range(first, last + 1) for m in _STEPS[:3]]
            values = [v for v in values if low <= v <= high]
        return cls(low, high, length, log=True, ticks=tuple((axis.at(v), f"{v:.3g}") for v in sorted(values)))

    def at(self, value: float) -> float:
        """Return the place of a value; what lies beyond the ends lies on them."""
        return min(max(self.place(value), 0.0), self.length) if value > self.low else 0.0

    def place(self, value: float) -> float:
        """Return the place of a value, beyond the ends too; above 0 where the axis is logarithmic."""
        if self.log:
            return self.length * math.log(value / self.low) / math.log(self.high / self.low)
        return self.length * (value - self.low) / (self.high - self.low)


WIDTH, HEIGHT = 720.0, 240.0

_DECADES: Final = 1e-6  # of the highest: what is lower lies on the ground


@dataclass(frozen=True)
class LossCurve:
    """The loss curve of a run, laid out.

    Attributes:
        path: of how far the losses lie above the lowest known, as an SVG path; broken where a loss was not
            finite.
        climbs: first step and the step after the last of each climbing phase, as places across.
        turns: places of the steps at which the direction changed outside dead ends.
        dead_ends: places of the steps at which a dead end was entered.
        best: place of the best step.
        best_step, steps: which that is, and how many there were.
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
        """Lay out a trace of one problem; ``lowest`` is the lowest loss known, polished."""
        losses, climbing = trace.losses[:, 0], trace.climbing[:, 0]
        heights = np.maximum(0.0, losses - lowest)
        across = Axis.linear(0, max(1, len(losses) - 1), WIDTH)
        up = _upwards(heights)
        dead = ~(losses <= optimizer.gamma) if optimizer.name == "hill-adam" else np.zeros(len(losses), bool)
        entered = np.flatnonzero(dead & ~np.concatenate([[False], dead[:-1]]))
        changed = np.flatnonzero((climbing != np.concatenate([[False], climbing[:-1]])) & ~dead)

        def at(step: int) -> tuple[float, float]:
            return across.at(step), HEIGHT - up.at(heights[step]) if np.isfinite(heights[step]) else 0.0

        best = int(trace.best_steps[0])
        return cls(
            path=_path([at(step) if np.isfinite(losses[step]) else None for step in range(len(losses))]),
            climbs=tuple((across.at(first), across.at(last)) for first, last in _runs(climbing)),
            turns=tuple(at(int(step)) for step in changed),
            dead_ends=tuple(at(int(step)) for step in entered),
            best=at(best),
            best_step=best,
            steps=len(losses),
            across=across,
            up=up,
        )


def _upwards(heights: Floats) -> Axis:
    """A logarithmic axis of the finite heights; linear where there are none above 0."""
    finite = heights[np.isfinite(heights)]
    high = float(finite.max(initial=0.0))
    if high == 0.0:
        return Axis.linear(0.0, 1.0, HEIGHT)
    return Axis.logarithmic(max(float(finite.min()), high * _DECADES), high, HEIGHT)


def _runs(climbing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First step and the last step's successor of each run of climbing ones, within the trace."""
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
_FINER = 5  # pixels for each measured loss
# dark to light, as the eye takes lightness: stations of a scale that all colour-blind people can follow
_STATIONS = np.array(
    [(24, 28, 66), (44, 78, 126), (60, 128, 140), (120, 174, 140), (196, 212, 156), (246, 240, 214)]
)
_BEYOND = np.array((236, 236, 236), np.uint8)  # no finite loss


@dataclass(frozen=True)
class LossPlane:
    """A landscape, laid out.

    Attributes:
        picture: bands of equal loss, PNG, as a data URI; low is dark.
        path: of the gains, as an SVG path; it may leave the axes, which clip it.
        start: place of the path's first gains.
        minima: place and number of each minimum, 1 the lowest.
        across, up: the axes.
        names: the channels across, up and held.
        third: the gain that is held.
    """

    picture: str
    path: str
    start: tuple[float, float]
    minima: tuple[tuple[float, float, int], ...]
    across: Axis
    up: Axis
    names: tuple[str, str, str]
    third: float

    @classmethod
    def of(cls, landscape: Landscape) -> LossPlane:
        """Lay out a landscape with the path that went over it."""
        across, up = _axis(landscape.across), _axis(landscape.up)
        a, b = landscape.channels

        def at(gains: Floats | tuple[float, ...]) -> tuple[float, float]:
            return across.place(float(gains[a])), SIDE - up.place(float(gains[b]))

        walked = next(iter(landscape.paths.values()))
        picture = display.small_png_of(_bands(landscape))
        return cls(
            picture=f"data:image/png;base64,{b64encode(picture).decode()}",
            path="M" + "L".join("{:.1f},{:.1f}".format(*at(gains)) for gains in walked)
            if len(walked)
            else "",
            start=at(walked[0]) if len(walked) else at((1.0, 1.0, 1.0)),
            minima=tuple((*at(m.gains), number) for number, m in enumerate(landscape.minima, 1)),
            across=across,
            up=up,
            names=(CHANNELS[a], CHANNELS[b], CHANNELS[landscape.fixed_channel]),
            third=landscape.fixed_gain,
        )


def _axis(gains: Floats) -> Axis:
    """A logarithmic axis that names round gains."""
    axis = Axis(float(gains[0]), float(gains[-1]), SIDE, log=True)
    named = tuple((axis.place(gain), f"{gain:g}") for gain in ticks(axis.low, axis.high))
    return replace(axis, ticks=named)


def _bands(landscape: Landscape) -> NDArray[np.uint8]:
    """A colour for each band between two levels, the lowest gain at the bottom, shape (H, W, 3)."""
    losses = _finer(_finer(landscape.losses).T).T
    levels = landscape.levels()
    band = np.searchsorted(levels, losses)
    places = np.linspace(0, len(_STATIONS) - 1, len(levels) + 1)
    known = np.arange(len(_STATIONS))
    inks = np.stack([np.interp(places, known, _STATIONS[:, c]) for c in range(3)], axis=-1)
    colours = np.rint(inks).astype(np.uint8)[np.minimum(band, len(levels))]
    return np.where(np.isfinite(losses)[..., None], colours, _BEYOND)[::-1]


def _finer(losses: Floats) -> Floats:
    """Rows of losses with straight lines between them."""
    count = len(losses)
    places = np.linspace(0, count - 1, count * _FINER)
    below = np.minimum(places.astype(int), max(0, count - 2))
    share = (places - below)[:, None]
    above = np.minimum(below + 1, count - 1)
    finer: Floats = losses[below] * (1 - share) + losses[above] * share
    return finer
