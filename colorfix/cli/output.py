"""Lines on stderr, and stdout for data."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, TextIO

import typer

from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stdout_for_data() -> Iterator[TextIO | None]:
    """Yield stdout for data; everything else that is printed, as by a plug-in, goes to stderr."""
    data = sys.stdout  # None where the shell closed it
    with redirect_stdout(sys.stderr):
        yield data


def use_color() -> bool:
    """Whether to color stderr: on a terminal, and with ``FORCE_COLOR``."""
    return sys.stderr is not None and (sys.stderr.isatty() or bool(os.environ.get("FORCE_COLOR")))


def info(line: str) -> None:
    """Print one line on stderr, with unprintable characters of file names escaped."""
    typer.echo(printable(line), err=True)


def print_error(error: Exception, message: str, *, debug: bool) -> None:
    """Print an error on stderr, with ``debug`` after its traceback."""
    if debug:
        for line in "".join(traceback.format_exception(error)).splitlines():
            info(line)
    info(f"error: {message}")
