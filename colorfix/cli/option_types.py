"""Amounts of memory as people write them."""

from __future__ import annotations

import re

import typer

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_AMOUNT = re.compile(r"(?P<number>\d+(\.\d+)?) ?(?P<unit>[KMGT]?)(i?B)?", re.IGNORECASE)


def amount(text: str) -> int:
    """Return the bytes that a text means; its units are powers of 1024.

    Raises:
        typer.BadParameter: it means none.

    >>> amount("512M"), amount("1.5 GiB")
    (536870912, 1610612736)
    """
    found = _AMOUNT.fullmatch(text.strip())
    size = int(float(found["number"]) * _UNITS[found["unit"].upper()]) if found else 0
    if size < 1:
        raise typer.BadParameter(f"an amount of memory is written as 512M or 2G, got {text!r}")
    return size


WHICH, LOSS, LEARNING, PIXELS = "Which photos, and where to", "The loss", "Learning", "Pixels"


WRITING, RUN, CHECKING, TALK = "Writing", "The run", "Checking", "Talk"
