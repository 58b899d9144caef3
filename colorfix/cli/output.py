"""What the command says on stderr: one line at a time."""

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
    """Keep stdout, which it gives, for data: what else is printed, as by a plug-in, goes to stderr."""
    data = sys.stdout  # None where the shell closed it
    with redirect_stdout(sys.stderr):
        yield data


def use_color() -> bool:
    """Whether stderr may show colours: on a terminal, and where FORCE_COLOR says so."""
    return sys.stderr is not None and (sys.stderr.isatty() or bool(os.environ.get("FORCE_COLOR")))


def info(line: str) -> None:
    """Say one line on stderr, safe to print whatever a file is called."""
    typer.echo(printable(line), err=True)


def print_error(error: Exception, message: str, *, debug: bool) -> None:
    """Say what went wrong, with the traceback where one was asked for."""
    if debug:
        traceback.print_exception(error)
    info(f"error: {message}")
