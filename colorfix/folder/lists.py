"""Names from a file: a list of photos, or a table of pairs."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from colorfix.core.errors import SettingError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

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
    with opened(path, "--files-from") as file:
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


@contextmanager
def opened(path: str, option: str) -> Iterator[BinaryIO]:
    """Open a list or a table for reading; ``-`` is stdin."""
    try:
        if path == PIPE:
            yield sys.stdin.buffer
        else:
            with open(path, "rb") as file:
                yield file
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingError(f"{option} {shown(path)}: cannot be read ({reason}); check the name") from error
