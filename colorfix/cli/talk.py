"""What the command says on stderr: one line at a time."""

from __future__ import annotations

import traceback

import typer

from colorfix.wording import shown


def say(line: str) -> None:
    """Say one line on stderr, safe to print whatever a file is called."""
    typer.echo(shown(line), err=True)


def complain(error: Exception, message: str, *, debug: bool) -> None:
    """Say what went wrong, with the traceback where one was asked for."""
    if debug:
        traceback.print_exception(error)
    say(f"error: {message}")
