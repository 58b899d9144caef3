"""A slice of the loss landscape, with minima and the path over it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix import photos
from colorfix.color.statistics import CHANNELS
from colorfix.landscape import ticks
from colorfix.report.page.axis import Axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.landscape import Landscape

SIDE: Final = 480.0
_FINER = 5  # pixels for each measured loss
# dark to light, as the eye takes lightness: stations of a scale that all colour-blind people can follow
_STATIONS = np.array(
    [(24, 28, 66), (44, 78, 126), (60, 128, 140), (120, 174, 140), (196, 212, 156), (246, 240, 214)]
)
_BEYOND = np.array((236, 236, 236), np.uint8)  # no finite loss


@dataclass(frozen=True)
class Plane:
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
    def of(cls, landscape: Landscape) -> Plane:
        """Lay out a landscape with the path that went over it."""
        across, up = _axis(landscape.across), _axis(landscape.up)
        a, b = landscape.channels

        def at(gains: Floats | tuple[float, ...]) -> tuple[float, float]:
            return across.place(float(gains[a])), SIDE - up.place(float(gains[b]))

        walked = next(iter(landscape.paths.values()))
        picture = photos.small_png_of(_bands(landscape))
        return cls(
            picture=f"data:image/png;base64,{b64encode(picture).decode()}",
            path="M" + "L".join("{:.1f},{:.1f}".format(*at(gains)) for gains in walked)
            if len(walked)
            else "",
            start=at(walked[0]) if len(walked) else at((1.0, 1.0, 1.0)),
            minima=tuple((*at(m.gains), number) for number, m in enumerate(landscape.minima, 1)),
            across=across,
            up=up,
            names=(CHANNELS[a], CHANNELS[b], CHANNELS[landscape.held]),
            third=landscape.third,
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
