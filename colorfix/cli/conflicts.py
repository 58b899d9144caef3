"""What the options of several commands say together: which photos, and what stdin and stdout are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from colorfix.batch import Sources

_PIPE = "-"


def sources_of(
    names: Sequence[str] | None,
    *,
    recursive: bool,
    files_from: str | None,
    null: bool,
    include: Sequence[str] | None,
    exclude: Sequence[str] | None,
) -> Sources:
    """Return which photos are asked for."""
    from colorfix import batch

    filters = batch.Filters(tuple(include or ()), tuple(exclude or ()))
    return batch.Sources(
        tuple(names or ()), recursive=recursive, files_from=files_from, null=null, filters=filters
    )


def refuse_two_streams(
    inputs: Sequence[str | Path | None], output: str | None, *, as_json: bool, kept: str | None = None
) -> None:
    """One thing comes through a pipe and one goes out by it, but not two at once.

    Args:
        inputs: all that is read.
        output: where the photo goes.
        as_json: whether reports go to stdout.
        kept: where gains are saved.
    """
    if [str(name) for name in inputs].count(_PIPE) > 1:
        raise SettingError("- can stand for one photo only; save the other one to a file")
    if output == _PIPE and as_json:
        raise SettingError("--json prints on stdout, where -o - writes the photo; drop one of them")
    if kept == _PIPE and (as_json or output == _PIPE):
        other = "--json prints" if as_json else "-o - writes the photo"
        raise SettingError(f"--save-gains - prints on stdout, where {other} too; name a file for the gains")
