"""Redirection of stderr by its file descriptor, for libraries in C that write to it themselves."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR = 2


@contextmanager
def redirected_stderr(descriptor: int) -> Iterator[None]:
    """Write stderr to another open file until the block ends; a closed stderr stays closed."""
    if sys.stderr is None:
        yield
        return
    sys.stderr.flush()
    original = os.dup(_STDERR)
    os.dup2(descriptor, _STDERR)
    try:
        yield
    finally:
        os.dup2(original, _STDERR)
        os.close(original)


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Discard all output to stderr until the block ends."""
    with Path(os.devnull).open("wb") as null, redirected_stderr(null.fileno()):
        yield


@contextmanager
def captured_stderr() -> Iterator[list[str]]:
    """Capture all output to stderr until the block ends.

    Yields:
        A list, empty inside the block, of one text afterwards.

    >>> with captured_stderr() as output:
    ...     _ = os.write(2, b"cannot load a library")
    >>> output
    ['cannot load a library']
    """
    import tempfile

    output: list[str] = []
    with tempfile.TemporaryFile() as file:
        try:
            with redirected_stderr(file.fileno()):
                yield output
        finally:
            file.seek(0)
            output.append(file.read().decode(errors="replace"))
