"""Names from a file: a list of photos, or a table of pairs."""

from __future__ import annotations

import csv
import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from colorfix.choices import NEUTRAL
from colorfix.errors import SettingError, UnknownName
from colorfix.folder.walking import joined
from colorfix.photos import PIPE
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

_COLUMNS = ("source", "target", "output")
_PIECE = 1 << 16


def names_in(path: str, *, null: bool) -> Iterator[str]:
    """Yield the names in a list: one a line, or each ended by a NUL, as ``find -print0`` writes them.

    Args:
        path: of the list; ``-`` for stdin.
        null: whether NULs end names, so that a name may hold line breaks.

    Raises:
        SettingError: the list cannot be read, or holds NULs that are not said to end names.
    """
    end = b"\0" if null else b"\n"
    with _opened(path, "--files-from") as file:
        rest = b""
        while piece := file.read(_PIECE):
            if not null and b"\0" in piece:
                raise SettingError(f"--files-from {shown(path)}: holds NULs; add -0, if they end its names")
            *names, rest = (rest + piece).split(end)
            yield from _decoded(names, null=null)
        yield from _decoded([rest], null=null)


def _decoded(names: Iterable[bytes], *, null: bool) -> Iterator[str]:
    for name in names:
        path = os.fsdecode(name if null else name.removesuffix(b"\r"))
        if path:
            yield f"./{PIPE}" if path == PIPE else path  # in a list it is a file


def pairs_in(path: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield source, target and output (or None) of each line of a CSV; its first line names these columns.

    Paths are relative to the folder of the table; those of a table from stdin, to the one in which the
    command runs.

    Args:
        path: of the table; ``-`` for stdin.

    Raises:
        SettingError: it cannot be read, a column is missing or unknown, a cell is missing.
    """
    folder = "" if path == PIPE else os.path.dirname(path)
    with _opened(path, "--pairs") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = csv.DictReader(text, restkey="", strict=True)
        try:
            _check_columns(lines.fieldnames or (), path)
            for line in lines:
                yield _pair(line, folder, f"{shown(path)}, line {lines.line_num}")
        except csv.Error as error:
            raise SettingError(f"{shown(path)}, line {lines.line_num}: is no CSV ({error})") from error


def _check_columns(found: Sequence[str], path: str) -> None:
    for name in found:
        if name not in _COLUMNS:
            raise UnknownName(f"column of {shown(path)}", name, _COLUMNS)
    for name in _COLUMNS[:2]:
        if name not in found:
            raise SettingError(f"{shown(path)}: has no column {name!r}; its first line is source,target")


def _pair(line: dict[str, str | None], folder: str, where: str) -> tuple[str, str, str | None]:
    source, target, output = (line.get(name) for name in _COLUMNS)
    if not source or not target or "" in line:
        raise SettingError(f"{where}: a source and a target, no more and no less, belong into a line")
    guide = target if target == NEUTRAL else _in(folder, target)
    return _in(folder, source), guide, _in(folder, output) if output else None


def _in(folder: str, path: str) -> str:
    if path == PIPE:  # in a table it is a file
        return joined(folder or ".", path)
    return path if path.startswith("/") else joined(folder, path)


@contextmanager
def _opened(path: str, option: str) -> Iterator[BinaryIO]:
    try:
        if path == PIPE:
            yield sys.stdin.buffer
        else:
            with open(path, "rb") as file:
                yield file
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingError(f"{option} {shown(path)}: cannot be read ({reason}); check the name") from error
