"""Landscape drawn with matplotlib: contours, minima and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.color.statistics import CHANNELS
from colorfix.report.landscape import ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from colorfix.color.statistics import Floats
    from colorfix.report.landscape import Landscape

PATHS: Final = (("black", 3.6), ("#E69F00", 1.4))
"""Color and width (points) of each path, distinct for any color vision (Okabe & Ito 2008); where two
coincide, the broad dark path shows on both sides of the light one."""


def picture(landscape: Landscape, title: str, space: str) -> Figure:
    """Draw a landscape.

    Args:
        landscape: to draw.
        title: one line.
        space: of the gains, for the axis labels: ``"linear light"``.

    Returns:
        A matplotlib figure, 960 by 768 pixels as a PNG.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 8), dpi=96, layout="constrained")
    axes = figure.subplots()
    _contours(axes, landscape)
    for (name, gains), look in zip(landscape.paths.items(), PATHS, strict=False):
        _path(axes, name, gains[:, landscape.channels], look, ends=not landscape.beyond(gains)[-1])
    _markers(axes, landscape)
    _axes_scales(axes, landscape, space)
    axes.set_title(f"{title}\n{caption(landscape)}", loc="left", fontsize=10)
    figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=9)
    return figure


def caption(landscape: Landscape) -> str:
    """Return a line about the plane's fixed gain, and a line about each path that leaves the axes.

    >>> from colorfix.report.landscape import Landscape
    >>> axis = np.geomspace(0.5, 2, 4)
    >>> path = {"Adam": np.array([[1, 1, 1], [9, 1, 1], [1, 1, 1], [1, 1, 0.1]])}
    >>> print(caption(Landscape((0, 2), axis, axis, np.ones((4, 4)), 1.25, (), path)))
    green gain held at 1.25, its best
    Adam is beyond the edges for 2 of 4 steps, and ends there
    """
    lines = [f"{CHANNELS[landscape.fixed_channel]} gain held at {landscape.fixed_gain:.3g}, its best"]
    for name, gains in landscape.paths.items():
        beyond = landscape.beyond(gains)
        if beyond.any():
            end = "and ends there" if beyond[-1] else "and comes back"
            lines.append(f"{name} is beyond the edges for {beyond.sum()} of {len(gains)} steps, {end}")
    return "\n".join(lines)


def _contours(axes: Axes, landscape: Landscape) -> None:
    """Draw the loss as filled contours, low is dark, with a color bar."""
    from matplotlib.colors import BoundaryNorm

    axes.set_facecolor("0.85")  # where the loss is not finite
    levels = landscape.levels()
    if not len(levels):
        return
    where = landscape.across, landscape.up, np.ma.masked_invalid(landscape.losses)
    steps = BoundaryNorm(levels, 256, extend="both")
    filled = axes.contourf(*where, levels=levels, cmap="Blues_r", norm=steps, extend="both")
    axes.contour(*where, levels=levels, colors="white", linewidths=0.5, alpha=0.5)
    bar = axes.figure.colorbar(filled, ax=axes, label="loss", ticks=levels[::2], format="{x:.4g}")
    bar.ax.minorticks_off()


def _path(axes: Axes, name: str, gains: Floats, look: tuple[str, float], *, ends: bool) -> None:
    """Draw a path with a light outline, and a square at its end if that is within the axes."""
    from matplotlib.patheffects import Normal, Stroke

    color, width = look
    edge = [Stroke(linewidth=width + 1.2, foreground="white", alpha=0.8), Normal()]
    axes.plot(*gains.T, color=color, linewidth=width, label=name, path_effects=edge, solid_joinstyle="round")
    if ends:
        axes.plot(*gains[-1], "s", color="none", markeredgecolor=color, markeredgewidth=2, markersize=17,
                  zorder=7, label=f"where {name} ends")  # fmt: skip


def _markers(axes: Axes, landscape: Landscape) -> None:
    """Draw no change as a dot, the lowest minimum as a star, the others as diamonds."""
    across, up = landscape.channels
    axes.plot(1, 1, "o", color="white", markeredgecolor="black", markersize=8, zorder=5,
              label="no change, the start")  # fmt: skip
    for rank, minimum in enumerate(landscape.minima, 1):
        place = minimum.gains[across], minimum.gains[up]
        best = rank == 1
        label = {1: "lowest minimum", 2: "other minima"}.get(rank)
        axes.plot(*place, "*" if best else "D", color="#F0E442", markeredgecolor="black",
                  markersize=16 if best else 8, label=label, zorder=6)  # fmt: skip
        side, align = ((-11, 6), "right") if place[0] < 1 else ((11, 6), "left")  # away from the start
        axes.annotate(
            f"{minimum.loss:.4g}", place, side, textcoords="offset points", ha=align, fontsize=9, zorder=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        )  # fmt: skip


def _axes_scales(axes: Axes, landscape: Landscape, space: str) -> None:
    """Set logarithmic axes with equal scales."""
    for axis, name, gains in (
        ("x", landscape.channels[0], landscape.across),
        ("y", landscape.channels[1], landscape.up),
    ):
        named = ticks(gains[0], gains[-1])
        axes.set(
            **{
                f"{axis}scale": "log",
                f"{axis}lim": (gains[0], gains[-1]),
                f"{axis}label": f"gain of {CHANNELS[name]} (factor, {space})",
            }
        )
        axes.set(**{f"{axis}ticks": named, f"{axis}ticklabels": [f"{tick:g}" for tick in named]})
    axes.minorticks_off()
    axes.set_aspect("equal")
