"""Figures 4, 5 and 6: losses over steps, and what the gains do to photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.statistics import tables_of
from colorfix.experiments.contenders import GAMMAS, hill_adam

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from PIL.Image import Image

    from colorfix.color.statistics import Floats
    from colorfix.experiments.pairs import Pair
    from colorfix.experiments.result import Drawing
    from colorfix.learning import Minimum

HEADROOM = 4.0
"""Losses above the highest minimum that are not shown, in shares of the distance between minima."""

SMALL = (320, 240)
"""Pixels of a picture at the most: a figure shows colours, not detail."""

TRAJECTORIES = ((2534, 200), (100, 500))
"""Seed and steps of the left and the right half of Figure 4."""

SHOWN = ("Adam", "RMSprop", "NAdam", hill_adam(GAMMAS[0]))
"""Who is in Figure 4; the first and the last colour the photos of Figures 5 and 6."""

PICTURES = 3
"""Pairs in Figures 5 and 6."""


def drawings(
    pairs: Sequence[Pair],
    seeds: Sequence[int],
    curves: Mapping[str, Floats],
    ends: Mapping[tuple[str, str], tuple[Floats, Floats]],
    minima: Sequence[Minimum],
) -> dict[str, Drawing]:
    """Return Figure 4, of the means, and Figures 5 and 6, of the first pairs of photos.

    Args:
        pairs: the means, then photos.
        seeds: of the networks.
        curves: losses on the means by who made them, shape [T, P].
        ends: last and best gains of the first seed, shape (3,), by pair and by who found them. Adam's picture
            has the last, at which it converged, as in the paper; Hill-ADAM's has the best, which it keeps.
        minima: of the means, lowest first.
    """
    halves = {
        f"seed {seed}, steps 0 to {steps}": {
            label: curves[label][: steps + 1, seeds.index(seed)] for label in SHOWN
        }
        for seed, steps in TRAJECTORIES
        if seed in seeds
    }
    figures = {"figure-4.svg": trajectories(halves, [minimum.loss for minimum in minima])}
    rows = [
        (pair, {SHOWN[0]: ends[pair.name, SHOWN[0]][0], SHOWN[-1]: ends[pair.name, SHOWN[-1]][1]})
        for pair in pairs[1 : 1 + PICTURES]
    ]
    return figures | ({"figures-5-and-6.png": pictures(rows)} if rows else {})


def trajectories(halves: Mapping[str, Mapping[str, Floats]], minima: Sequence[float]) -> Drawing:
    """Return what draws losses over steps, one half beside the other.

    Args:
        halves: by title, the losses of everybody by name, shape [T].
        minima: losses of the minima, lowest first: each a line, the global one green.
    """

    def draw() -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3.6), layout="constrained")
        axes = figure.subplots(1, max(1, len(halves)), sharey=True, squeeze=False)[0]
        for half, (title, losses) in zip(axes, halves.items(), strict=False):
            for label, curve in losses.items():
                half.plot(curve, linewidth=1, label=label)
            for place, minimum in enumerate(minima):
                half.axhline(minimum, color="0.7" if place else "green", linewidth=0.8)
            half.set_title(title)
            half.set_xlabel("step")
        room = HEADROOM * (max(minima) - min(minima) or 1.0)
        axes[0].set_ylim(min(minima) - 0.1 * room, max(minima) + room)
        axes[0].set_ylabel("loss")
        if halves:
            axes[-1].legend()
        return figure

    return draw


def pictures(rows: Sequence[tuple[Pair, Mapping[str, Floats]]]) -> Drawing:
    """Return what draws, a row a pair, the source, the target, and the source under everybody's gains.

    Args:
        rows: a pair with photos, and gains, shape (3,), by who found them.
    """

    def draw() -> Figure:
        from matplotlib.figure import Figure

        columns = 2 + len(rows[0][1])
        figure = Figure(figsize=(2.4 * columns, 1.9 * len(rows)), layout="constrained", dpi=80)
        axes = figure.subplots(len(rows), columns, squeeze=False)
        for line, (pair, gains) in zip(axes, rows, strict=True):
            for half, (title, picture) in zip(line, _row(pair, gains).items(), strict=True):
                half.imshow(np.asarray(picture))
                half.set_title(title, fontsize="small")
                half.set_axis_off()
        return figure

    return draw


def _row(pair: Pair, gains: Mapping[str, Floats]) -> dict[str, Image]:
    if pair.source is None or pair.target is None:
        raise ValueError(f"{pair.name} has no photos")
    shown = {f"{pair.name}: source": pair.source.image, "target": pair.target.image}
    for label, found in gains.items():
        shown[label] = photos.apply(pair.source, tables_of(np.maximum(found, 0.0)))
    return {title: _small(picture) for title, picture in shown.items()}


def _small(picture: Image) -> Image:
    small = picture.convert("RGB")
    small.thumbnail(SMALL)
    return small
