"""Result of an experiment: tables, records and figures; as Markdown, as JSON, and as files in a folder."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from colorfix.core.atomic import check_writable, publish
from colorfix.core.errors import OutputError
from colorfix.core.figures import render_figure, require_matplotlib
from colorfix.core.text import printable
from colorfix.report import versions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Progress: TypeAlias = Callable[[str, float], None]
"""Called with a text and the share that is done, 0 to 1."""

Drawing: TypeAlias = "Callable[[], Figure]"
"""Draws a figure; imports matplotlib only when it is called."""


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        title: one line.
        columns: headings; the first column names the rows.
        rows: cells, as many in each row as ``columns``.

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
    """Result of an experiment.

    Attributes:
        name: of the experiment and of its files: ``polynomials``.
        title: one line.
        settings: by name; JSON values.
        tables: as text.
        records: the numbers of every seed; JSON values, and NumPy's numbers and arrays.
        drawings: figures by the end of their file name, as ``figure-2.svg``; the suffix is the format.
        seconds: duration.
    """

    name: str
    title: str
    settings: Mapping[str, Any]
    tables: tuple[Table, ...]
    records: Sequence[Mapping[str, Any]]
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    seconds: float = 0.0


DIGITS = 10
"""Significant digits of a number in JSON: beyond them another machine's rounding differs."""


def as_markdown(result: Result) -> str:
    """Return a page: title, settings, tables, figures.

    >>> from colorfix.experiments.result import Result, Table
    >>> table = Table("Minima", ("", "Adam"), (("x² + 4", "4.0000"),))
    >>> print(as_markdown(Result("squares", "Squares", {"seeds": [1]}, (table,), [])))
    # Squares
    <BLANKLINE>
    seeds [1]; 0 s.
    <BLANKLINE>
    ## Minima
    <BLANKLINE>
    |  | Adam |
    | --- | --: |
    | x² + 4 | 4.0000 |
    <BLANKLINE>
    """
    settings = "; ".join(f"{name} {value}" for name, value in result.settings.items())
    parts = [f"# {result.title}", f"{settings}; {result.seconds:.0f} s."]
    parts += [f"## {table.title}\n\n{markdown_table(table)}" for table in result.tables]
    parts += [f"![{name}]({result.name}-{name})" for name in result.drawings]
    return "\n\n".join(parts) + "\n"


def markdown_table(table: Table) -> str:
    """Return a table in Markdown, its first column to the left and all others to the right."""
    ruler = ("---", *("--:" for _ in table.columns[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (table.columns, ruler, *table.rows))


def as_json(result: Result) -> str:
    """Return settings, versions and records as JSON, one record a line; NaN and infinity are null.

    >>> from colorfix.experiments.result import Result
    >>> text = as_json(Result("squares", "Squares", {}, (), [{"best": np.array([4.0, np.nan])}]))
    >>> json.loads(text)["records"]
    [{'best': [4.0, None]}]
    """
    head = {
        "experiment": result.name,
        "title": result.title,
        "settings": _plain(result.settings),
        "versions": versions() | {"torch": version("torch")},  # torch may be loaded in other processes only
        "seconds": _plain(result.seconds),
    }
    fields = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    records = ",\n".join(json.dumps(_plain(r), allow_nan=False, ensure_ascii=False) for r in result.records)
    return "{\n" + ",\n".join(fields) + f',\n"records": [\n{records}\n]\n}}\n'


def _plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value, or one of NumPy's
    """Return arrays as lists, numbers rounded to :data:`DIGITS`."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple, range)):
        return [_plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def prepare(folder: str, name: str, *, overwrite: bool) -> None:
    """Make the folder, and check that the files can be written, before an experiment runs for minutes.

    Args:
        folder: made if it does not exist.
        name: of the experiment; all its files begin with it.
        overwrite: whether an earlier result may be replaced.

    Raises:
        SettingError: matplotlib is missing.
        OutputError: the folder cannot be made or written to, or holds a result already.
    """
    require_matplotlib("run without --out")
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OutputError(printable(folder), "cannot be made a folder; choose another place") from error
    earlier = [path / f"{name}.md", path / f"{name}.json", *path.glob(f"{name}-*")]
    for file in earlier:
        check_writable(str(file), overwrite=overwrite, sources=[])


def write(result: Result, folder: str) -> list[str]:
    """Write a result, each file atomically.

    Returns:
        Paths of the files.

    Raises:
        OutputError: no space, no permission, or another error of the file system.
    """
    files = {
        f"{result.name}.md": as_markdown(result).encode(),
        f"{result.name}.json": as_json(result).encode(),
    }
    files |= {
        f"{result.name}-{name}": render_figure(drawing, name) for name, drawing in result.drawings.items()
    }
    paths = {str(Path(folder) / name): data for name, data in files.items()}
    for path, data in paths.items():
        publish(data, path, overwrite=True)
    return list(paths)
