"""Experiment 2 as tables and figures: Table 2, the gaps over all pairs, and Figures 4, 5 and 6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.color.statistics import tables_of
from colorfix.experiments.contenders import GAMMAS, hill_adam
from colorfix.experiments.photo_pairs import MEANS
from colorfix.experiments.result import Table
from colorfix.photos.pixels.gains import mapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from PIL.Image import Image

    from colorfix.color.statistics import Floats
    from colorfix.experiments.photo_pairs import Pair
    from colorfix.experiments.result import Drawing
    from colorfix.learning import Minimum

HEADROOM = 4.0
"""Losses above the highest minimum that are not shown, in shares of the distance between minima."""

SMALL = (320, 240)
"""Pixels of a picture at the most: a figure shows colors, not detail."""

TRAJECTORIES = ((2534, 200), (100, 500))
"""Seed and steps of the left and the right half of Figure 4."""

SHOWN = ("Adam", "RMSprop", "NAdam", hill_adam(GAMMAS[0]))
"""Optimizers of Figure 4; the first and the last correct the photos of Figures 5 and 6."""

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
    pictures = {f"{pair.name}: source": pair.source.image, "target": pair.target.image}
    for label, found in gains.items():
        pictures[label] = mapped(pair.source.image, tables_of(np.maximum(found, 0.0)))
    return {title: _small(picture) for title, picture in pictures.items()}


def _small(picture: Image) -> Image:
    small = picture.convert("RGB")
    small.thumbnail(SMALL)
    return small


PAPER = {
    "Adam": (2.9471, 2.9471, 2.9471, 2.9471),
    "RMSprop": (2.6051, 2.5917, 3.6865, 2.6482),
    "NAdam": (2.5308, 2.5310, 2.5321, 2.5372),
    "Hill-ADAM, γ 200": (2.5305, 2.5307, 2.5306, 2.5697),
}
"""Table 2 of the paper, by seed; its photos, and so its minima, are not published."""

NEAR = (1e-4, 1e-3, 1e-2)
"""Gaps to the global minimum below which runs are counted, in units of the loss."""


def tables(records: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> tuple[Table, ...]:
    """Return Table 2, and with photos a table of all gaps and one of every pair."""
    photos = [record for record in records if record["pair"] != MEANS.name]
    return (_table_2(records, seeds), *((_gaps(photos), _by_pair(photos)) if photos else ()))


def _table_2(records: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> Table:
    rows = []
    for record in records:
        if record["pair"] == MEANS.name:
            label = record["contender"]
            if label in PAPER:
                figures = PAPER[label][: len(seeds)]
                rows.append((f"paper: {label.partition(',')[0]}", *(f"{loss:.4f}" for loss in figures)))
            finals = np.array(record["final"], dtype=np.float64)  # None, from JSON, becomes NaN
            both = zip(record["best"], finals, strict=True)
            rows.append((label, *(f"{best:.4f} ({_end(final)})" for best, final in both)))
    goal = records[0]["global_minimum"]
    return Table(
        f"Table 2: lowest loss (loss at the end); on the means, whose certified global minimum is {goal:.4f}",
        ("", *(f"seed {seed}" for seed in seeds)),
        tuple(rows),
    )


def _end(loss: float) -> str:
    return f"end {loss:.4f}" if np.isfinite(loss) else "diverged"


def _gaps(records: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for label in dict.fromkeys(record["contender"] for record in records):
        gaps = np.concatenate([record["gap"] for record in records if record["contender"] == label])
        counts = [f"{int((gaps < near).sum())}/{len(gaps)}" for near in NEAR]
        rows.append((label, *counts, f"{np.median(gaps):.1e}", f"{gaps.max():.1e}"))
    return Table(
        "All photos: runs by the gap of their lowest loss to the certified global minimum",
        ("", *(f"below {near:g}" for near in NEAR), "median gap", "largest gap"),
        tuple(rows),
    )


def _by_pair(records: Sequence[Mapping[str, Any]]) -> Table:
    labels = [label for label in dict.fromkeys(record["contender"] for record in records) if label in PAPER]
    rows = []
    for pair in dict.fromkeys(record["pair"] for record in records):
        of_pair = {record["contender"]: record for record in records if record["pair"] == pair}
        gaps = [f"{np.median(of_pair[label]['gap']):.1e}" for label in labels]
        rows.append((pair, f"{of_pair[labels[0]]['global_minimum']:.4f}", *gaps))
    return Table("Each pair: median gap over the seeds", ("", "global minimum", *labels), tuple(rows))
