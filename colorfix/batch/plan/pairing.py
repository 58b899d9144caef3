"""Pairing of photos and targets."""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.batch.plan.destination import Template, beside
from colorfix.batch.plan.sources import open_list
from colorfix.batch.plan.walk import joined
from colorfix.core.atomic import PIPE
from colorfix.core.defaults import is_virtual
from colorfix.core.errors import SettingError, UnknownName
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from colorfix.batch.plan.sources import Source


@dataclass(frozen=True)
class Pairing:
    """The target of each photo: exactly one of the three is set.

    Attributes:
        target: path of one target for all photos, or a virtual one: ``neutral``, or a temperature.
        target_for: template of the path of each photo's target, relative to the photo's folder.
        pairs: path of a table of photos and targets, which replaces the names of photos.

    >>> Pairing()
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: say what guides the photos: -t PATH, or -t neutral for no guide; or --target-for, or --pairs
    """  # noqa: E501 - a message is one line

    target: str | None = None
    target_for: str | None = None
    pairs: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in (self.target, self.target_for, self.pairs) if name is not None]
        if not given:
            raise SettingError(
                "say what guides the photos: -t PATH, or -t neutral for no guide; or --target-for, or --pairs"
            )
        if len(given) > 1:
            raise SettingError("--target, --target-for and --pairs each name the targets; give one of them")
        if self.target_for is not None:
            Template.of(self.target_for)

    def of(self, source: Source) -> str:
        """Return the target of a photo, if there is no table."""
        if self.target_for is None:
            return self.target or ""
        path = beside(self.target_for, source)
        return f"./{path}" if path == PIPE or is_virtual(path) else path  # a template names files

    @property
    def as_glob(self) -> str | None:
        """Glob for ``--exclude`` that leaves the targets out of the photos; None for a table.

        >>> Pairing(target_for="refs/{stem}_ref.jpg").as_glob
        '*_ref.jpg'
        """
        name = self.target_for or self.target
        return None if name is None else re.sub(r"\{\w+\}", "*", name.rpartition("/")[2])


_COLUMNS = ("source", "target", "output")


def pairs_in(path: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield source, target and output (or None) of each line of a CSV; its first line names these columns.

    Paths are relative to the folder of the table, or to the working directory if it comes from stdin.

    Args:
        path: of the table; ``-`` for stdin.

    Raises:
        SettingError: it cannot be read, a column is missing or unknown, a cell is missing.
    """
    folder = "" if path == PIPE else os.path.dirname(path)
    with open_list(path, "--pairs") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = csv.DictReader(text, restkey="", strict=True)
        try:
            _check_columns(lines.fieldnames or (), path)
            for line in lines:
                yield _pair(line, folder, f"{printable(path)}, line {lines.line_num}")
        except csv.Error as error:
            raise SettingError(f"{printable(path)}, line {lines.line_num}: is no CSV ({error})") from error


def _check_columns(found: Sequence[str], path: str) -> None:
    for name in found:
        if name not in _COLUMNS:
            raise UnknownName(f"column of {printable(path)}", name, _COLUMNS)
    for name in _COLUMNS[:2]:
        if name not in found:
            raise SettingError(f"{printable(path)}: has no column {name!r}; its first line is source,target")


def _pair(line: dict[str, str | None], folder: str, where: str) -> tuple[str, str, str | None]:
    source, target, output = (line.get(name) for name in _COLUMNS)
    if not source or not target or "" in line:
        raise SettingError(f"{where}: a source and a target, no more and no less, belong into a line")
    guide = target if is_virtual(target) else _in(folder, target)
    return _in(folder, source), guide, _in(folder, output) if output else None


def _in(folder: str, path: str) -> str:
    if path == PIPE:  # in a table a file, not stdin
        return joined(folder or ".", path)
    return path if path.startswith("/") else joined(folder, path)
