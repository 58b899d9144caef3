"""What the command says on stderr: one line at a time, safe to print whatever a file is called."""

from __future__ import annotations

import sys
import traceback

import typer


def say(line: str) -> None:
    r"""Say one line on stderr.

    Line breaks and control characters are made visible, so that a file's name can neither break the line
    nor steer the terminal; bytes that are no UTF-8 are written as ``\xNN``.
    """
    typer.echo(printable(line), err=True)


def complain(error: Exception, message: str, *, debug: bool) -> None:
    """Say what went wrong, with the traceback where one was asked for."""
    if debug:
        traceback.print_exception(error)
    say(f"error: {message}")


def printable(line: str) -> str:
    r"""Return a line that stderr can show.

    >>> printable("a\nb\udcff.jpg")
    'a\\nb\\xff.jpg'
    """
    text = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    encoding = sys.stderr.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
