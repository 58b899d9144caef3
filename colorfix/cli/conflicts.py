"""Options that exclude each other, refused before any file is read.

:class:`colorfix.batch.Destination`, :class:`colorfix.batch.Pairing`, :class:`colorfix.batch.Sources` and
:class:`colorfix.Settings` refuse further combinations, for callers from Python too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from colorfix.core.atomic import PIPE
from colorfix.core.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PAGE: Final = "--report PAGE.html"
"""Stands for ``--report`` with the name of a page."""

CONFLICTS: Final = (
    ("--grey", "--region", "the area alone is measured, and whole photos are corrected; drop one of them"),
    ("--grey", "--mask", "the area alone is measured, and whole photos are corrected; drop one of them"),
    ("--grey", "--ignore-clipped", "an area with clipped pixels is refused; drop one of them"),
    ("--grey", "--count-white", "an area that is blown out is refused; drop one of them"),
    ("--grey", "--follow", "nothing is learned from a target; drop one of them"),
    ("--grey", "--check", "a check measures each photo; drop one of them"),
    ("--grey", "--only-casts", "the area says what the cast is; drop one of them"),
    ("--grey", "--html", "nothing is learned that a page could show; use --reports"),
    ("--grey", PAGE, "nothing is learned that a page could show; name it .json"),
    (
        "--grey",
        "--watch",
        "the first photo is measured; use --save-gains, then 'colorfix apply LOOK --watch'",
    ),
    ("--grey", "--ray", "measure on one machine with --save-gains, then run 'colorfix apply LOOK --ray'"),
    (PIPE, "--grey", "the first photo is read twice; save it to a file"),
    ("--json", "--output -", "both write to stdout; drop one of them"),
    ("--save-gains -", "--json", "both write to stdout; name a file for the gains"),
    ("--others skip", "--output -", "a pipe would get nothing; use copy or fail"),
    ("--save-gains -", "--output -", "both write to stdout; name a file for the gains"),
    ("--save-gains", "--check", "a check corrects nothing; drop one of them"),
    ("--only-casts", "--check", "a check corrects nothing; its limit is --threshold"),
    ("--save-gains", "--watch", "a watch has no end; drop one of them"),
    ("--no-report", "--reports", "drop one of them"),
    ("--no-report", PAGE, "for a page without a report, use --html"),
    ("--html", PAGE, "both name a page; drop one of them"),
    (PAGE, "LOOK", "nothing is learned that a page could show; name it .json"),
    ("--warmer", "--cooler", "each undoes the other; give one of them"),
    ("--region", "--mask", "paint the region into the mask"),
    ("--fail-fast", "--watch", "a watch has no end; drop one of them"),
    ("--gains-from pooled", "--watch", "pooling needs all photos at once; name one of them"),
    ("--check", "--watch", "a check has an end, a watch has none; drop one of them"),
    ("--files-from", "--watch", "no photos arrive in a list; name folders"),
    ("--pairs", "--watch", "no photos arrive in a table; name folders"),
    ("--in-place", "--watch", "results would be taken for arrivals; name a folder with -o"),
    ("--target-for", "--ray", "give one target to all, with --target"),
    ("--pairs", "--ray", "give one target to all, with --target, and the photos by --files-from"),
    ("--in-place", "--ray", "write elsewhere, with -o"),
    ("--watch", "--ray", "run it again for new photos"),
    ("--check", "--ray", "check on one machine"),
    ("--html", "--ray", "ask for --reports, or correct on one machine"),
    (PAGE, "--ray", "ask for --reports, or correct on one machine"),
    ("--gains-from", "--ray", "learn on one machine with --save-gains, then run 'colorfix apply LOOK --ray'"),
    ("--save-gains", "--ray", "learn on one machine"),
    ("--device cuda", "--ray", "workers there learn on their own cores"),
    ("--device mps", "--ray", "workers there learn on their own cores"),
    (PIPE, "--ray", "name files"),
    ("--target -", "--ray", "name a file"),
    ("--output -", "--ray", "name a file or a folder"),
)
"""Two options that exclude each other, and the reason or the remedy."""


def given(*groups: Any, sources: Iterable[str] = ()) -> set[str]:  # noqa: ANN401 - named tuples of any fields
    """Return the options that differ from their defaults, each by its name, and by its name and value.

    Args:
        groups: of options.
        sources: the photos on the command line; ``-`` counts as an option.

    >>> from colorfix.cli.options import RunOptions
    >>> sorted(given(RunOptions(ray="head:6379", fail_fast=True)))
    ['--fail-fast', '--fail-fast True', '--ray', '--ray head:6379']
    """
    from colorfix.batch import is_page

    options = {PIPE} & {*sources}
    for group in groups:
        for name, value in group._asdict().items():
            if value != group._field_defaults.get(name):
                option = f"--{name.replace('_', '-')}"
                options |= {option, f"{option} {value}"}
                if option == "--report" and is_page(value):
                    options.add(PAGE)
    return options


def refuse_conflicts(options: set[str]) -> None:
    """Refuse options that exclude each other.

    Args:
        options: those that were given, as :data:`CONFLICTS` names them.

    Raises:
        SettingError: two of them cannot both be.

    >>> refuse_conflicts({"--region", "--mask"})
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: --region cannot be used with --mask: paint the region into the mask
    """
    for one, other, reason in CONFLICTS:
        if one in options and other in options:
            raise SettingError(f"{one} cannot be used with {other}: {reason}")


def refuse_learning(options: set[str]) -> None:
    """Refuse options of the target, the loss and learning beside ``--grey``, which learns nothing.

    Args:
        options: those that were given.

    Raises:
        SettingError: one was.

    >>> refuse_learning({"--space", "--space sensor", "--steps", "--steps 9"})
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: --steps cannot be used with --grey: the area alone gives the gains
    """
    for name in sorted(options - {"--space", "--strength"}):
        if " " not in name:
            raise SettingError(f"{name} cannot be used with --grey: the area alone gives the gains")


def refuse_two_pipes(inputs: Iterable[str | Path | None]) -> None:
    """Refuse two inputs from stdin.

    Args:
        inputs: the names of all that is read.

    Raises:
        SettingError: more than one of them is ``-``.
    """
    if [str(name) for name in inputs].count(PIPE) > 1:
        raise SettingError("- can stand for one photo only; save the other one to a file")
