"""What an experiment returns: tables to read, records to compute with, figures to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Progress: TypeAlias = Callable[[str, float], None]
"""Called now and then with what is running and the share that is done, 0 to 1."""

Drawing: TypeAlias = "Callable[[], Figure]"
"""Draws a figure when it is asked for: only then is matplotlib imported."""


@dataclass(frozen=True)
class Table:
    """A table for reading.

    Attributes:
        title: what it shows, one line.
        columns: headings; the first column names the rows.
        rows: cells as they are to be read, a row as long as ``columns``.

    Raises:
        ValueError: a row of another length.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row must have {len(self.columns)} cells, got {row}")


@dataclass(frozen=True)
class Result:
    """What an experiment found.

    Attributes:
        name: of the experiment and of its files: ``polynomials``.
        title: one line.
        settings: everything that was chosen, by name; JSON's kinds of value.
        tables: for reading.
        records: every figure of every seed, a mapping each; JSON's kinds of value, and numbers of NumPy.
        drawings: figures by file name without the experiment's: ``figure-2.svg``; the suffix is the format.
        seconds: how long it took.
    """

    name: str
    title: str
    settings: Mapping[str, Any]
    tables: tuple[Table, ...]
    records: Sequence[Mapping[str, Any]]
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    seconds: float = 0.0
