"""Experiment 1 as tables and figures: Table 1 beside the paper's, one table a setting, Figures 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from colorfix.experiments.contenders import GAMMAS, hill_adam
from colorfix.experiments.polynomial_losses import POLYNOMIALS
from colorfix.experiments.result import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from colorfix.color.statistics import Floats
    from colorfix.experiments.polynomial_losses import Extremum, Polynomial
    from colorfix.experiments.result import Drawing
    from colorfix.learning import Trace

PAPER = {
    "p2": ("4.000", "4.0000"),
    "p6": ("4.4237", "3.3475"),
    "p8": ("−0.4837", "−10.4340"),
    "p10": ("−0.5425", "−1.3811"),
    "p4": ("0.3125", "0.3125"),
}
"""Table 1 of the paper: Adam and Hill-ADAM."""

LIKELY = ("identity", "glorot")
"""The activation and initialization whose results are nearest to the paper's, which states neither."""

HUGE = 1000.0
"""Losses from which four decimal places show no difference."""


def tables(records: Sequence[Mapping[str, Any]]) -> tuple[Table, ...]:
    """Return the losses, Table 1, all settings together, and a table for each of them."""
    settings = list(dict.fromkeys((record["activation"], record["initialisation"]) for record in records))
    return (
        LOSSES,
        table_1(records),
        _summary(records),
        *(_table_of(records, *setting) for setting in settings),
    )


def table_1(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return the paper's table with ours beside it: mean of the minima, and seeds at the global one."""
    ours = ("Adam", *(hill_adam(gamma) for gamma in GAMMAS))
    rows = []
    for polynomial in POLYNOMIALS:
        theirs = PAPER[polynomial.name]
        cells = [_cell(_record(records, (label, *LIKELY, polynomial.name)), hits=False) for label in ours]
        goal = signed(polynomial.lowest.loss)
        rows.append((polynomial.name, goal, theirs[0], cells[0], theirs[1], *cells[1:]))
    columns = ("", "global minimum", "paper: Adam", "ours", "paper: Hill-ADAM")
    return Table(
        "Table 1: mean of the minima (seeds at the global one); no activations, Glorot's initialization",
        (*columns, *(f"ours, γ {gamma:g}" for gamma in GAMMAS)),
        tuple(rows),
    )


def _summary(records: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for label in dict.fromkeys(record["contender"] for record in records):
        hits = {p.name: [_hits(r) for r in records if (r["contender"], r["polynomial"]) == (label, p.name)]
                for p in POLYNOMIALS}  # fmt: skip
        cells = [cell for column in hits.values() for cell in column]
        full = sum(reached == seeds for reached, seeds in cells)
        shares = [_share(column) for column in (*hits.values(), cells)]
        rows.append((label, *shares, f"{full}/{len(cells)}"))
    return Table(
        "All activations and initializations: seeds at the global minimum, and cells where all of them are",
        ("", *(polynomial.name for polynomial in POLYNOMIALS), "seeds", "cells"),
        tuple(rows),
    )


def _hits(record: Mapping[str, Any]) -> tuple[int, int]:
    """How many seeds reached the global minimum, of how many."""
    return sum(step is not None for step in record["first_hit"]), len(record["first_hit"])


def _share(cells: Sequence[tuple[int, int]]) -> str:
    reached, seeds = (sum(part) for part in zip(*cells, strict=True))
    return f"{reached}/{seeds}"


def _table_of(records: Sequence[Mapping[str, Any]], activation: str, initialization: str) -> Table:
    labels = list(dict.fromkeys(record["contender"] for record in records))
    rows = [
        (label, *(_cell(_record(records, (label, activation, initialization, p.name))) for p in POLYNOMIALS))
        for label in labels
    ]
    return Table(
        f"{activation}, {initialization}: mean of the minima (seeds at the global one; "
        "median step of the first hit)",
        ("", *(f"{p.name}: {signed(p.lowest.loss)}" for p in POLYNOMIALS)),
        tuple(rows),
    )


def _record(records: Sequence[Mapping[str, Any]], wanted: tuple[str, ...]) -> Mapping[str, Any]:
    """Find the record of a contender, activation, initialization and polynomial."""
    names = ("contender", "activation", "initialisation", "polynomial")
    return next(record for record in records if tuple(record[name] for name in names) == wanted)


def _cell(record: Mapping[str, Any], *, hits: bool = True) -> str:
    steps = [step for step in record["first_hit"] if step is not None]
    share = _share([_hits(record)])
    when = f"; {median(steps):.0f}" if hits and steps else ""
    return f"{signed(float(np.mean(record['best'])))} ({share}{when})"


def signed(figure: float) -> str:
    """Return a loss as the tables have it: four places, or fewer digits where it is huge.

    >>> signed(-0.30039), signed(87537.2)
    ('−0.3004', '8.8e+04')
    """
    return (f"{figure:.4f}" if abs(figure) < HUGE else f"{figure:.1e}").replace("-", "−")


def _extrema(extrema: Sequence[Extremum]) -> str:
    """Each as x: loss."""
    return ", ".join(f"{signed(e.x)}: {signed(e.loss)}" for e in extrema) or "none"


LOSSES = Table(
    "The losses; x: loss of their minima and of the barriers between them, from the exact roots of f'",
    ("", "f(x)", "minima", "barriers"),
    tuple((p.name, p.text, _extrema(p.minima), _extrema(p.maxima)) for p in POLYNOMIALS),
)


NEAR = 1e-3
"""How near the global minimum counts as reached, in units of the loss."""

SHOWN = 1.25
"""How far a figure goes on after the right side reached the minimum, in shares of the steps until then."""

FEWEST = 300
"""Steps that a figure shows at least."""

MARGIN = 0.15
"""Room beside the curves, in shares of their width."""


@dataclass(frozen=True)
class Path:
    """Path of one network.

    Attributes:
        losses: shape [T].
        x: shape [T].
    """

    losses: Floats
    x: Floats

    @classmethod
    def of(cls, trace: Trace, problem: int) -> Path:
        """Take one problem out of a trace, in arrays of its own."""
        return cls(trace.losses[:, problem].copy(), trace.points[:, problem, 0].copy())

    @property
    def lowest(self) -> float:
        """The lowest finite loss."""
        return float(np.where(np.isfinite(self.losses), self.losses, np.inf).min())


def drawing(polynomial: Polynomial, sides: Mapping[str, Path]) -> Drawing:
    """Return what draws two paths side by side: the loss over steps above, over x below.

    Args:
        polynomial: the loss.
        sides: the left and the right path by title.
    """

    def draw() -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 6), layout="constrained")
        axes = figure.subplots(2, 2, sharey="row", sharex="row")
        steps = _steps(list(sides.values())[-1], polynomial.lowest.loss + NEAR)
        for column, (title, path) in enumerate(sides.items()):
            axes[0][column].set_title(title)
            _over_steps(axes[0][column], polynomial, path, steps)
            _over_x(axes[1][column], polynomial, path, steps)
        axes[0][0].set_ylabel("loss")
        axes[1][0].set_ylabel("loss")
        figure.suptitle(f"f(x) = {polynomial.text}", fontsize="medium")
        return figure

    return draw


def _steps(path: Path, goal: float) -> int:
    """How many steps are worth showing: until a little after the goal is reached, or the best is."""
    reached = np.flatnonzero(path.losses <= max(goal, path.lowest))
    return min(len(path.losses), max(FEWEST, round(SHOWN * int(reached[0])) if len(reached) else 0))


def _over_steps(axes: Axes, polynomial: Polynomial, path: Path, steps: int) -> None:
    axes.plot(path.losses[:steps], linewidth=1)
    _mark(axes, polynomial)
    axes.set_xlabel("step")
    axes.legend(loc="upper right")


def _over_x(axes: Axes, polynomial: Polynomial, path: Path, steps: int) -> None:
    low, high = _window(polynomial)
    x = np.linspace(low, high, 400)
    axes.plot(x, polynomial(x), color="0.75", linewidth=1)
    # thousands of dots as pixels, from dark (early) to bright (late)
    axes.scatter(path.x[:steps], path.losses[:steps], c=np.arange(steps), s=4, zorder=2, rasterized=True)
    _mark(axes, polynomial)
    axes.set_xlim(low, high)
    axes.set_xlabel("x")


def _mark(axes: Axes, polynomial: Polynomial) -> None:
    """The global minimum as a line, and losses up to a little above the highest barrier."""
    axes.axhline(polynomial.lowest.loss, color="green", linewidth=1, label="global minimum")
    losses = [extremum.loss for extremum in (*polynomial.minima, *polynomial.maxima)]
    room = MARGIN * (max(losses) - min(losses))
    axes.set_ylim(min(losses) - room, max(losses) + 3 * room)


def _window(polynomial: Polynomial) -> tuple[float, float]:
    """From a little left of all minima to a little right of them, and 0, near which networks start."""
    xs = [0.0, *(minimum.x for minimum in polynomial.minima)]
    room = MARGIN * (max(xs) - min(xs) + 1)
    return min(xs) - room, max(xs) + room
