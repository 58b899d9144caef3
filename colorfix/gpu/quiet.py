"""Libraries that write to the terminal by themselves: what they say is kept from it, and can be read."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR = 2


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Keep what is written to stderr, by C libraries too, from whoever sees it.

    Yields:
        A list that holds the text once the block is done; an empty one where stderr is closed.

    >>> with overheard() as heard:
    ...     _ = os.write(2, b"cannot load a library")
    >>> heard
    ['cannot load a library']
    """
    heard: list[str] = []
    if sys.stderr is None:  # closed: there is nobody to keep it from
        yield heard
        heard.append("")
        return
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), _STDERR)
        try:
            yield heard
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            file.seek(0)
            heard.append(file.read().decode(errors="replace"))
